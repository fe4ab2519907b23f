"""Show a diagnosis the same way on every page: the mistake, its confidence, its extent, evidence for and against it."""

import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.diagnosis.diagnosis import Diagnosis, RetryHygiene, Status
from pixeldesk.pages.widgets.evidence_list import EvidenceRow, evidence_list, evidence_rows
from pixeldesk.pages.widgets.safe_text import markdown_escaped
from pixeldesk.pages.widgets.time_format import to_the_minute

# The least confidence for each word.
_CONFIDENCES = ((0.9, "very likely"), (0.7, "likely"), (0.5, "possible"), (0.0, "a guess"))


def show_diagnosis(diagnosis: Diagnosis, key: str, *, lead: str = "") -> None:
    """Show the heading of a diagnosis and its evidence, with `lead` as a summary. The caller draws the frame."""
    st.markdown(
        f":material/stethoscope: **{markdown_escaped(diagnosis.title)}** &nbsp;"
        f" {status_badge(diagnosis.status)} {_confidence_badge(diagnosis.confidence)}"
    )
    evidence_list(lead, [*_evidence(diagnosis), *_retries(diagnosis.retries)], key)


def status_badge(status: Status) -> str:
    """Return a Markdown badge that says whether a diagnosis is active or recovered."""
    return ":red-badge[Active]" if status == "active" else ":green-badge[Recovered]"


def extent(diagnosis: Diagnosis) -> str:
    """Return how many requests failed, in which environment, and from when to when. It holds log text."""
    count = diagnosis.failing_requests
    return (
        f"{counted(count, 'request')} in {diagnosis.environment or 'an unnamed environment'},"
        f" {to_the_minute(diagnosis.first_seen)} to {to_the_minute(diagnosis.last_seen)} UTC"
    )


def retry_rows(retries: RetryHygiene | None) -> list[EvidenceRow]:
    """Return how many operations are behind the failed requests, and what is wrong with the retries."""
    if not retries or not retries.failed_requests:
        return []
    retried = f"{retries.retries:,} were retries" if retries.retries else "none was tried again"
    counts = (
        f"Failed requests: {retries.failed_requests:,}. Failed operations behind them:"
        f" {retries.failed_operations:,}; {retried}."
    )
    findings = evidence_rows("retries", (finding.sentence for finding in retries.findings))
    return [EvidenceRow("retries", counts), *findings]


def _retries(retries: RetryHygiene | None) -> list[EvidenceRow]:
    return retry_rows(retries) if retries and retries.retries else []


def _evidence(diagnosis: Diagnosis) -> list[EvidenceRow]:
    return [
        *evidence_rows("for", diagnosis.evidence_for),
        *evidence_rows("against", diagnosis.evidence_against),
        *evidence_rows("over", [diagnosis.recovery] if diagnosis.recovery else []),
    ]


def _confidence_badge(confidence: float) -> str:
    word = next(word for least, word in _CONFIDENCES if confidence >= least)
    return f":gray-badge[{confidence:.0%}, {word}]"
