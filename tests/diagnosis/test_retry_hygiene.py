"""Retries: one operation tried five times is one; what must not be tried again, too early, too evenly."""

import random
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis.diagnose import customer_retry_hygiene
from pixeldesk.diagnosis.diagnosis import RetryHygiene
from tests.log_lines import failed_line, moment, request_line, write_lines

CUSTOMER = "cus_0184"


def hygiene(desk: Desk, folder: Path, lines: Iterable[dict[str, Any]]) -> RetryHygiene:
    """What the desk says of the customer's retries."""
    numbered = [{**line, "request_id": f"req_N{number:07}"} for number, line in enumerate(lines)]
    desk.ingest([str(write_lines(folder / "a.ndjson", numbered))])
    found = customer_retry_hygiene(desk.store, CUSTOMER)
    assert found is not None
    return found


def failures(
    code: str, status: int, waits: Iterable[float], times: int, apart_s: float = 3600.0
) -> list[dict[str, Any]]:
    """So many operations an hour apart, each tried again after these waits. A line is written when it is answered."""
    waits = list(waits)
    starts = [sum(waits[:n]) for n in range(len(waits) + 1)]
    return [
        failed_line(code, status, timestamp=moment(apart_s * operation + start), duration_ms=0.0)
        for operation in range(times)
        for start in starts
    ]


def test_one_operation_tried_five_times_is_one(desk: Desk, tmp_path: Path) -> None:
    found = hygiene(desk, tmp_path, failures("internal_error", 500, [1, 2, 4, 8], times=6))
    assert (found.failed_requests, found.failed_operations, found.retries) == (30, 6, 24)


def test_a_refusal_that_is_tried_again_unchanged(desk: Desk, tmp_path: Path) -> None:
    found = hygiene(desk, tmp_path, failures("invalid_pipe", 400, [1, 3, 9], times=3))
    assert found.faults == ["retries_refused"]
    assert found.sentences[0].startswith("9 refused requests tried again unchanged")
    assert found.request_ids


def test_a_refusal_that_is_not_tried_again(desk: Desk, tmp_path: Path) -> None:
    found = hygiene(desk, tmp_path, failures("invalid_pipe", 400, [], times=30, apart_s=600))
    assert (found.failed_operations, found.retries, found.faults) == (30, 0, [])


def test_who_waits_as_long_as_was_asked_and_who_does_not(desk: Desk, tmp_path: Path) -> None:
    lines = [
        {**line, "response": {"retry_after_s": 30}}
        for line in failures("rate_limit_exceeded", 429, [5, 11, 23], times=4)
    ]
    found = hygiene(desk, tmp_path, lines)
    assert "ignores_retry_after" in found.faults
    assert any("12 retries before the Retry-After" in text for text in found.sentences)


def test_who_waits_longer_than_was_asked(desk: Desk, tmp_path: Path) -> None:
    lines = [
        {**line, "response": {"retry_after_s": 30}} for line in failures("rate_limit_exceeded", 429, [31, 44], times=9)
    ]
    assert "ignores_retry_after" not in hygiene(desk, tmp_path, lines).faults


@pytest.mark.parametrize(
    ("waits", "faults"),
    [
        ([2, 2, 2, 2], ["no_backoff", "no_jitter"]),
        ([1, 2, 4, 8], []),
    ],
)
def test_backoff(desk: Desk, tmp_path: Path, waits: list[float], faults: list[str]) -> None:
    found = hygiene(desk, tmp_path, failures("internal_error", 500, waits, times=5))
    assert found.faults == faults


def test_jitter_without_backoff(desk: Desk, tmp_path: Path) -> None:
    rng = random.Random(3)
    lines = [
        failed_line("internal_error", 500, timestamp=moment(3600 * operation + at), duration_ms=0.0)
        for operation in range(8)
        for at in accumulate([0.0, *(rng.uniform(1.6, 2.4) for _ in range(4))])
    ]
    assert hygiene(desk, tmp_path, lines).faults == ["no_backoff"]


def test_posts_whose_body_is_not_logged_are_retries_only_at_once(desk: Desk, tmp_path: Path) -> None:
    """Two different events ten seconds apart have the same method and path."""
    post = {"method": "POST", "route": "/pixel/events", "path": "/pixel/events"}
    lines = [{**line, **post} for line in failures("invalid_body", 400, [10, 10, 2], times=2)]
    found = hygiene(desk, tmp_path, lines)
    assert (found.failed_requests, found.failed_operations) == (8, 6)


def test_another_clients_attempt_is_no_retry(desk: Desk, tmp_path: Path) -> None:
    lines = failures("internal_error", 500, [1, 1, 1], times=3)
    for number, line in enumerate(lines):
        line["client"] = {"ip": f"203.0.113.{number}", "user_agent": "axios/1.7"}
    assert hygiene(desk, tmp_path, lines).retries == 0


def test_a_customer_without_a_failure_has_no_such_thing(desk: Desk, tmp_path: Path) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [request_line()]))])
    assert customer_retry_hygiene(desk.store, CUSTOMER) is None
