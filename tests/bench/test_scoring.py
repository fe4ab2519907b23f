"""Check matching and scores on hand-written diagnoses."""

from __future__ import annotations

from typing import Any

import pytest

from bench.scoring import CaseScore, Label, Score, score, world_of

Record = dict[str, Any]
PLANTED: Record = {
    "case": "unknown_key",
    "variation": "a placeholder",
    "environment": "production",
    "customer_id": "cus_1",
    "key_fingerprint": "aaaa",
    "website_id": "web_1",
    "client_ip": "192.0.2.1",
    "status": "active",
}
SCANNER: Record = {**PLANTED, "case": "scanner", "customer_id": None, "status": None, "traceable_by": []}


def _scored(diagnoses: list[Record], *labels: Record, **truth: Any) -> Score:
    return score(world_of({"labels": labels or [PLANTED], "healthy": [], **truth}), diagnoses)


def _counts(case: CaseScore) -> tuple[int, int, int, int]:
    return case.planted, case.found, case.false, case.missed


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, True),
        ({"key_fingerprint": "bbbb", "website_id": None, "client_ip": None}, True),
        ({"environment": None}, True),
        ({"environment": "preview"}, False),
        ({"customer_id": "cus_2"}, False),
        ({"customer_id": None}, False),
        ({"case": "whitespace_in_key"}, False),
    ],
)
def test_same_case_same_customer(changed: Record, found: bool) -> None:
    result = _scored([{**PLANTED, **changed}])
    assert _counts(result.case("unknown_key"))[:2] == (1, found)
    assert result.total.false == (not found)


@pytest.mark.parametrize(("website", "found"), [("web_1", True), (None, True), ("web_2", False)])
def test_an_empty_website_is_found_by_its_own_website(website: str | None, found: bool) -> None:
    label = {**PLANTED, "case": "empty_website"}
    assert _scored([{**label, "website_id": website}], label).total.found == found


def test_a_scanner_is_found_by_its_client_and_is_required() -> None:
    assert _counts(_scored([SCANNER], SCANNER).total) == (1, 1, 0, 0)
    assert _counts(_scored([{**SCANNER, "client_ip": "192.0.2.9"}], SCANNER).total) == (1, 0, 1, 1)
    assert _scored([SCANNER], SCANNER).total.status_scored == 0


@pytest.mark.parametrize("lost", [{"traceable": False}, {"traceable_by": []}])
@pytest.mark.parametrize(
    ("changed", "false"),
    [
        ({"client_ip": None}, 0),
        ({"key_fingerprint": None}, 0),
        ({"key_fingerprint": None, "client_ip": None}, 1),
        ({"customer_id": "cus_2"}, 1),
    ],
)
def test_an_untraceable_customer_may_be_found_by_key_or_client(lost: Record, changed: Record, false: int) -> None:
    result = _scored([{**PLANTED, "customer_id": None, **changed}], {**PLANTED, **lost})
    assert _counts(result.total) == (1 - false, 1 - false, false, 0)
    assert result.missed == []


def test_a_traceable_customer_must_be_named() -> None:
    result = _scored([{**PLANTED, "customer_id": None}], {**PLANTED, "traceable_by": ["website"]})
    assert _counts(result.total) == (1, 0, 1, 1)


def test_an_untraceable_customer_need_not_be_found() -> None:
    assert _scored([], {**PLANTED, "traceable": False}).total == CaseScore()


def test_a_second_diagnosis_of_a_label_is_not_false_and_its_own_key_decides_the_status() -> None:
    other_key = {**PLANTED, "key_fingerprint": "bbbb", "status": "recovered", "failing_requests": 900}
    result = _scored([other_key, {**PLANTED, "failing_requests": 9}])
    assert _counts(result.total) == (1, 1, 0, 0)
    assert result.total.status_right == 1


def test_of_other_keys_the_largest_decides_the_status() -> None:
    small = {**PLANTED, "key_fingerprint": "b", "status": "recovered", "failing_requests": 2}
    large = {**PLANTED, "key_fingerprint": "c", "status": "active", "failing_requests": 20}
    assert _scored([small, large]).total.status_right == 1
    wrong = _scored([small])
    assert wrong.total.status_right == 0
    assert [label.variation for label, _ in wrong.wrong_status] == ["a placeholder"]


def test_a_healthy_customer_is_blamed_once_and_the_note_says_why() -> None:
    healthy = [{"customer_id": "cus_8", "note": "types with curl"}, "cus_9", {"customer_id": "cus_7", "note": None}]
    blamed = [{**PLANTED, "customer_id": "cus_8"}, {**PLANTED, "customer_id": "cus_8", "case": "unknown_pipe"}]
    result = _scored([*blamed, {**PLANTED, "customer_id": "cus_9"}], healthy=healthy, lookalikes={"cus_9": "is odd"})
    assert (result.blamed, result.healthy) == (2, 3)
    assert [note for _, note in result.false] == ["types with curl", "types with curl", "is odd"]


def test_a_false_diagnosis_of_a_customer_with_another_case_names_that() -> None:
    result = _scored([PLANTED, {**PLANTED, "case": "revoked_key_in_use"}])
    assert [note for _, note in result.false] == ["has unknown_key (a placeholder)"]
    assert result.blamed == 0


def test_macro_f1_is_over_cases_planted_or_diagnosed() -> None:
    second = {**PLANTED, "case": "unknown_pipe"}
    assert _scored([PLANTED], PLANTED, second).macro_f1 == pytest.approx(0.5)
    assert _scored([PLANTED, {**PLANTED, "case": "invalid_body"}], PLANTED).macro_f1 == pytest.approx(0.5)
    assert _scored([], {**PLANTED, "traceable": False}).macro_f1 == 1.0


def test_figures_of_a_case() -> None:
    case = CaseScore(planted=10, found=8, false=2)
    assert (case.precision, case.recall) == (0.8, 0.8)
    assert case.f1 == pytest.approx(0.8)
    assert (CaseScore().precision, CaseScore().recall, CaseScore().f1) == (None, None, 0.0)


def test_worlds_add_up() -> None:
    both = Score()
    for diagnoses in ([PLANTED], []):
        both.add(_scored(diagnoses, healthy=["cus_5"]))
    assert _counts(both.total) == (2, 1, 0, 1)
    assert both.healthy == 2
    assert [label.case for label in both.missed] == ["unknown_key"]


def test_a_label_of_another_simulator_needs_no_more_than_its_names() -> None:
    (label,) = world_of({"labels": [{"case": "unknown_key", "customer_id": "cus_1"}], "healthy": []}).labels
    assert label == Label("unknown_key", "", None, "cus_1", None, None, None, None)
