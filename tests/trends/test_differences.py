"""What is different about failing requests: planted differences are found, and accidents are not."""

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


def asked(store: Store, environment: str, **fields: Any) -> WhatDiffers:
    return what_differs(store, Failing(NOON, NOON + timedelta(hours=1), environment, **fields))


def values(what: WhatDiffers) -> list[tuple[str, str | None]]:
    return [(one.field, one.value) for one in what.differences]


def test_one_host_that_fails_is_found_and_explains_all(store: Store) -> None:
    what = asked(store, "one_host")
    assert values(what) == [("host", "web-3")]
    (one,) = what.differences
    assert one.failing.share == 1 and one.meanwhile and one.meanwhile.part == 0
    assert one.before and 0.15 < (one.before.share or 0) < 0.35
    assert what.failing + what.succeeded == what.succeeded_before == REQUESTS
    assert what.unexplained == 0
    assert one.lift == pytest.approx(1 / (one.before.share or 1))
    assert one.excess == pytest.approx(1 - (one.before.share or 1))


def test_a_release_and_a_region_of_that_host_only_are_the_same_finding(store: Store) -> None:
    what = asked(store, "release")
    assert values(what) == [("host", "web-3")]
    same = what.differences[0].same_requests
    assert [(one.field, one.value) for one in same] == [("release", "2026.47.2"), ("region", "syd1")]
    assert all(one.failing.share == 1 and one.before and one.before.part == 0 for one in same)
    assert what.differences[0].sentence().endswith("; the same requests: release 2026.47.2, region syd1")


def test_a_customer_is_found_with_its_key_and_the_rest_stays_unexplained(store: Store) -> None:
    what = asked(store, "customer")
    assert values(what) == [("customer_id", "cus_7")]
    (one,) = what.differences
    assert [(same.field, same.value) for same in one.same_requests] == [("key_fingerprint", "key of cus_7")]
    assert what.unexplained == what.failing - one.failing.part > 0


def test_callers_left_out_are_in_no_count(store: Store) -> None:
    everyone, others = asked(store, "customer"), asked(store, "customer", not_callers=("cus_7",))
    assert others.failing == everyone.failing - everyone.differences[0].failing.part
    assert others.succeeded == everyone.succeeded
    assert everyone.differences[0].before
    assert others.succeeded_before == everyone.succeeded_before - everyone.differences[0].before.part
    assert others.differences == ()


@pytest.mark.parametrize("environment", ["nothing", "four_of", "as_before"])
def test_where_nothing_is_different_everything_is_unexplained(store: Store, environment: str) -> None:
    what = asked(store, environment)
    assert what.differences == ()
    assert what.unexplained == what.failing > 0
    assert what.is_comparable is (environment != "four_of")


def test_without_a_week_before_the_same_time_is_compared(store: Store) -> None:
    what = asked(store, "young")
    assert values(what) == [("host", "web-3")]
    assert what.succeeded_before == 0 and not what.compares_before and what.is_comparable
    assert what.differences[0].before is None
    assert what.differences[0].sentence() == (
        "web-3 answered 100 % of them, and 0 % of the requests that succeeded meanwhile"
    )


def test_where_nothing_succeeded_meanwhile_the_week_before_is_compared(store: Store) -> None:
    what = asked(store, "down")
    assert values(what) == [("host", "web-3")]
    assert what.differences[0].meanwhile is None and not what.compares_meanwhile
    share = round(100 * (what.differences[0].before or Proportion(0, 1)).part / REQUESTS)
    assert what.differences[0].sentence() == (
        f"web-3 answered 100 % of them, and {share} % of the requests that succeeded in the same hours a week before"
    )


def test_where_nothing_succeeded_at_all_nothing_is_said(store: Store) -> None:
    what = asked(store, "silent")
    assert what.failing == what.unexplained > 5
    assert not what.is_comparable and what.differences == ()


def test_what_was_not_logged_is_a_value_too(store: Store) -> None:
    what = asked(store, "nameless")
    assert values(what) == [("customer_id", None)]
    assert what.differences[0].sentence() == (
        "100 % of them name no customer, and 0 % of the requests that succeeded meanwhile (0 % a week before);"
        " the same requests: key not logged"
    )


def test_a_field_that_names_each_request_is_no_suspect(store: Store) -> None:
    what = asked(store, "many_customers")
    assert ("customer_id", "cus_7") not in values(what)
    assert what.failing > 5


def test_failing_requests_drawn_at_random_differ_in_nothing(store: Store) -> None:
    accidents = [values(asked(store, f"draw_{draw}")) for draw in range(DRAWS)]
    assert sum(1 for found in accidents if found) < 0.05 * DRAWS


def test_a_time_that_cannot_be_true_is_in_no_count(store: Store) -> None:
    far_ahead = Failing(datetime(2999, 1, 1), datetime(2999, 1, 2), "far_ahead")
    assert what_differs(store, far_ahead).failing == 0


def test_an_empty_range_has_no_failing_request(store: Store) -> None:
    what = what_differs(store, Failing(NOON, NOON, "one_host"))
    assert what == WhatDiffers(0, 0, 0, (), 0)
    assert not what.is_comparable
