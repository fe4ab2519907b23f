"""Compare the counts around an incident with a recount in plain Python over the same lines."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.times import is_learning, minutes_lasted, minutes_to_detect
from tests.alerts.made_incidents import after, ended, incident
from tests.log_lines import failed_line, moment, request_line, write_lines
from tests.sample_lines import Request, requests

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", params=range(4))
def outage(sample_desk: Desk, request: pytest.FixtureRequest) -> Incident:
    """Return one of the sample's four outages."""
    found = sample_desk.incidents()
    assert len(found) == 4
    chosen: Incident = found[request.param]
    return chosen


def failures(incident: Incident, start: datetime, end: datetime) -> list[Request]:
    """Return the requests in a half-open range that failed as the incident's do."""
    return [
        each
        for each in requests()
        if start <= each.timestamp < end
        and each.status >= 500
        and (each.environment, each.error_code) == (incident.environment, incident.code)
        and each.caller not in incident.failing_before
    ]


def test_the_failures_by_host_and_time(outage: Incident, sample_desk: Desk) -> None:
    assert outage.ended_at is not None
    around = sample_desk.around(outage)
    width = around.time.width
    assert around.time.start <= outage.started_at - HOUR < around.time.start + width
    assert around.time.end - width < outage.ended_at + HOUR <= around.time.end
    counted: Counter[tuple[str | None, datetime]] = Counter()
    for each in failures(outage, around.time.start, around.time.end):
        counted[each.host, each.timestamp - (each.timestamp - datetime.min) % width] += 1
    shown = {
        (host.host, bucket): rate * (width / timedelta(minutes=1))
        for host in around.hosts
        for bucket, rate in zip(host.buckets, host.per_minute, strict=True)
    }
    assert shown == pytest.approx(counted)
    assert sum(counted.values()) >= outage.requests


def test_the_customers_it_hit(outage: Incident, sample_desk: Desk) -> None:
    assert outage.ended_at is not None
    around = sample_desk.around(outage)
    own = failures(outage, outage.started_at, outage.ended_at)
    assert {row.customer_id: row.requests for row in around.customers} == Counter(
        each.customer_id for each in own if each.customer_id
    )
    assert sum(row.requests for row in around.customers) == outage.requests
    assert [row.requests for row in around.customers] == sorted(
        (row.requests for row in around.customers), reverse=True
    )
    for row in around.customers[:5]:
        times = [each.timestamp.replace(second=0, microsecond=0) for each in own if each.customer_id == row.customer_id]
        assert (row.first_seen, row.last_seen) == (min(times), max(times))
    assert around.unnamed is None


def test_the_examples_are_the_incidents_own_requests(outage: Incident, sample_desk: Desk) -> None:
    assert outage.ended_at is not None
    own = {each.request_id: each for each in failures(outage, outage.started_at, outage.ended_at)}
    rows = sample_desk.examples(outage)
    assert [row.request_id for row in rows] == list(outage.examples)
    for row in rows:
        assert row.timestamp == own[row.request_id].timestamp
        assert row.customer_id == own[row.request_id].customer_id


def test_duration_and_detection_in_minutes(outage: Incident) -> None:
    assert outage.ended_at is not None
    assert abs(minutes_lasted(outage) - (outage.ended_at - outage.started_at).total_seconds() / 60) <= 0.5
    assert abs(minutes_to_detect(outage) - (outage.detected_at - outage.started_at).total_seconds() / 60) <= 0.5


Load = Callable[..., Desk]
Fields = dict[str, object]


@pytest.fixture
def load(desk: Desk, tmp_path: Path) -> Load:
    """Return a function that loads failures, a minute apart from noon, each with the given fields."""

    def of(*failed: Fields) -> Desk:
        lines = [
            {
                **failed_line(str(fields.get("code", "ingest_unavailable")), 503),
                "request_id": f"req_F{index:07}",
                "timestamp": moment(60.0 * index),
                **fields,
            }
            for index, fields in enumerate(failed)
        ]
        newest = request_line(request_id="req_Newest01", timestamp=moment(60.0 * 80))
        desk.ingest([str(write_lines(tmp_path / "a.ndjson", [*lines, newest]))])
        return desk

    return of


def test_callers_without_a_customer_are_counted_apart(load: Load) -> None:
    nobody: Fields = {"customer_id": None}
    around = load({}, nobody, {**nobody, "api_key": {"fingerprint": "aa"}}, nobody).around(ended())
    assert [(row.customer_id, row.requests) for row in around.customers] == [("cus_0184", 1)]
    assert around.unnamed is not None
    assert (around.unnamed.callers, around.unnamed.requests) == (2, 3)


def test_earlier_failers_and_other_failures_are_not_counted(load: Load) -> None:
    others = ({"environment": "preview"}, {"code": "tinybird_error"}, {"customer_id": "cus_old"})
    around = load({}, *others).around(ended(failing_before=("cus_old",)))
    assert [row.customer_id for row in around.customers] == ["cus_0184"]
    assert [host.per_minute for host in around.hosts] == [(1.0,)]


def test_an_environment_without_a_name_and_failures_without_a_code_are_found(load: Load) -> None:
    bare: Fields = {"environment": None, "error": None}
    around = load({}, bare, {"error": None}).around(ended(environment=None, code="no code"))
    assert [host.buckets for host in around.hosts] == [(after(1),)]
    around = load().around(ended(code="5xx"))
    assert [host.buckets for host in around.hosts] == [(after(0), after(2))]


def test_nothing_is_shown_after_the_newest_record(load: Load) -> None:
    assert load({}).around(incident()).time.end == after(69 + 1)
    assert load().around(incident(last_seen=after(79))).time.end == after(80)


def test_six_hosts_are_listed_separately(load: Load) -> None:
    of_host = [{"host": f"web-{n}"} for n in range(6)]
    assert [host.host for host in load(*of_host).around(ended()).hosts] == [f"web-{n}" for n in range(6)]


def test_of_more_hosts_the_less_busy_are_summed_up(load: Load) -> None:
    hosts = [*(f"web-{n}" for n in range(7)), "web-6", "web-6", None]
    around = load(*({"host": host} for host in hosts)).around(ended())
    assert [(host.host, host.is_rest) for host in around.hosts] == [
        *((f"web-{n}", False) for n in (0, 1, 2, 3, 6)),
        (None, True),
    ]
    assert around.hosts[-1].buckets == (after(4), after(5), after(9))


def test_an_id_shared_with_another_request_gives_one_example(load: Load) -> None:
    desk = load({"request_id": "req_Same0001"}, {"request_id": "req_Same0001", "status": 404})
    rows = desk.examples(ended(examples=("req_Same0001",)))
    assert [row.status for row in rows] == [503]


def test_less_than_a_week_of_logs_is_learning() -> None:
    assert is_learning(after(0), after(7 * 24 * 60) - timedelta(microseconds=1))
    assert not is_learning(after(0), after(7 * 24 * 60))
