"""Waiting for an answer that is still being worked out."""

from concurrent.futures import Future, wait
from typing import TypeVar

import streamlit as st

Answer = TypeVar("Answer")
_LOOK_AGAIN_S = 0.02


def wait_for(pending: "Future[Answer]") -> Answer:
    """The answer, or the error in place of it. Whatever the visitor does meanwhile ends the wait at once."""
    while not pending.done():
        wait([pending], timeout=_LOOK_AGAIN_S)
        _let_the_visitor_act()
    return pending.result()


def _let_the_visitor_act() -> None:
    """Streamlit stops a run for the next one only where the run asks it for something, as this does."""
    _ = "waiting" in st.session_state
