"""Compare the questions of the Customers page with a recount in plain Python over the same lines."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.queries.values import rfc3339
from tests.sample_lines import Line, distinct_lines

CUSTOMERS = ("cus_qd6lx", "cus_st286", "cus_tugp1")


def lines_of(customer: str) -> list[Line]:
    """Return the customer's request lines."""
    return [line for line in distinct_lines() if line.is_request and line.at("customer_id") == customer]


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_totals(customer: str, sample_desk: Desk) -> None:
    rows = sample_desk.query("customer_totals", customer_id=customer)
    lines = lines_of(customer)
    assert {row["environment"]: row["requests"] for row in rows} == Counter(line.at("environment") for line in lines)
    failed = Counter(line.at("environment") for line in lines if line.at("status") >= 400)
    assert {row["environment"]: row["failed"] for row in rows if row["failed"]} == failed
    assert min(row["first_seen"] for row in rows) == rfc3339(min(line.timestamp for line in lines))
    assert max(row["last_seen"] for row in rows) == rfc3339(max(line.timestamp for line in lines))


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_failures_by_hour(customer: str, sample_desk: Desk) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for line in lines_of(customer):
        if line.at("status") >= 400:
            hour = line.timestamp.replace(minute=0, second=0, microsecond=0)
            counted[rfc3339(hour), line.at("error.code") or "no code"] += 1
    rows = sample_desk.query("customer_hours", customer_id=customer)
    assert {(row["hour"], row["error_code"]): row["requests"] for row in rows} == counted
    assert rows == sorted(rows, key=lambda row: (row["hour"], row["error_code"], row["status"]))


def test_failures_by_hour_within_a_range_are_half_open(sample_desk: Desk) -> None:
    rows = sample_desk.query("customer_hours", customer_id=CUSTOMERS[0])
    start, end = (datetime.fromisoformat(rows[n]["hour"]).replace(tzinfo=None) for n in (3, 9))
    within = sample_desk.query("customer_hours", customer_id=CUSTOMERS[0], start=start, end=end)
    assert within == rows[3:9]
    assert sample_desk.query("customer_hours", customer_id=CUSTOMERS[0], start=end, end=end) == []
    assert end - start >= timedelta(hours=6)


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_keys(customer: str, sample_desk: Desk) -> None:
    counted: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for line in lines_of(customer):
        names = ("environment", "api_key.id", "api_key.prefix", "api_key.fingerprint")
        counted[tuple(line.at(name) for name in names)].append(line.at("status"))
    rows = sample_desk.query("customer_keys", customer_id=customer)
    found = {
        tuple(row[name] for name in ("environment", "key_id", "key_prefix", "key_fingerprint")): (
            row["requests"],
            row["failed"],
        )
        for row in rows
    }
    assert found == {key: (len(all_), sum(status >= 400 for status in all_)) for key, all_ in counted.items()}


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_websites(customer: str, sample_desk: Desk) -> None:
    rows = sample_desk.query("customer_websites", customer_id=customer)
    for row in rows:
        lines = [
            line
            for line in lines_of(customer)
            if (line.at("environment"), line.at("website_id")) == (row["environment"], row["website_id"])
        ]
        events = [line for line in lines if line.at("route") == "/pixel/events" and line.at("status") < 300]
        assert row["requests"] == len(lines)
        assert row["events_accepted"] == len(events)
        assert row["last_event"] == (rfc3339(max(line.timestamp for line in events)) if events else None)
        assert row["empty_answers"] == sum(line.at("response.rows") == 0 for line in lines)
    assert {row["website_id"] for row in rows} == {line.at("website_id") for line in lines_of(customer)} - {None}


def test_the_last_failures_come_first(sample_desk: Desk) -> None:
    rows = sample_desk.query("customer_failures", customer_id=CUSTOMERS[0], limit=7)
    failed = sorted(
        (line for line in lines_of(CUSTOMERS[0]) if line.at("status") >= 400), key=lambda line: line.timestamp
    )
    assert [row["request_id"] for row in rows] == [line.request_id for line in failed[:-8:-1]]


def test_an_unknown_customer_has_no_rows(sample_desk: Desk) -> None:
    for name in ("customer_totals", "customer_hours", "customer_keys", "customer_websites"):
        assert sample_desk.query(name, customer_id="cus_nobody") == []
