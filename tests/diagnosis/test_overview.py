"""The board in numbers and in order."""

from datetime import datetime
from typing import Any

import pytest

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.diagnosis.overview import caller_of, candidate_cases, case_title, overview, scanners_last, start_of
from tests.diagnosis.a_diagnosis import a_diagnosis

NEWEST = datetime(2026, 11, 22, 23, 59, 58, 250000)


def diagnosis(**fields: Any) -> Diagnosis:
    return a_diagnosis(**{"last_seen": NEWEST, **fields})


def test_customers_are_counted_once_and_nobodys_failures_apart() -> None:
    counts = overview(
        [
            diagnosis(),
            diagnosis(case="unknown_pipe", failing_requests=5),
            diagnosis(customer_id="cus_b"),
            diagnosis(customer_id=None),
            diagnosis(customer_id=None, case="scanner"),
            diagnosis(customer_id=None, case="scanner"),
            diagnosis(customer_id="cus_c", status="recovered"),
            diagnosis(customer_id="cus_c", status="recovered", last_seen=datetime(2026, 11, 15, 23, 59, 58, 249000)),
        ],
        NEWEST,
    )
    assert (counts.customers, counts.requests, counts.cases) == (2, 25, 2)
    assert (counts.recovered, counts.unnamed, counts.scanners) == (1, 1, 2)


def test_an_empty_board_counts_nothing() -> None:
    counts = overview([], None)
    assert (counts.customers, counts.requests, counts.recovered) == (0, 0, 0)


def test_scanners_come_last_and_nothing_else_moves() -> None:
    board = [diagnosis(case="scanner"), diagnosis(customer_id="cus_b"), diagnosis(customer_id="cus_a")]
    assert scanners_last(board) == [board[1], board[2], board[0]]


def test_ranges_count_back_from_the_newest_record() -> None:
    assert start_of("24 hours", NEWEST) == datetime(2026, 11, 21, 23, 59, 58, 250000)
    assert start_of("7 days", NEWEST) == datetime(2026, 11, 15, 23, 59, 58, 250000)
    assert start_of("Whole logs", NEWEST) is None
    assert start_of("24 hours", None) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "cus_a"),
        ({"customer_id": None}, "key ak_live_abcd…"),
        ({"customer_id": None, "case": "scanner"}, "address 203.0.113.9"),
        ({"customer_id": None, "key_prefix": None}, "address 203.0.113.9"),
        ({"customer_id": None, "key_prefix": None, "client_ip": None}, "not known"),
    ],
)
def test_a_caller_is_named_by_what_is_known(fields: dict[str, Any], expected: str) -> None:
    assert caller_of(diagnosis(**fields)) == expected


def test_the_cases_that_could_show_in_an_answer() -> None:
    def names(code: str | None, rows: int | None) -> set[str]:
        return {case.name for case in candidate_cases(code, rows)}

    assert names("insufficient_scope", None) == {"scopeless_key", "missing_scope"}
    assert names("ingest_unavailable", None) == set()
    assert names(None, 0) == {"empty_website"}
    assert names(None, 3) == set()
    assert names(None, None) == set()
    assert names("invalid_pipe", 0) == {"unknown_pipe"}


def test_a_case_that_is_gone_keeps_its_name() -> None:
    assert case_title("scanner") == "Scanner guessing keys"
    assert case_title("gone") == "gone"
