"""Whether the diagnoses shown are of the newest lines, and the page anew once they are."""

import streamlit as st

from pixeldesk.desk.desk import the_desk
from pixeldesk.diagnosis.cache import DiagnosisSnapshot

_LOOK_AGAIN_S = 2


def show_newer_lines(snapshot: DiagnosisSnapshot) -> None:
    """One line while newer lines are being judged; nothing otherwise."""
    if not snapshot.is_current:
        _wait()


@st.fragment(run_every=_LOOK_AGAIN_S)
def _wait() -> None:
    st.markdown(":gray[:material/hourglass_top: Newer lines are being judged]", width="content")
    if the_desk().diagnosis_snapshot().is_current:
        st.rerun()
