"""A diagnosis as every page shows it: the mistake, how sure, how much, what speaks for it and against it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pixeldesk.diagnosis.diagnose import Diagnosis
from pixeldesk.pages.widgets.evidence_list import Sentence, evidence_list, sentences
from pixeldesk.pages.widgets.safe_text import markdown_escaped
from pixeldesk.pages.widgets.time_format import to_the_minute

# From so much confidence on it is called this.
_WORDS = ((0.9, "very likely"), (0.7, "likely"), (0.5, "possible"), (0.0, "a guess"))


def show_diagnosis(diagnosis: Diagnosis, key: str, *, lead: str = "") -> None:
    """Its heading and its evidence under a line of summary; what frames them is the caller's."""
    st.markdown(
        f":material/stethoscope: **{markdown_escaped(diagnosis['title'])}** &nbsp;"
        f" {status_badge(diagnosis['status'])} {_sureness(diagnosis['confidence'])}"
    )
    evidence_list(lead, [*_evidence(diagnosis), *_retries(diagnosis["retries"])], key)


def status_badge(status: str) -> str:
    """As Markdown: whether it goes on or is over."""
    return ":red-badge[Active]" if status == "active" else ":green-badge[Recovered]"


def extent(diagnosis: Diagnosis) -> str:
    """How many requests, where and from when to when. Log text."""
    count = diagnosis["failing_requests"]
    return (
        f"{count:,} request{'' if count == 1 else 's'} in {diagnosis['environment'] or 'an unnamed environment'},"
        f" {to_the_minute(diagnosis['first_seen'])} to {to_the_minute(diagnosis['last_seen'])} UTC"
    )


def retry_rows(retries: Mapping[str, Any] | None) -> list[Sentence]:
    """What is wrong with how the customer's programs try again, and how many operations are behind the requests."""
    if not retries or not retries["failed_requests"]:
        return []
    again = f"{retries['retries']:,} were retries" if retries["retries"] else "none was tried again"
    counts = (
        f"Failed requests: {retries['failed_requests']:,}. Failed operations behind them:"
        f" {retries['failed_operations']:,}; {again}."
    )
    return [Sentence("retries", counts), *sentences("retries", retries["sentences"], retries["request_ids"])]


def _retries(retries: Mapping[str, Any] | None) -> list[Sentence]:
    return retry_rows(retries) if retries and retries["retries"] else []


def _evidence(diagnosis: Diagnosis) -> list[Sentence]:
    since = [diagnosis["since"]] if diagnosis["since"] else []
    return [
        *sentences("for", diagnosis["for"], diagnosis["evidence"]),
        *sentences("against", diagnosis["against"], diagnosis["evidence"]),
        *sentences("over", since, diagnosis["evidence"]),
    ]


def _sureness(confidence: float) -> str:
    word = next(word for least, word in _WORDS if confidence >= least)
    return f":gray-badge[{confidence:.0%}, {word}]"
