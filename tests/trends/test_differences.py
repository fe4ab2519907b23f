"""Find what differs about failing requests: planted differences are found, and accidents are not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from pixeldesk.trends.differences import Failing, WhatDiffers, what_differs
from pixeldesk.trends.proportions import Proportion
from tests.log_lines import write_lines
from tests.trends.differing_traffic import DRAWS, REQUESTS, planted

NOON = datetime(2026, 11, 16, 12)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("planted")
    settings = Settings(db=folder / "x.duckdb")
    store = open_store(settings)
    Desk(settings, store).ingest([str(write_lines(folder / "a.ndjson", planted()))])
    yield store
    store.close()


def differing(store: Store, environment: str, **fields: Any) -> WhatDiffers:
    return what_differs(store, Failing(NOON, NOON + timedelta(hours=1), environment, **fields))


def values(what: WhatDiffers) -> list[tuple[str, str | None]]:
    return [(difference.field, difference.value) for difference in what.differences]


def test_a_failing_host_is_found_and_explains_all(store: Store) -> None:
    what = differing(store, "one_host")
    assert values(what) == [("host", "web-3")]
    (difference,) = what.differences
    assert difference.failing.share == 1 and difference.meanwhile and difference.meanwhile.part == 0
    assert difference.before and 0.15 < (difference.before.share or 0) < 0.35
    assert what.failing + what.succeeded == what.succeeded_before == REQUESTS
    assert what.unexplained == 0
    assert difference.lift == pytest.approx(1 / (difference.before.share or 1))
    assert difference.excess == pytest.approx(1 - (difference.before.share or 1))


def test_a_release_and_a_region_of_one_host_are_the_same_finding(store: Store) -> None:
    what = differing(store, "release")
    assert values(what) == [("host", "web-3")]
    same = what.differences[0].same_requests
    assert [(each.field, each.value) for each in same] == [("release", "2026.47.2"), ("region", "syd1")]
    assert all(each.failing.share == 1 and each.before and each.before.part == 0 for each in same)
    assert what.differences[0].sentence().endswith("; the same requests: release 2026.47.2, region syd1")


def test_a_customer_is_found_with_its_key_and_the_rest_stays_unexplained(store: Store) -> None:
    what = differing(store, "customer")
    assert values(what) == [("customer_id", "cus_7")]
    (difference,) = what.differences
    assert [(same.field, same.value) for same in difference.same_requests] == [("key_fingerprint", "key of cus_7")]
    assert what.unexplained == what.failing - difference.failing.part > 0


def test_excluded_callers_are_in_no_count(store: Store) -> None:
    everyone, others = differing(store, "customer"), differing(store, "customer", not_callers=("cus_7",))
    assert others.failing == everyone.failing - everyone.differences[0].failing.part
    assert others.succeeded == everyone.succeeded
    assert everyone.differences[0].before
    assert others.succeeded_before == everyone.succeeded_before - everyone.differences[0].before.part
    assert others.differences == ()


@pytest.mark.parametrize("environment", ["nothing", "four_of", "as_before"])
def test_without_a_difference_everything_is_unexplained(store: Store, environment: str) -> None:
    what = differing(store, environment)
    assert what.differences == ()
    assert what.unexplained == what.failing > 0
    assert what.is_comparable is (environment != "four_of")


def test_without_a_week_before_only_the_same_time_is_compared(store: Store) -> None:
    what = differing(store, "young")
    assert values(what) == [("host", "web-3")]
    assert what.succeeded_before == 0 and not what.compares_before and what.is_comparable
    assert what.differences[0].before is None
    assert what.differences[0].sentence() == (
        "web-3 answered 100 % of them, and 0 % of the requests that succeeded meanwhile"
    )


def test_without_success_meanwhile_only_the_week_before_is_compared(store: Store) -> None:
    what = differing(store, "down")
    assert values(what) == [("host", "web-3")]
    assert what.differences[0].meanwhile is None and not what.compares_meanwhile
    share = round(100 * (what.differences[0].before or Proportion(0, 1)).part / REQUESTS)
    assert what.differences[0].sentence() == (
        f"web-3 answered 100 % of them, and {share} % of the requests that succeeded in the same hours a week before"
    )


def test_without_any_success_nothing_is_compared(store: Store) -> None:
    what = differing(store, "silent")
    assert what.failing == what.unexplained > 5
    assert not what.is_comparable and what.differences == ()


def test_an_unlogged_field_is_a_value_too(store: Store) -> None:
    what = differing(store, "nameless")
    assert values(what) == [("customer_id", None)]
    assert what.differences[0].sentence() == (
        "100 % of them name no customer, and 0 % of the requests that succeeded meanwhile (0 % a week before);"
        " the same requests: key not logged"
    )


def test_a_field_that_identifies_requests_is_not_tested(store: Store) -> None:
    what = differing(store, "many_customers")
    assert ("customer_id", "cus_7") not in values(what)
    assert what.failing > 5


def test_failures_drawn_at_random_show_no_difference(store: Store) -> None:
    accidents = [values(differing(store, f"draw_{draw}")) for draw in range(DRAWS)]
    assert sum(1 for found in accidents if found) < 0.05 * DRAWS


def test_an_implausible_time_is_in_no_count(store: Store) -> None:
    far_ahead = Failing(datetime(2999, 1, 1), datetime(2999, 1, 2), "far_ahead")
    assert what_differs(store, far_ahead).failing == 0


def test_an_empty_range_has_no_failing_request(store: Store) -> None:
    what = what_differs(store, Failing(NOON, NOON, "one_host"))
    assert what == WhatDiffers(0, 0, 0, (), 0)
    assert not what.is_comparable
