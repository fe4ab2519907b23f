"""Assess how a customer's programs retry, and count the operations behind the failed requests.

A client must not retry a refusal (4xx except 429) unchanged, nor a 429 or 503 before its Retry-After has passed; it
should retry other failures with exponential backoff and jitter. Sources: the retry column of the error catalogue, and
https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
"""

from collections.abc import Mapping
from typing import Any

from pixeldesk.catalogue.wording import counted, spell_seconds
from pixeldesk.diagnosis.diagnosis import RetryFault, RetryFinding, RetryHygiene, Sentence
from pixeldesk.diagnosis.thresholds import FEWEST_RETRIES, LEAST_BACKED_OFF, LEAST_SPREAD


def retry_hygiene(row: Mapping[str, Any]) -> RetryHygiene:
    """Turn a row of retries.sql into counts, and a sentence on each fault with the id of an example."""
    findings = (
        _finding("retries_refused", _refused(row), row["in_vain_id"]),
        _finding("ignores_retry_after", _too_early(row), row["too_early_id"]),
        _finding("no_backoff", _no_backoff(row), row["steady_id"]),
        _finding("no_jitter", _no_jitter(row), None),
    )
    return RetryHygiene(
        failed_requests=row["failed_requests"],
        failed_operations=row["failed_operations"],
        retries=row["retries"],
        findings=tuple(finding for finding in findings if finding),
    )


def _finding(fault: RetryFault, text: str | None, example: str | None) -> RetryFinding | None:
    if text is None:
        return None
    sentence = Sentence(text=f"{text}.", request_ids=(example,) if example else ())
    return RetryFinding(fault=fault, sentence=sentence)


def _refused(row: Mapping[str, Any]) -> str | None:
    if row["in_vain"] < FEWEST_RETRIES:
        return None
    return f"{counted(int(row['in_vain']), 'refused request')} tried again unchanged, which cannot succeed"


def _too_early(row: Mapping[str, Any]) -> str | None:
    if row["too_early"] < FEWEST_RETRIES:
        return None
    return f"{counted(int(row['too_early']), 'retry')} before the Retry-After of the answer had passed"


def _no_backoff(row: Mapping[str, Any]) -> str | None:
    further = int(row["further_retries"])
    if further < FEWEST_RETRIES or row["backed_off"] >= LEAST_BACKED_OFF * further:
        return None
    longer = int(row["backed_off"])
    return f"No backoff: of {counted(further, 'second or later retry')} {longer} waited longer than the one before"


def _no_jitter(row: Mapping[str, Any]) -> str | None:
    mean, spread = row["mean_wait_s"], row["wait_spread_s"]
    if row["retries"] < FEWEST_RETRIES or not mean or spread >= LEAST_SPREAD * mean:
        return None
    return f"No jitter: the waits between retries are all about {spell_seconds(float(mean))}"
