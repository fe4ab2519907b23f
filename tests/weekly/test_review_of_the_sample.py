"""Every figure of the review of the sample's weeks, against a count in plain Python over the same lines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis.diagnose import Diagnosis
from pixeldesk.incidents.incident import Incident
from pixeldesk.queries.values import rfc3339
from pixeldesk.trends.overdispersion import bursty_difference_p
from pixeldesk.trends.proportions import Proportion, holm
from pixeldesk.weekly.rates import Difference, Rate
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.reviewing import newest_whole_week, review_week, stored_weeks
from pixeldesk.weekly.week import Week
from tests.sample_lines import Request, requests
from tests.weekly.recount import WEEK, Recount, failed, failed_by_us, wilson

OBJECTIVE = 0.999
CASES = [("2026-W46", None), ("2026-W47", None), ("2026-W47", "production"), ("2026-W47", "preview")]
Pair = tuple[Review, Recount]
Name = TypeVar("Name", str, tuple[str, str])


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]} {case[1]}")
def pair(request: pytest.FixtureRequest, sample_desk: Desk) -> Pair:
    week, environment = request.param
    found = review_week(sample_desk.store, Week.parse(week), environment, OBJECTIVE, [], [])
    return found, Recount(Week.parse(week).start, environment)


def check_rate(rate: Rate, requests: int, errors: int) -> None:
    assert (rate.requests, rate.errors) == (requests, errors)
    assert rate.rate == pytest.approx(errors / requests)
    assert (rate.low, rate.high) == pytest.approx(wilson(errors, requests))


def check_difference(difference: Difference | None, now: tuple[int, int], then: tuple[int, int]) -> None:
    if not now[0] or not then[0]:
        assert difference is None
        return
    assert difference is not None
    earlier = then[1] / then[0]
    assert difference.rate == pytest.approx(earlier)
    assert difference.points == pytest.approx(100 * (now[1] / now[0] - earlier))
    if difference.is_more_than_noise:
        assert difference.p < 0.05
        assert abs(difference.points) >= 10 * earlier - 1e-9


def test_all_requests(pair: Pair) -> None:
    review, recount = pair
    for rate, part in ((review.overall, failed), (review.server_errors, failed_by_us)):
        now = recount.share(recount.of(), part)
        check_rate(rate, *now)
        check_difference(rate.from_week_before, now, recount.share(recount.of(1), part))
        check_difference(rate.from_mean, now, recount.share(recount.four_before(), part))


def test_codes(pair: Pair) -> None:
    review, recount = pair
    now, before, four = recount.codes(recount.of()), recount.codes(recount.of(1)), recount.codes(recount.four_before())
    sizes = [len(list(found)) for found in (recount.of(), recount.of(1), recount.four_before())]
    assert {one.name for one in review.codes} == {*now, *four}
    assert [one.errors for one in review.codes] == sorted((one.errors for one in review.codes), reverse=True)
    for one in review.codes:
        check_rate(one, sizes[0], now[one.name])
        check_difference(one.from_week_before, (sizes[0], now[one.name]), (sizes[1], before[one.name]))
        check_difference(one.from_mean, (sizes[0], now[one.name]), (sizes[2], four[one.name]))
    assert review.codes_left_out == 0


def test_a_change_is_marked_where_the_days_do_not_explain_it(pair: Pair) -> None:
    review, recount = pair
    compared = [one for one in review.codes if one.from_week_before]
    now, before = daily(recount, 0), daily(recount, 1)
    p_values = holm([bursty_difference_p(of_code(now, one.name), of_code(before, one.name)) for one in compared])
    for one, p in zip(compared, p_values, strict=True):
        assert one.from_week_before is not None
        earlier = one.from_week_before.rate
        assert one.from_week_before.p == pytest.approx(p)
        is_large = one.rate != earlier and abs((one.rate or 0) - earlier) >= 0.1 * earlier
        assert one.from_week_before.is_more_than_noise == (is_large and p < 0.05)


def test_routes(pair: Pair) -> None:
    review, recount = pair
    now, before = recount.routes(recount.of()), recount.routes(recount.of(1))
    four = recount.routes(recount.four_before())
    assert {one.name for one in review.routes} == {*now, *four}
    for one in review.routes:
        check_rate(one, *now[one.name])
        check_difference(one.from_week_before, now[one.name], before.get(one.name, (0, 0)))
        check_difference(one.from_mean, now[one.name], four.get(one.name, (0, 0)))
    assert sum(one.errors for one in review.routes) == review.overall.errors


def test_new_and_vanished_codes_and_those_that_hit_most(pair: Pair) -> None:
    review, recount = pair
    now, four = recount.codes(recount.of()), recount.codes(recount.four_before())
    if not review.compared:
        assert (review.new_codes, review.vanished_codes) == (None, None)
    else:
        assert review.new_codes is not None
        assert {one.code: one.errors for one in review.new_codes} == {
            code: count for code, count in now.items() if code not in four
        }
        assert {*(review.vanished_codes or ())} == {*four} - {*now}
    who = recount.who()
    most = sorted(now, key=lambda code: (-who[code][0], -now[code], code))[:5]
    assert [(one.code, one.errors, one.customers, one.unnamed_callers) for one in review.hit_most] == [
        (code, now[code], *who[code]) for code in most
    ]


def test_customers(pair: Pair) -> None:
    review, recount = pair
    now, before = recount.customers(recount.of()), recount.customers(recount.of(1))
    four = recount.customers(recount.four_before())
    succeeded = Counter(one.customer_id for one in recount.of() if one.customer_id and not failed(one))
    ours = Counter(one.customer_id for one in recount.of() if failed_by_us(one))
    if not review.compared:
        assert (review.new_customers, review.recovered_customers, review.customer_movers) == (None, None, None)
        return
    assert [(one.customer_id, one.errors, one.server_errors) for one in review.new_customers or ()] == [
        (name, count, ours[name]) for name, count in by_count(now) if name not in four
    ]
    assert [(one.customer_id, one.errors_before, one.requests) for one in review.recovered_customers or ()] == [
        (name, count, succeeded[name]) for name, count in by_count(before) if name not in now and succeeded[name]
    ]
    moved = {name: now[name] - before[name] for name in {*now, *before}}
    assert [(one.customer_id, one.errors, one.errors_before) for one in review.customer_movers or ()] == [
        (name, now[name], before[name]) for name in most_moved(moved)
    ]


def test_codes_on_routes(pair: Pair) -> None:
    review, recount = pair
    now, before = recount.codes_on_routes(recount.of()), recount.codes_on_routes(recount.of(1))
    if review.movers is None:
        assert not before
        return
    moved = {both: now[both] - before[both] for both in {*now, *before}}
    assert [((one.code, one.route), one.errors, one.errors_before, one.change) for one in review.movers] == [
        (both, now[both], before[both], moved[both]) for both in most_moved(moved)
    ]


def test_availability(pair: Pair) -> None:
    review, recount = pair
    every, ours = recount.share(recount.of(), failed_by_us)
    low, high = wilson(ours, every)
    available = review.availability
    assert available.share == pytest.approx(1 - ours / every)
    assert (available.low, available.high) == pytest.approx((1 - high, 1 - low))
    assert available.budget_used == pytest.approx(ours / (every * 0.001))


def test_weeks_in_a_row(pair: Pair) -> None:
    review, recount = pair
    expected = []
    for weeks_before in range(7, -1, -1):
        week = list(recount.of(weeks_before))
        hours = Recount(recount.start - weeks_before * WEEK, None).hours()
        if week or weeks_before == 0:
            expected.append((recount.start - weeks_before * WEEK, hours, len(week), sum(map(failed, week))))
    found = [(one.logged.week.start, one.logged.hours, one.requests, one.errors) for one in review.weeks]
    assert found == expected
    for one in review.weeks:
        assert (one.low, one.high) == pytest.approx(wilson(one.errors, one.requests))


def test_the_weeks_that_are_stored(sample_desk: Desk) -> None:
    weeks = stored_weeks(sample_desk.store)
    assert [str(one.week) for one in weeks] == ["2026-W47", "2026-W46"]
    assert [one.hours for one in weeks] == [Recount(one.week.start, None).hours() for one in weeks]
    assert newest_whole_week(weeks) == Week(2026, 47)


def test_environments(sample_desk: Desk) -> None:
    assert sample_desk.environments() == sorted({one.environment for one in requests() if one.environment})


def test_the_desk_brings_its_own_diagnoses_and_incidents(sample_desk: Desk) -> None:
    week = Week(2026, 47)
    found = sample_desk.report("2026-W47", "production")
    diagnoses = sample_desk.judgement().diagnoses
    assert {one.case: one.customers for one in found.cases} == customers_by_case(diagnoses, week)
    assert {one.id for one in found.incidents} == {
        one.id
        for one in sample_desk.incidents()
        if one.environment == "production" and one.started_at < week.end and end_of(one) >= week.start
    }
    assert found.availability.objective == OBJECTIVE


def daily(recount: Recount, weeks_before: int) -> list[tuple[int, Counter[str]]]:
    """Requests, and errors by code, of each day of a week."""
    days: list[list[Request]] = [[] for _ in range(7)]
    for one in recount.of(weeks_before):
        days[one.timestamp.isoweekday() - 1].append(one)
    return [(len(day), recount.codes(iter(day))) for day in days]


def of_code(days: list[tuple[int, Counter[str]]], code: str) -> list[Proportion]:
    return [Proportion(errors[code], requests) for requests, errors in days]


def end_of(incident: Incident) -> datetime:
    return incident.ended_at or incident.last_seen


def customers_by_case(diagnoses: Sequence[Diagnosis], week: Week) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for one in diagnoses:
        in_week = one["first_seen"] < rfc3339(week.end) and one["last_seen"] >= rfc3339(week.start)
        if one["environment"] == "production" and in_week:
            found.setdefault(one["case"], set()).update({one["customer_id"]} - {None})
    return {case: tuple(sorted(customers)) for case, customers in found.items()}


def by_count(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def most_moved(moved: Mapping[Name, int]) -> list[Name]:
    return sorted((one for one in moved if moved[one]), key=lambda one: (-abs(moved[one]), one))[:5]
