"""Compare what differs about the sample's failing requests with a recount in plain Python."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.trends.difference_words import FIELD_NAMES
from pixeldesk.trends.differences import Difference, Failing
from pixeldesk.trends.proportions import Proportion, difference_p, holm
from tests.sample_lines import Request, requests

OUTAGES = (
    ("tinybird_error", datetime(2026, 11, 12, 14, 7), datetime(2026, 11, 12, 14, 29)),
    ("ingest_unavailable", datetime(2026, 11, 17, 10, 16), datetime(2026, 11, 17, 12, 13)),
    ("tinybird_error", datetime(2026, 11, 18, 15, 41), datetime(2026, 11, 18, 15, 47)),
    ("identify_unavailable", datetime(2026, 11, 20, 12, 10), datetime(2026, 11, 20, 17, 4)),
)


def in_scope(failing: Failing, before: timedelta) -> list[Request]:
    return [
        request
        for request in requests()
        if failing.start <= request.timestamp + before < failing.end
        and failing.environment in (None, request.environment)
        and failing.route in (None, request.route)
        and failing.host in (None, request.host)
        and failing.customer_id in (None, request.customer_id)
        and request.caller not in failing.not_callers
    ]


def fails(request: Request, failing: Failing) -> bool:
    return request.status >= (500 if failing.server_errors_only else 400) and failing.error_code in (
        None,
        request.error_code,
    )


def recount(failing: Failing) -> tuple[list[Difference], tuple[int, int, int]]:
    """Return the findings, not merged, and the three totals."""
    now = in_scope(failing, timedelta())
    groups = {
        "failing": [request for request in now if fails(request, failing)],
        "meanwhile": [request for request in now if request.status < 400],
        "before": [request for request in in_scope(failing, timedelta(days=7)) if request.status < 400],
    }
    sizes = {name: len(group) for name, group in groups.items()}
    candidates = []
    for field in FIELD_NAMES:
        counts = {name: Counter(getattr(request, field) for request in group) for name, group in groups.items()}
        distinct = len({*counts["failing"], *counts["meanwhile"]})
        if sizes["failing"] + sizes["meanwhile"] >= 200 and distinct > 0.5 * (sizes["failing"] + sizes["meanwhile"]):
            continue
        for value in sorted(counts["failing"], key=lambda each: (-counts["failing"][each], each or ""))[:50]:
            shares = {name: Proportion(counts[name][value], size) for name, size in sizes.items() if size}
            candidates.append(
                Difference(field, value, shares["failing"], shares.get("meanwhile"), shares.get("before"), 1)
            )
    # A value that cannot be a finding counts as a test that shows nothing.
    is_large = [
        each.failing.part >= 5 and all((each.failing.share or 0) - (other.share or 0) >= 0.1 for other in each.compared)
        for each in candidates
    ]
    p_values = [
        difference_p(each.failing, other) if large else 1.0
        for each, large in zip(candidates, is_large, strict=True)
        for other in each.compared
    ]
    corrected = iter(holm(p_values))
    tested = [replace(each, p=max(islice(corrected, len(each.compared)))) for each in candidates]
    found = [each for each, large in zip(tested, is_large, strict=True) if large and each.p < 0.01]
    return found, (sizes["failing"], sizes["meanwhile"], sizes["before"])


def unmerged(differences: Iterable[Difference]) -> list[Difference]:
    return [difference for lead in differences for difference in (lead, *lead.same_requests)]


def facts(differences: Iterable[Difference]) -> set[tuple[Any, ...]]:
    return {
        (difference.field, difference.value, difference.failing, difference.meanwhile, difference.before)
        for difference in differences
    }


def unexplained(failing: Failing, found: Iterable[Difference]) -> int:
    values = {(difference.field, difference.value) for difference in found}
    group = [request for request in in_scope(failing, timedelta()) if fails(request, failing)]
    return sum(not any((field, getattr(request, field)) in values for field in FIELD_NAMES) for request in group)


def assert_counted_right(desk: Desk, failing: Failing) -> None:
    found, sizes = recount(failing)
    what = desk.what_differs(failing)
    assert (what.failing, what.succeeded, what.succeeded_before) == sizes
    assert facts(unmerged(what.differences)) == facts(found)
    assert {
        (difference.field, difference.value): difference.p for difference in unmerged(what.differences)
    } == pytest.approx(
        {(difference.field, difference.value): difference.p for difference in found}, rel=1e-6, abs=1e-30
    )
    assert what.unexplained == unexplained(failing, found)


@pytest.mark.parametrize(("code", "start", "end"), OUTAGES)
def test_the_four_outages(code: str, start: datetime, end: datetime, sample_desk: Desk) -> None:
    assert_counted_right(sample_desk, Failing(start, end, "production", code))
    assert_counted_right(sample_desk, Failing(start, end, server_errors_only=True))


def test_each_filter_and_bounds_at_the_moment_of_a_request(sample_desk: Desk) -> None:
    chance = random.Random(11)
    failed = [request for request in requests() if request.status >= 400 and request.customer_id]
    request, other = chance.sample(failed, 2)
    at, later = request.timestamp, timedelta(hours=5)
    assert_counted_right(sample_desk, Failing(at - later, at, not_callers=(request.caller or "",)))
    assert_counted_right(sample_desk, Failing(at, at + later, route=request.route, customer_id=request.customer_id))
    assert_counted_right(sample_desk, Failing(other.timestamp, other.timestamp + timedelta(days=1), host=other.host))


def test_the_server_without_its_variable_is_named(sample_desk: Desk) -> None:
    code, start, end = OUTAGES[1]
    what = sample_desk.what_differs(Failing(start, end, "production", code))
    assert what.differences[0].sentence() == (
        "web-3 answered 100 % of them, and 41 % of the requests that succeeded meanwhile (59 % a week before);"
        " the same requests: route /pixel/events, region fra1"
    )


def test_the_largest_difference_comes_first(sample_desk: Desk) -> None:
    _, start, end = OUTAGES[3]
    what = sample_desk.what_differs(Failing(start, end, server_errors_only=True))
    largest = [max(difference.excess for difference in unmerged([lead])) for lead in what.differences]
    assert len(largest) > 1
    assert largest == sorted(largest, reverse=True)
