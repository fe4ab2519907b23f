"""Let support mark a diagnosis as right or wrong. A second click on the same button removes the mark."""

from collections.abc import Mapping

import streamlit as st

from pixeldesk.desk.desk import the_desk
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.diagnosis.mark_journal import Mark, Verdict
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.widgets.safe_text import show_text

_FAILED = "mark_failed"
_LABELS: dict[Verdict, str] = {"right": ":material/check: Right", "wrong": ":material/close: Wrong"}


def mark_buttons(diagnosis: Diagnosis, marks: Mapping[str, Mark]) -> None:
    """Show the two buttons, with the diagnosis's mark selected."""
    key = f"mark_{diagnosis.id}"
    mark = marks.get(diagnosis.id)
    st.session_state[key] = mark.verdict if mark else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.segmented_control(
            "Is this diagnosis right?",
            ["right", "wrong"],
            key=key,
            format_func=_LABELS.__getitem__,
            on_change=_mark,
            args=(diagnosis.id, key),
            label_visibility="collapsed",
        )
    failed = st.session_state.get(_FAILED)
    if failed and failed[0] == diagnosis.id:
        show_text(failed[1])


def _mark(diagnosis_id: str, key: str) -> None:
    st.session_state.pop(_FAILED, None)
    verdict: Verdict = st.session_state[key] or "unmarked"
    try:
        the_desk().mark(diagnosis_id, verdict)
    except PixeldeskError as error:
        st.session_state[_FAILED] = (diagnosis_id, str(error))
