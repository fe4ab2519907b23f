"""The cases over whole logs: right by the simulator's truth, the same however narrowly it is asked."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.scoring import Score, score, world_of
from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis.case_file import cases
from pixeldesk.diagnosis.diagnose import Caller, DiagnosisScope, RequestAt, diagnose
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.queries import question
from tests.conftest import ROOT
from tests.log_lines import as_bytes, failed_line, moment, request_line, request_lines, write_lines

# Their developers look at pipes in development, where nobody sends events: by the contract an empty website there,
# which the simulator's clients did not mean to be one.
EMPTY_IN_DEVELOPMENT = {"cus_o1pbe", "cus_qm5ly"}
# One by one they would take a minute.
_EVERY = 6
MACRO_F1, STATUS_RIGHT = 0.97, 0.95


@cache
def truth() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "sample_logs" / "truth.json").read_text("utf-8"))
    return document


@pytest.fixture(scope="module")
def found(sample_desk: Desk) -> list[Diagnosis]:
    """Every diagnosis of the sample."""
    return diagnose(sample_desk.store)


@pytest.fixture(scope="module")
def scored(found: list[Diagnosis]) -> Score:
    """They against the truth."""
    return score(world_of(truth()), [one.as_json() for one in found])


def test_every_planted_mistake_is_found(scored: Score) -> None:
    assert [(label.case, label.variation) for label in scored.missed] == []
    assert {case.name for case in cases()} == set(scored.cases)


def test_nobody_else_is_blamed(scored: Score) -> None:
    blamed = {(one["case"], one["environment"], one["customer_id"]) for one, _ in scored.false}
    assert blamed == {("empty_website", "development", customer) for customer in EMPTY_IN_DEVELOPMENT}


def test_active_and_recovered_are_told_apart(scored: Score) -> None:
    assert [(label.case, label.variation) for label, _ in scored.wrong_status] == []
    assert scored.macro_f1 >= MACRO_F1
    assert scored.total.status_right >= STATUS_RIGHT * scored.total.status_scored


def test_nobody_is_blamed_for_our_outages(sample_desk: Desk) -> None:
    for outage in truth()["outages"]:
        scope = {"start": _time(outage["started_at"]), "end": _time(outage["ended_at"]), "error_code": outage["code"]}
        rows = question("requests").rows(sample_desk.store, **scope)
        asked = tuple(RequestAt(row["request_id"], row["timestamp"]) for row in rows)
        assert asked
        explained = diagnose(sample_desk.store, DiagnosisScope(requests=asked))
        wrongly = [(one.case, one.customer_id) for one in explained if one.explains and one.case != "cached_jwt"]
        assert wrongly == []


def test_a_diagnosis_has_what_the_contract_says(found: list[Diagnosis]) -> None:
    fields = {
        "case", "title", "environment", "customer_id", "key_fingerprint", "website_id", "client_ip", "status",
        "confidence", "first_seen", "last_seen", "failing_requests", "evidence", "for", "against", "fix", "reply",
    }  # fmt: skip
    for one in found:
        document = one.as_json()
        assert fields <= set(document)
        assert one.status in ("active", "recovered")
        assert 0 < one.confidence < 1
        assert one.first_seen <= one.last_seen
        assert document["first_seen"].endswith("Z")
        assert one.for_ and one.fix and one.reply.startswith("This is a note" if one.case == "scanner" else "Hello,")
        assert Diagnosis.model_validate(json.loads(json.dumps(document))) == one
    assert len({one.id for one in found}) == len(found)


def test_evidence_can_be_opened(found: list[Diagnosis], sample_desk: Desk) -> None:
    for one in found:
        assert one.evidence
        for request_id in one.evidence:
            assert question("request").rows(sample_desk.store, request_id=request_id), (one.id, request_id)
        cited = {word.strip("(),.") for text in (*one.for_, *one.against) for word in text.split()}
        assert {word for word in cited if word.startswith("req_")} <= set(one.evidence)


def test_refused_requests_that_name_no_customer_are_given_one(found: list[Diagnosis]) -> None:
    whose = {one.case: one for one in found if one.customer_id}
    for case in ("dev_key_in_prod", "whitespace_in_key", "hash_pasted_as_key", "missing_authorization"):
        assert any("name no customer" in text and str(whose[case].customer_id) in text for text in whose[case].for_)


def test_one_customer_alone_gets_the_same_diagnoses(found: list[Diagnosis], sample_desk: Desk) -> None:
    customers = sorted({one.customer_id for one in found if one.customer_id})
    assert len(customers) > 40
    for customer in customers[::_EVERY]:
        alone = diagnose(sample_desk.store, DiagnosisScope(customer_id=customer))
        assert _bare(alone) == _bare(one for one in found if one.customer_id == customer)


def test_a_caller_whom_nobody_knows_gets_the_same_diagnosis(found: list[Diagnosis], sample_desk: Desk) -> None:
    nameless = [one for one in found if not one.customer_id]
    assert nameless
    for one in nameless:
        caller = Caller(key_fingerprint=one.key_fingerprint, client_ip=one.client_ip)
        asked = tuple(
            RequestAt(row["request_id"], row["timestamp"])
            for row in question("request").rows(sample_desk.store, request_id=one.evidence[0])
        )
        alone = diagnose(sample_desk.store, DiagnosisScope(callers=(caller,), requests=asked))
        assert one.subject in {other.subject for other in alone if other.explains}


def test_many_callers_at_once_get_the_same_diagnoses(found: list[Diagnosis], sample_desk: Desk) -> None:
    customers = sorted({one.customer_id for one in found if one.customer_id})[::4]
    nameless = [one for one in found if not one.customer_id]
    callers = [Caller(customer_id=customer) for customer in customers]
    callers += [Caller(key_fingerprint=one.key_fingerprint, client_ip=one.client_ip) for one in nameless]
    together = diagnose(sample_desk.store, DiagnosisScope(callers=tuple(callers)))
    mine = [one for one in together if one.customer_id in (None, *customers)]
    assert _bare(mine) == _bare(one for one in found if one.customer_id in (None, *customers))


def test_a_customer_without_a_mistake_has_no_diagnosis(sample_desk: Desk) -> None:
    healthy = {entry["customer_id"] for entry in truth()["healthy"]} - EMPTY_IN_DEVELOPMENT
    for customer in sorted(healthy)[:4]:
        assert diagnose(sample_desk.store, DiagnosisScope(customer_id=customer)) == []


def test_an_environment_alone(found: list[Diagnosis], sample_desk: Desk) -> None:
    alone = diagnose(sample_desk.store, DiagnosisScope(environment="development"))
    assert _bare(alone) == _bare(one for one in found if one.environment == "development")
    assert alone


def test_the_end_of_a_range_is_its_present(sample_desk: Desk) -> None:
    """A mistake that was mended on the twelfth was active on the eleventh."""
    (label,) = [one for one in truth()["labels"] if one["variation"] == "kept for ten minutes"]
    scope = {"customer_id": label["customer_id"]}
    (now,) = diagnose(sample_desk.store, DiagnosisScope(**scope))
    (then,) = diagnose(sample_desk.store, DiagnosisScope(end=datetime(2026, 11, 12, 12), **scope))
    assert (then.status, now.status) == ("active", "recovered")
    assert then.failing_requests < now.failing_requests
    assert diagnose(sample_desk.store, DiagnosisScope(start=datetime(2026, 11, 14), **scope)) == []


def test_what_came_before_a_range_is_still_known(desk: Desk, tmp_path: Path) -> None:
    """The key's success in development lies before the range, and tells all the same."""
    day = timedelta(days=1).total_seconds()
    key = {"id": "key_dev", "fingerprint": "aa" * 8, "prefix": "ak_test_Zt3b", "length": 40, "scopes": ["pixel:read"]}
    refused = {**key, "id": None, "scopes": None}
    lines = [
        request_line(timestamp=moment(-3 * day), request_id="req_dev1", environment="development", api_key=key),
        *(
            failed_line(
                "invalid_api_key", 401, timestamp=moment(600 * n), request_id=f"req_bad{n}", api_key=refused,
                customer_id=None, website_id=None, path="/pixel/events", client={"ip": "198.51.100.1"},
            )
            for n in range(12)
        ),
    ]  # fmt: skip
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    (one,) = desk.diagnose(start=datetime(2026, 11, 16))
    assert (one.case, one.customer_id, one.failing_requests) == ("dev_key_in_prod", "cus_0184", 12)


def test_an_empty_store_and_a_healthy_one(desk: Desk, tmp_path: Path) -> None:
    assert desk.diagnose() == []
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", request_lines(50)))])
    assert desk.diagnose() == []


def test_fields_that_are_missing_everywhere_break_nothing(desk: Desk, tmp_path: Path) -> None:
    """Every refusal the API knows, with nothing on the line but what a request line must have."""
    codes = sorted({code for case in cases() for code in case.codes})
    lines = [
        {"timestamp": moment(600 * n), "request_id": f"req_{code}_{n}", "status": 401, "error": {"code": code}}
        for code in codes
        for n in range(30)
    ]
    path = tmp_path / "a.ndjson"
    path.write_bytes(as_bytes(lines))
    desk.ingest([str(path)])
    assert all(one.customer_id is None for one in desk.diagnose())


def test_lines_whose_time_cannot_be_true_are_left_out(desk: Desk, tmp_path: Path) -> None:
    lines = [
        failed_line("invalid_pipe", 400, timestamp=f"2999-01-{day:02}T12:00:00Z", request_id=f"req_late{day}")
        for day in range(1, 30)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    assert desk.diagnose() == []


def _bare(diagnoses: Any) -> list[Diagnosis]:
    """Without what depends on the question asked, in one order."""
    return sorted((one.model_copy(update={"explains": ()}) for one in diagnoses), key=lambda one: one.subject)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


ODD_DETAILS: list[Any] = [
    None, "text", '{"not": json', "[", 5, True, [], [1, "two"], {}, {"available": None}, {"available": "pixel:read"},
    {"available": {"a": 1}}, {"available": [1, None]}, {"required": 5}, {"required": ["pixel:read"]},
    {"fieldErrors": 7}, {"fieldErrors": {"url": None}}, {"issues": [{"path": 3}, 5, {"path": [None, 1]}]}, {"": ""},
    {"required": "pixel:\u0000read"}, {"deep": [[[[[[[[]]]]]]]]},
]  # fmt: skip


@pytest.mark.parametrize("code", sorted({code for case in cases() for code in case.codes}))
def test_no_form_of_the_details_breaks_a_diagnosis(code: str, desk: Desk, tmp_path: Path) -> None:
    lines = [
        {
            **failed_line(code, 403, timestamp=moment(300 * n), request_id=f"req_{n}", customer_id=f"cus_{n % 7}"),
            "error": {"code": code, "message": None, "details": details},
            "path": f"/pixel/pipes/{n % 3}\ufffd'\"%00?website_id=",
        }
        for n, details in enumerate(ODD_DETAILS * 15)
    ]
    report = desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    assert report.requests == len(lines)
    assert all(one.reply and one.for_ for one in desk.diagnose())
