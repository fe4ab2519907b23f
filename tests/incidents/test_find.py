"""The incidents of the committed sample against its truth, and every figure against a count in plain Python."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.incidents.incident import Incident
from tests.conftest import ROOT
from tests.sample_lines import Request, requests

TRUTH = json.loads((ROOT / "sample_logs" / "truth.json").read_text())
OUTAGES = {
    (one["code"], datetime.fromisoformat(one["started_at"]).astimezone(UTC).replace(tzinfo=None)): one
    for one in TRUTH["outages"]
}
NEAR = timedelta(minutes=3)


@pytest.fixture(scope="module")
def incidents(sample_desk: Desk) -> list[Incident]:
    """What the desk finds in the sample."""
    return sample_desk.incidents()


def of_outage(incidents: list[Incident], code: str, start: datetime) -> Incident:
    """The one that is this outage."""
    (one,) = [one for one in incidents if one.code == code and abs(one.started_at - start) < timedelta(hours=1)]
    return one


def failed_in(incident: Incident) -> list[Request]:
    """Its requests, counted in plain Python."""
    assert incident.ended_at is not None
    return [
        one
        for one in requests()
        if one.error_code == incident.code
        and one.environment == incident.environment
        and incident.started_at <= one.timestamp < incident.ended_at
        and one.caller not in incident.failing_before
    ]


def test_all_outages_are_found_and_nothing_else(incidents: list[Incident]) -> None:
    assert len(incidents) == len(OUTAGES)
    assert [one.started_at for one in incidents] == sorted((one.started_at for one in incidents), reverse=True)


@pytest.mark.parametrize(("code", "start"), OUTAGES)
def test_each_is_found_with_its_ends(incidents: list[Incident], code: str, start: datetime) -> None:
    truth = OUTAGES[code, start]
    end = datetime.fromisoformat(truth["ended_at"]).astimezone(UTC).replace(tzinfo=None)
    one = of_outage(incidents, code, start)
    in_truth = [
        request.timestamp
        for request in requests()
        if request.error_code == code and start <= request.timestamp < end and request.host in truth["hosts"]
    ]
    assert one.started_at - min(in_truth) < NEAR
    assert one.ended_at is not None
    assert abs(one.ended_at - max(in_truth)) < NEAR
    assert set(one.hosts) <= set(truth["hosts"])
    assert set(one.routes) <= set(truth["routes"])
    assert one.detected_at - one.started_at <= timedelta(minutes=30)


@pytest.mark.parametrize(("code", "start"), OUTAGES)
def test_each_figure_is_what_a_plain_count_gives(incidents: list[Incident], code: str, start: datetime) -> None:
    one = of_outage(incidents, code, start)
    failed = failed_in(one)
    minutes = [request.timestamp.replace(second=0, microsecond=0) for request in failed]
    assert one.ended_at is not None
    assert one.requests == len(failed)
    assert one.customers == len({request.customer_id for request in failed} - {None})
    assert one.callers == len({request.caller for request in failed})
    assert (one.started_at, one.last_seen) == (min(r.timestamp for r in failed), max(r.timestamp for r in failed))
    assert one.hosts == tuple(sorted({str(request.host) for request in failed}))
    assert one.routes == tuple(sorted({str(request.route) for request in failed}))
    assert one.peak_per_minute == max(minutes.count(minute) for minute in set(minutes))
    span = one.ended_at - min(minutes)
    assert one.rate_per_minute == pytest.approx(len(failed) / (span / timedelta(minutes=1)))
    assert one.baseline_per_minute < one.rate_per_minute / 10
    callers = {request.request_id: request.caller for request in failed}
    assert len({callers[example] for example in one.examples}) == len(one.examples) == min(8, one.callers)


def test_who_failed_already_with_an_old_token_is_not_counted_as_hit(incidents: list[Incident]) -> None:
    labels = [one for one in TRUTH["labels"] if one["case"] == "cached_jwt"]
    (outage,) = [one for one in incidents if one.code == "tinybird_error" and one.started_at.day == 18]
    assert set(outage.failing_before) <= {one["customer_id"] for one in labels}
    assert outage.failing_before


def test_a_server_without_its_variable_is_what_differs(incidents: list[Incident]) -> None:
    (one,) = [one for one in incidents if one.code == "ingest_unavailable"]
    assert one.differs[0].startswith("web-3 answered 100 % of them")


def test_the_document_is_that_of_the_contract(incidents: list[Incident]) -> None:
    told = incidents[0].as_json()
    assert set(told) >= {
        "code", "started_at", "ended_at", "last_seen", "requests", "customers", "hosts", "peak_per_minute",
        "baseline_per_minute", "differs", "examples",
    }  # fmt: skip
    assert told["started_at"].endswith("Z")
    assert json.loads(json.dumps(told)) == told


def test_a_range_has_the_incidents_with_any_part_in_it(sample_desk: Desk, incidents: list[Incident]) -> None:
    newest = incidents[0]
    assert newest.ended_at is not None
    assert sample_desk.incidents(newest.started_at + timedelta(minutes=1), newest.ended_at) == [newest]
    assert sample_desk.incidents(newest.ended_at + timedelta(seconds=1)) == []
    assert newest not in sample_desk.incidents(None, newest.started_at)
