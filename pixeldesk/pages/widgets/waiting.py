"""Wait for an answer that is still being computed."""

from concurrent.futures import Future, wait
from typing import TypeVar

import streamlit as st

Answer = TypeVar("Answer")
_POLL_S = 0.02


def wait_for(pending: "Future[Answer]") -> Answer:
    """Return the answer, or raise the error that was raised in its stead. A visitor's action ends the wait at once."""
    while not pending.done():
        wait([pending], timeout=_POLL_S)
        _let_the_visitor_act()
    return pending.result()


def _let_the_visitor_act() -> None:
    """Give Streamlit a chance to stop this run for the next: it does so only when the run calls it, as here."""
    _ = "waiting" in st.session_state
