"""Test the edges of a review: weeks without logs, partial weeks, midnight, and what is new without a past."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.errors import UsageError
from pixeldesk.incidents.incident import Change, Incident
from pixeldesk.weekly.logged import ShortDay
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.reviewing import MOST_ROWS, review_week
from pixeldesk.weekly.week import Week
from tests.diagnosis.a_diagnosis import a_diagnosis
from tests.log_lines import request_line, write_lines
from tests.weekly.weekly_lines import HOURS, at, bad, good, whole_week

THIS = Week(2026, 47)
Reviewed = Callable[..., Review]


@pytest.fixture
def reviewed(desk: Desk, tmp_path: Path) -> Reviewed:
    """Return a function that reviews lines: `reviewed(lines, week=Week(…), environment="…")`."""

    def review(
        lines: Sequence[dict[str, Any]],
        week: Week = THIS,
        environment: str | None = None,
        incidents: Sequence[Incident] = (),
        diagnoses: Sequence[Diagnosis] = (),
    ) -> Review:
        desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
        return review_week(desk.store, week, environment, 0.999, diagnoses, incidents)

    return review


def test_a_single_week_is_compared_with_nothing_and_has_nothing_new(reviewed: Reviewed) -> None:
    found = reviewed(whole_week(0, failing=3))
    assert (found.overall.requests, found.overall.errors) == (HOURS + 3, 3)
    assert found.compared == ()
    assert found.overall.from_week_before is found.overall.from_mean is None
    assert (found.new_codes, found.vanished_codes, found.new_customers) == (None, None, None)
    assert (found.recovered_customers, found.movers, found.customer_movers) == (None, None, None)
    assert [str(week.logged.week) for week in found.weeks] == ["2026-W47"]


def test_midnight_of_monday_belongs_to_the_week_that_begins(reviewed: Reviewed) -> None:
    a_microsecond = 1e-6 / 3600
    lines = [
        bad(0, -a_microsecond, "before", request_id="req_before01"),
        bad(0, 0, "first", request_id="req_first001"),
        bad(0, HOURS - a_microsecond, "last", request_id="req_last0001"),
        bad(0, HOURS, "after", request_id="req_after001"),
    ]
    found = reviewed(lines)
    assert {code.name: code.errors for code in found.codes} == {"first": 1, "last": 1, "before": 0}
    assert found.overall.requests == 2


def test_a_week_without_logs_has_no_figures(reviewed: Reviewed) -> None:
    found = reviewed([*whole_week(-2, failing=9), *whole_week(0)], week=THIS.earlier(1))
    assert found.logged.is_empty
    assert found.overall.rate is None
    assert found.overall.from_week_before is None
    assert found.availability.share is found.availability.budget_used is None
    assert found.vanished_codes is None
    assert found.recovered_customers == ()
    assert [(str(week.logged.week), week.requests) for week in found.weeks] == [("2026-W45", 177), ("2026-W46", 0)]


def test_an_empty_store_has_a_review(reviewed: Reviewed) -> None:
    found = reviewed([])
    assert found.weeks[-1].logged.week == THIS
    assert (len(found.weeks), found.codes, found.routes) == (1, (), ())


def test_a_week_is_partial_below_95_percent_of_its_hours(reviewed: Reviewed) -> None:
    hours = [hour for hour in range(HOURS) if hour not in range(30, 38)]
    found = reviewed([*(good(0, hour) for hour in hours), *(good(-1, hour) for hour in hours[:-1])])
    assert (found.logged.hours, found.logged.is_partial) == (160, False)
    assert found.logged.short_days == (ShortDay(day=datetime(2026, 11, 17), hours=16),)
    assert (found.compared[0].hours, found.compared[0].is_partial) == (159, True)


def test_the_newest_whole_week_is_the_default(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are no logs to review"):
        desk.report()
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [good(0, hour) for hour in range(30)]))])
    assert desk.report().week == THIS
    desk.ingest([str(write_lines(tmp_path / "b.ndjson", [*whole_week(-2), *whole_week(-1)]))])
    assert desk.report().week == THIS.earlier(1)
    assert [str(logged.week) for logged in desk.stored_weeks()] == ["2026-W47", "2026-W46", "2026-W45"]
    with pytest.raises(UsageError, match="no log names the environment prod; there are: production"):
        desk.report(environment="prod")


def test_the_mean_is_of_the_four_weeks_that_have_logs(reviewed: Reviewed) -> None:
    lines = [*whole_week(0, failing=10), *whole_week(-2, failing=20), *whole_week(-4, failing=40)]
    found = reviewed([*lines, *whole_week(-5, failing=160)])
    assert [str(logged.week) for logged in found.compared] == ["2026-W45", "2026-W43"]
    assert found.overall.from_week_before is None
    assert found.overall.from_mean is not None
    assert found.overall.from_mean.rate == pytest.approx(60 / (2 * HOURS + 60))
    assert found.new_customers == ()
    assert (found.movers, found.recovered_customers) == (None, None)


def test_week_53_and_the_turn_of_the_year(reviewed: Reviewed) -> None:
    week = Week(2020, 53)
    number = (week.start - THIS.start) // timedelta(weeks=1)
    lines = [whole_week(number + step, failing=failing) for step, failing in ((0, 2), (-1, 1), (1, 4))]
    found = reviewed([*lines[0], *lines[1], *lines[2]], week=week)
    assert (found.overall.errors, found.overall.requests) == (2, HOURS + 2)
    assert found.compared[0].week == Week(2020, 52)
    assert found.logged.hours == HOURS


def test_the_environment_is_a_filter_on_everything(reviewed: Reviewed) -> None:
    elsewhere: dict[str, Any] = {"environment": "preview", "customer_id": "cus_preview"}
    lines = [*whole_week(0, failing=2), *whole_week(-1), *whole_week(-2)]
    lines += [bad(0, hour + 0.5, "internal_error", 500, **elsewhere) for hour in range(5)]
    lines += [bad(-1, hour + 0.5, "invalid_pipe", **elsewhere, request_id=f"req_P{hour:05}") for hour in range(5)]
    found = reviewed(lines, environment="preview")
    assert (found.overall.requests, found.overall.errors, found.server_errors.errors) == (5, 5, 5)
    assert [code.name for code in found.codes] == ["internal_error", "invalid_pipe"]
    assert found.vanished_codes == ("invalid_pipe",)
    assert [code.code for code in found.new_codes or ()] == ["internal_error"]
    # Whether an hour is logged does not depend on the environment.
    assert found.logged.hours == HOURS
    assert [str(logged.week) for logged in found.compared] == ["2026-W46"]


def test_recovered_customers_failed_and_then_only_succeeded(reviewed: Reviewed) -> None:
    names = ("mended", "silent", "failing", "older", "ancient")
    weeks = {"older": -4, "ancient": -5}
    lines = [
        bad(weeks.get(name, -1), index, customer_id=f"cus_{name}", request_id=f"req_{name}0001")
        for index, name in enumerate(names)
    ]
    lines += [good(0, index, customer_id=f"cus_{name}") for index, name in enumerate(names) if name != "silent"]
    lines += [bad(0, 9 + index / 10, customer_id=f"cus_{name}") for index, name in enumerate(names[2:])]
    lines += [bad(0, 8, customer_id="cus_new", status=503, code="tinybird_error")]
    lines += [bad(0, HOURS, customer_id="cus_next_week")]
    found = reviewed(lines)
    assert [
        (customer.customer_id, customer.errors_before, customer.requests)
        for customer in found.recovered_customers or ()
    ] == [("cus_mended", 1, 1)]
    assert [
        (customer.customer_id, customer.errors, customer.server_errors) for customer in found.new_customers or ()
    ] == [
        ("cus_ancient", 1, 0),
        ("cus_new", 1, 1),
    ]


def test_implausible_times_count_nowhere(reviewed: Reviewed) -> None:
    found = reviewed([*whole_week(0), request_line(timestamp="1999-11-16T00:00:00Z", request_id="req_longAgo1")])
    assert found.overall.requests == HOURS


def test_a_steady_rise_is_marked_and_a_burst_is_not(reviewed: Reviewed) -> None:
    lines = [*whole_week(-1), *whole_week(0)]
    lines += [bad(-1, 6 * step + 0.1, "steady") for step in range(14)]
    lines += [bad(0, 2 * step + 0.1, "steady") for step in range(70)]
    lines += [bad(0, 30 + step / 60, "burst") for step in range(60)]
    marks = {code.name: code.from_week_before for code in reviewed(lines).codes}
    assert marks["steady"] is not None and marks["steady"].is_more_than_noise
    assert marks["burst"] is not None and not marks["burst"].is_more_than_noise


def test_with_a_route_per_request_the_tables_are_truncated(reviewed: Reviewed) -> None:
    lines = [bad(0, index / 10, f"code_{index}", route=f"/made/up/{index}") for index in range(MOST_ROWS + 7)]
    found = reviewed(lines)
    assert (len(found.routes), found.routes_left_out) == (MOST_ROWS, 7)
    assert (len(found.codes), found.codes_left_out) == (MOST_ROWS, 7)


def test_errors_without_a_code_or_a_route_are_counted(reviewed: Reviewed) -> None:
    line = request_line(timestamp=at(0), status=502, route=None, customer_id=None, api_key=None, client=None)
    found = reviewed([line])
    assert [(rate.name, rate.errors) for rate in (*found.codes, *found.routes)] == [("no code", 1), ("no route", 1)]
    assert [(code.customers, code.unnamed_callers) for code in found.hit_most] == [(0, 0)]


INCIDENT = Incident(
    id="2026-11-16T00:00-tinybird_error-production",
    code="tinybird_error",
    environment="production",
    started_at=THIS.start,
    detected_at=THIS.start,
    ended_at=THIS.start + timedelta(hours=1),
    last_seen=THIS.start + timedelta(minutes=50),
    requests=40,
    customers=7,
    callers=8,
    hosts=(),
    routes=(),
    peak_per_minute=3.0,
    rate_per_minute=1.0,
    baseline_per_minute=0.1,
    is_learning=False,
    failing_before=(),
    changes=(Change(kind="opened", at=THIS.start, requests=10, customers=4),),
)


def test_incidents_that_overlap_the_week_are_listed(reviewed: Reviewed) -> None:
    before = INCIDENT.model_copy(
        update={"id": "before", "started_at": THIS.start - timedelta(days=1), "ended_at": THIS.start}
    )
    over = before.model_copy(update={"id": "over", "ended_at": THIS.start - timedelta(minutes=1)})
    still = before.model_copy(update={"id": "still", "ended_at": None, "last_seen": THIS.end + timedelta(days=9)})
    after = INCIDENT.model_copy(update={"id": "after", "started_at": THIS.end})
    elsewhere = INCIDENT.model_copy(update={"id": "elsewhere", "environment": "preview"})
    found = reviewed([], incidents=[after, INCIDENT, elsewhere, still, over, before])
    assert [each.id for each in found.incidents] == ["still", "before", INCIDENT.id, "elsewhere"]
    shown = found.incidents[2]
    assert (shown.customers, shown.requests, shown.ended_at) == (7, 40, INCIDENT.ended_at)
    in_production = reviewed([], incidents=[INCIDENT, elsewhere], environment="production")
    assert [each.id for each in in_production.incidents] == [INCIDENT.id]


def diagnosis(case: str, customer_id: str | None, first: datetime, last: datetime, status: str) -> Diagnosis:
    return a_diagnosis(
        case=case, title=case.title(), customer_id=customer_id, first_seen=first, last_seen=last, status=status
    )


def test_cases_are_those_that_overlap_the_week(reviewed: Reviewed) -> None:
    hour = timedelta(hours=1)
    before, within, after = THIS.start - hour, THIS.start + hour, THIS.end + hour
    found = reviewed(
        [],
        diagnoses=[
            diagnosis("cached", "cus_b", before, within, "recovered"),
            diagnosis("cached", "cus_a", within, after, "active"),
            diagnosis("cached", "cus_a", before, after, "active"),
            diagnosis("cached", None, within, within, "active"),
            diagnosis("gone", "cus_c", before, before, "recovered"),
            diagnosis("later", "cus_c", THIS.end, after, "active"),
            diagnosis("scanner", None, within, within, "active"),
        ],
    )
    assert [(case.case, case.title, case.customers, case.unnamed, case.active) for case in found.cases] == [
        ("cached", "Cached", ("cus_a", "cus_b"), 1, 3),
        ("scanner", "Scanner", (), 1, 1),
    ]
