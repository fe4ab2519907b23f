"""Say while newer lines are still being diagnosed, and rerun the page when they are."""

import streamlit as st

from pixeldesk.desk.desk import the_desk
from pixeldesk.diagnosis.cache import DiagnosisSnapshot

_POLL_S = 2


def show_newer_lines(snapshot: DiagnosisSnapshot) -> None:
    """Show a line while newer lines are being diagnosed, and nothing otherwise."""
    if not snapshot.is_current:
        _poll()


@st.fragment(run_every=_POLL_S)
def _poll() -> None:
    st.markdown(":gray[:material/hourglass_top: Newer lines are being judged]", width="content")
    if the_desk().diagnosis_snapshot().is_current:
        st.rerun()
