"""What is different about the sample's failing requests, counted once more in plain Python."""

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
        one
        for one in requests()
        if failing.start <= one.timestamp + before < failing.end
        and failing.environment in (None, one.environment)
        and failing.route in (None, one.route)
        and failing.host in (None, one.host)
        and failing.customer_id in (None, one.customer_id)
        and one.caller not in failing.not_callers
    ]


def fails(request: Request, failing: Failing) -> bool:
    return request.status >= (500 if failing.server_errors_only else 400) and failing.error_code in (
        None,
        request.error_code,
    )


def recount(failing: Failing) -> tuple[list[Difference], tuple[int, int, int]]:
    """The findings one by one, not merged, and the three totals."""
    now = in_scope(failing, timedelta())
    groups = {
        "failing": [one for one in now if fails(one, failing)],
        "meanwhile": [one for one in now if one.status < 400],
        "before": [one for one in in_scope(failing, timedelta(days=7)) if one.status < 400],
    }
    sizes = {name: len(group) for name, group in groups.items()}
    suspects = []
    for field in FIELD_NAMES:
        counts = {name: Counter(getattr(one, field) for one in group) for name, group in groups.items()}
        distinct = len({*counts["failing"], *counts["meanwhile"]})
        if sizes["failing"] + sizes["meanwhile"] >= 200 and distinct > 0.5 * (sizes["failing"] + sizes["meanwhile"]):
            continue
        for value in sorted(counts["failing"], key=lambda one: (-counts["failing"][one], one or ""))[:50]:
            shares = {name: Proportion(counts[name][value], size) for name, size in sizes.items() if size}
            suspects.append(
                Difference(field, value, shares["failing"], shares.get("meanwhile"), shares.get("before"), 1)
            )
    # A value that cannot be a finding counts as a test that shows nothing.
    is_large = [
        one.failing.part >= 5 and all((one.failing.share or 0) - (other.share or 0) >= 0.1 for other in one.compared)
        for one in suspects
    ]
    p_values = [
        difference_p(one.failing, other) if large else 1.0
        for one, large in zip(suspects, is_large, strict=True)
        for other in one.compared
    ]
    corrected = iter(holm(p_values))
    tested = [replace(one, p=max(islice(corrected, len(one.compared)))) for one in suspects]
    found = [one for one, large in zip(tested, is_large, strict=True) if large and one.p < 0.01]
    return found, (sizes["failing"], sizes["meanwhile"], sizes["before"])


def unmerged(differences: Iterable[Difference]) -> list[Difference]:
    return [one for lead in differences for one in (lead, *lead.same_requests)]


def facts(differences: Iterable[Difference]) -> set[tuple[Any, ...]]:
    return {(one.field, one.value, one.failing, one.meanwhile, one.before) for one in differences}


def unexplained(failing: Failing, found: Iterable[Difference]) -> int:
    named = {(one.field, one.value) for one in found}
    group = [one for one in in_scope(failing, timedelta()) if fails(one, failing)]
    return sum(not any((field, getattr(one, field)) in named for field in FIELD_NAMES) for one in group)


def assert_counted_right(desk: Desk, failing: Failing) -> None:
    found, sizes = recount(failing)
    what = desk.what_differs(failing)
    assert (what.failing, what.succeeded, what.succeeded_before) == sizes
    assert facts(unmerged(what.differences)) == facts(found)
    assert {(one.field, one.value): one.p for one in unmerged(what.differences)} == pytest.approx(
        {(one.field, one.value): one.p for one in found}, rel=1e-6, abs=1e-30
    )
    assert what.unexplained == unexplained(failing, found)


@pytest.mark.parametrize(("code", "start", "end"), OUTAGES)
def test_the_four_outages(code: str, start: datetime, end: datetime, sample_desk: Desk) -> None:
    assert_counted_right(sample_desk, Failing(start, end, "production", code))
    assert_counted_right(sample_desk, Failing(start, end, server_errors_only=True))


def test_each_filter_and_bounds_at_the_moment_of_a_request(sample_desk: Desk) -> None:
    chance = random.Random(11)
    failed = [one for one in requests() if one.status >= 400 and one.customer_id]
    one, other = chance.sample(failed, 2)
    at, later = one.timestamp, timedelta(hours=5)
    assert_counted_right(sample_desk, Failing(at - later, at, not_callers=(one.caller or "",)))
    assert_counted_right(sample_desk, Failing(at, at + later, route=one.route, customer_id=one.customer_id))
    assert_counted_right(sample_desk, Failing(other.timestamp, other.timestamp + timedelta(days=1), host=other.host))


def test_the_server_without_its_variable_is_named(sample_desk: Desk) -> None:
    code, start, end = OUTAGES[1]
    what = sample_desk.what_differs(Failing(start, end, "production", code))
    assert what.differences[0].sentence() == (
        "web-3 answered 100 % of them, and 41 % of the requests that succeeded meanwhile (59 % a week before);"
        " the same requests: route /pixel/events, region fra1"
    )


def test_most_telling_first(sample_desk: Desk) -> None:
    _, start, end = OUTAGES[3]
    what = sample_desk.what_differs(Failing(start, end, server_errors_only=True))
    largest = [max(one.excess for one in unmerged([lead])) for lead in what.differences]
    assert len(largest) > 1
    assert largest == sorted(largest, reverse=True)
