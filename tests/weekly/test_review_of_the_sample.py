"""Compare every figure of the reviews of the sample's weeks with a recount in plain Python over the same lines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.incidents.incident import Incident
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
    assert {code.name for code in review.codes} == {*now, *four}
    assert [code.errors for code in review.codes] == sorted((code.errors for code in review.codes), reverse=True)
    for code in review.codes:
        check_rate(code, sizes[0], now[code.name])
        check_difference(code.from_week_before, (sizes[0], now[code.name]), (sizes[1], before[code.name]))
        check_difference(code.from_mean, (sizes[0], now[code.name]), (sizes[2], four[code.name]))
    assert review.codes_left_out == 0


def test_a_change_is_marked_if_the_days_do_not_explain_it(pair: Pair) -> None:
    review, recount = pair
    compared = [code for code in review.codes if code.from_week_before]
    now, before = daily(recount, 0), daily(recount, 1)
    p_values = holm([bursty_difference_p(of_code(now, code.name), of_code(before, code.name)) for code in compared])
    for code, p in zip(compared, p_values, strict=True):
        assert code.from_week_before is not None
        earlier = code.from_week_before.rate
        assert code.from_week_before.p == pytest.approx(p)
        is_large = code.rate != earlier and abs((code.rate or 0) - earlier) >= 0.1 * earlier
        assert code.from_week_before.is_more_than_noise == (is_large and p < 0.05)


def test_routes(pair: Pair) -> None:
    review, recount = pair
    now, before = recount.routes(recount.of()), recount.routes(recount.of(1))
    four = recount.routes(recount.four_before())
    assert {route.name for route in review.routes} == {*now, *four}
    for route in review.routes:
        check_rate(route, *now[route.name])
        check_difference(route.from_week_before, now[route.name], before.get(route.name, (0, 0)))
        check_difference(route.from_mean, now[route.name], four.get(route.name, (0, 0)))
    assert sum(route.errors for route in review.routes) == review.overall.errors


def test_new_and_vanished_codes_and_those_that_hit_most(pair: Pair) -> None:
    review, recount = pair
    now, four = recount.codes(recount.of()), recount.codes(recount.four_before())
    if not review.compared:
        assert (review.new_codes, review.vanished_codes) == (None, None)
    else:
        assert review.new_codes is not None
        assert {code.code: code.errors for code in review.new_codes} == {
            code: count for code, count in now.items() if code not in four
        }
        assert {*(review.vanished_codes or ())} == {*four} - {*now}
    who = recount.who()
    most = sorted(now, key=lambda code: (-who[code][0], -now[code], code))[:5]
    assert [(code.code, code.errors, code.customers, code.unnamed_callers) for code in review.hit_most] == [
        (code, now[code], *who[code]) for code in most
    ]


def test_customers(pair: Pair) -> None:
    review, recount = pair
    now, before = recount.customers(recount.of()), recount.customers(recount.of(1))
    four = recount.customers(recount.four_before())
    succeeded = Counter(request.customer_id for request in recount.of() if request.customer_id and not failed(request))
    ours = Counter(request.customer_id for request in recount.of() if failed_by_us(request))
    if not review.compared:
        assert (review.new_customers, review.recovered_customers, review.customer_movers) == (None, None, None)
        return
    assert [
        (customer.customer_id, customer.errors, customer.server_errors) for customer in review.new_customers or ()
    ] == [(name, count, ours[name]) for name, count in by_count(now) if name not in four]
    assert [
        (customer.customer_id, customer.errors_before, customer.requests)
        for customer in review.recovered_customers or ()
    ] == [(name, count, succeeded[name]) for name, count in by_count(before) if name not in now and succeeded[name]]
    moved = {name: now[name] - before[name] for name in {*now, *before}}
    assert [
        (customer.customer_id, customer.errors, customer.errors_before) for customer in review.customer_movers or ()
    ] == [(name, now[name], before[name]) for name in most_moved(moved)]


def test_codes_on_routes(pair: Pair) -> None:
    review, recount = pair
    now, before = recount.codes_on_routes(recount.of()), recount.codes_on_routes(recount.of(1))
    if review.movers is None:
        assert not before
        return
    moved = {both: now[both] - before[both] for both in {*now, *before}}
    assert [
        ((mover.code, mover.route), mover.errors, mover.errors_before, mover.change) for mover in review.movers
    ] == [(both, now[both], before[both], moved[both]) for both in most_moved(moved)]


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
    found = [(shown.logged.week.start, shown.logged.hours, shown.requests, shown.errors) for shown in review.weeks]
    assert found == expected
    for shown in review.weeks:
        assert (shown.low, shown.high) == pytest.approx(wilson(shown.errors, shown.requests))


def test_the_weeks_that_are_stored(sample_desk: Desk) -> None:
    weeks = stored_weeks(sample_desk.store)
    assert [str(logged.week) for logged in weeks] == ["2026-W47", "2026-W46"]
    assert [logged.hours for logged in weeks] == [Recount(logged.week.start, None).hours() for logged in weeks]
    assert newest_whole_week(weeks) == Week(2026, 47)


def test_environments(sample_desk: Desk) -> None:
    assert sample_desk.environments() == sorted({request.environment for request in requests() if request.environment})


def test_the_desk_adds_its_own_diagnoses_and_incidents(sample_desk: Desk) -> None:
    week = Week(2026, 47)
    found = sample_desk.report("2026-W47", "production")
    diagnoses = sample_desk.diagnosis_snapshot().answer
    assert {case.case: case.customers for case in found.cases} == customers_by_case(diagnoses, week)
    assert {incident.id for incident in found.incidents} == {
        incident.id
        for incident in sample_desk.incidents()
        if incident.environment == "production" and incident.started_at < week.end and end_of(incident) >= week.start
    }
    assert found.availability.objective == OBJECTIVE


def daily(recount: Recount, weeks_before: int) -> list[tuple[int, Counter[str]]]:
    """Count requests, and errors by code, on each day of a week."""
    days: list[list[Request]] = [[] for _ in range(7)]
    for request in recount.of(weeks_before):
        days[request.timestamp.isoweekday() - 1].append(request)
    return [(len(day), recount.codes(iter(day))) for day in days]


def of_code(days: list[tuple[int, Counter[str]]], code: str) -> list[Proportion]:
    return [Proportion(errors[code], requests) for requests, errors in days]


def end_of(incident: Incident) -> datetime:
    return incident.ended_at or incident.last_seen


def customers_by_case(diagnoses: Sequence[Diagnosis], week: Week) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for diagnosis in diagnoses:
        in_week = diagnosis.first_seen < week.end and diagnosis.last_seen >= week.start
        if diagnosis.environment == "production" and in_week:
            found.setdefault(diagnosis.case, set()).update([diagnosis.customer_id] if diagnosis.customer_id else [])
    return {case: tuple(sorted(customers)) for case, customers in found.items()}


def by_count(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def most_moved(moved: Mapping[Name, int]) -> list[Name]:
    return sorted((name for name in moved if moved[name]), key=lambda name: (-abs(moved[name]), name))[:5]
