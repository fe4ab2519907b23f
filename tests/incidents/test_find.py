"""Compare the committed sample's incidents with its truth, and every figure with a recount in plain Python."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.incidents.incident import Incident
from tests.conftest import ROOT
from tests.sample_lines import Request, requests

TRUTH = json.loads((ROOT / "sample_logs" / "truth.json").read_text())
OUTAGES = {
    (outage["code"], datetime.fromisoformat(outage["started_at"]).astimezone(UTC).replace(tzinfo=None)): outage
    for outage in TRUTH["outages"]
}
NEAR = timedelta(minutes=3)


@pytest.fixture(scope="module")
def incidents(sample_desk: Desk) -> list[Incident]:
    """Return the incidents that the desk finds in the sample."""
    return sample_desk.incidents()


def of_outage(incidents: list[Incident], code: str, start: datetime) -> Incident:
    """Return the incident with this code that starts within an hour of the outage's start."""
    (incident,) = [
        each for each in incidents if each.code == code and abs(each.started_at - start) < timedelta(hours=1)
    ]
    return incident


def failed_in(incident: Incident) -> list[Request]:
    """Return an incident's requests, found in plain Python."""
    assert incident.ended_at is not None
    return [
        request
        for request in requests()
        if request.error_code == incident.code
        and request.environment == incident.environment
        and incident.started_at <= request.timestamp < incident.ended_at
        and request.caller not in incident.failing_before
    ]


def test_all_outages_are_found_and_nothing_else(incidents: list[Incident]) -> None:
    assert len(incidents) == len(OUTAGES)
    starts = [incident.started_at for incident in incidents]
    assert starts == sorted(starts, reverse=True)


@pytest.mark.parametrize(("code", "start"), OUTAGES)
def test_each_is_found_with_start_and_end(incidents: list[Incident], code: str, start: datetime) -> None:
    truth = OUTAGES[code, start]
    end = datetime.fromisoformat(truth["ended_at"]).astimezone(UTC).replace(tzinfo=None)
    incident = of_outage(incidents, code, start)
    in_truth = [
        request.timestamp
        for request in requests()
        if request.error_code == code and start <= request.timestamp < end and request.host in truth["hosts"]
    ]
    assert incident.started_at - min(in_truth) < NEAR
    assert incident.ended_at is not None
    assert abs(incident.ended_at - max(in_truth)) < NEAR
    assert set(incident.hosts) <= set(truth["hosts"])
    assert set(incident.routes) <= set(truth["routes"])
    assert incident.detected_at - incident.started_at <= timedelta(minutes=30)


@pytest.mark.parametrize(("code", "start"), OUTAGES)
def test_each_figure_equals_a_recount(incidents: list[Incident], code: str, start: datetime) -> None:
    incident = of_outage(incidents, code, start)
    failed = failed_in(incident)
    minutes = [request.timestamp.replace(second=0, microsecond=0) for request in failed]
    assert incident.ended_at is not None
    assert incident.requests == len(failed)
    assert incident.customers == len({request.customer_id for request in failed} - {None})
    assert incident.callers == len({request.caller for request in failed})
    assert (incident.started_at, incident.last_seen) == (
        min(r.timestamp for r in failed),
        max(r.timestamp for r in failed),
    )
    assert incident.hosts == tuple(sorted({str(request.host) for request in failed}))
    assert incident.routes == tuple(sorted({str(request.route) for request in failed}))
    assert incident.peak_per_minute == max(minutes.count(minute) for minute in set(minutes))
    span = incident.ended_at - min(minutes)
    assert incident.rate_per_minute == pytest.approx(len(failed) / (span / timedelta(minutes=1)))
    assert incident.baseline_per_minute < incident.rate_per_minute / 10
    callers = {request.request_id: request.caller for request in failed}
    assert (
        len({callers[example] for example in incident.examples}) == len(incident.examples) == min(8, incident.callers)
    )


def test_customers_with_an_old_token_are_not_counted_as_hit(incidents: list[Incident]) -> None:
    labels = [label for label in TRUTH["labels"] if label["case"] == "cached_jwt"]
    (outage,) = [each for each in incidents if each.code == "tinybird_error" and each.started_at.day == 18]
    assert set(outage.failing_before) <= {label["customer_id"] for label in labels}
    assert outage.failing_before


def test_a_server_without_its_variable_is_what_differs(incidents: list[Incident]) -> None:
    (incident,) = [each for each in incidents if each.code == "ingest_unavailable"]
    assert incident.differs[0].startswith("web-3 answered 100 % of them")


def test_the_json_has_the_documented_keys(incidents: list[Incident]) -> None:
    document = incidents[0].as_json()
    assert set(document) >= {
        "code",
        "started_at",
        "ended_at",
        "last_seen",
        "requests",
        "customers",
        "hosts",
        "peak_per_minute",
        "baseline_per_minute",
        "differs",
        "examples",
    }
    assert document["started_at"].endswith("Z")
    assert json.loads(json.dumps(document)) == document


def test_a_range_has_the_incidents_that_overlap_it(sample_desk: Desk, incidents: list[Incident]) -> None:
    newest = incidents[0]
    assert newest.ended_at is not None
    assert sample_desk.incidents(newest.started_at + timedelta(minutes=1), newest.ended_at) == [newest]
    assert sample_desk.incidents(newest.ended_at + timedelta(seconds=1)) == []
    assert newest not in sample_desk.incidents(None, newest.started_at)
