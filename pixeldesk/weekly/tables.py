"""Define the tables of a review. Each column has a kind, so that every form shows the same figures in its own way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pixeldesk.weekly.cells import (
    COUNT,
    DAY,
    DIFFERENCE,
    EARLIER_RATE,
    INTERVAL,
    LOG_TEXT,
    RATE,
    SIGNED,
    TEXT,
    TIME,
    Kind,
)
from pixeldesk.weekly.rates import Rate
from pixeldesk.weekly.review import CodeOfWeek, Review

_NOTHING_EARLIER = "The logs hold no earlier weeks to tell it by."


@dataclass(frozen=True)
class Table:
    """A table. `sheet` is its short name; `empty` is the text shown if it has no rows."""

    sheet: str
    title: str
    columns: tuple[tuple[str, Kind], ...]
    rows: Sequence[tuple[Any, ...]]
    empty: str


def tables(review: Review) -> list[Table]:
    """Return all tables of a review, in reading order."""
    return [*_rate_tables(review), *_code_tables(review), *_customer_tables(review), *_time_tables(review)]


def _rate_tables(review: Review) -> list[Table]:
    return [
        _rates("Summary", "All requests", ("What", TEXT), [review.overall, review.server_errors]),
        _rates("Codes", "By error code, of all requests", ("Error code", LOG_TEXT), review.codes),
        _rates("Routes", "By route", ("Route", LOG_TEXT), review.routes),
    ]


def _code_tables(review: Review) -> list[Table]:
    return [
        _codes("Hit most", "Codes that hit the most customers", review.hit_most),
        _codes("New codes", "New codes: in none of the four weeks before", review.new_codes),
        _table(
            "Vanished codes",
            "Vanished codes: in the four weeks before, and not in this one",
            (("Error code", LOG_TEXT),),
            None if review.vanished_codes is None else [(code,) for code in review.vanished_codes],
        ),
        _table(
            "Movers",
            "Top movers: codes on a route",
            (
                ("Error code", LOG_TEXT),
                ("Route", LOG_TEXT),
                ("Errors", COUNT),
                ("Week before", COUNT),
                ("Change", SIGNED),
            ),
            _picked(review.movers, "code", "route", "errors", "errors_before", "change"),
        ),
    ]


def _customer_tables(review: Review) -> list[Table]:
    return [
        _table(
            "Customers moved",
            "Top movers: customers",
            (("Customer", LOG_TEXT), ("Errors", COUNT), ("Week before", COUNT), ("Change", SIGNED)),
            _picked(review.customer_movers, "customer_id", "errors", "errors_before", "change"),
        ),
        _table(
            "New customers",
            "Customers newly failing: errors in this week, and none in the four before",
            (("Customer", LOG_TEXT), ("Errors", COUNT), ("Server errors among them", COUNT)),
            _picked(review.new_customers, "customer_id", "errors", "server_errors"),
        ),
        _table(
            "Recovered customers",
            "Customers recovered: errors in the week before, and none in this one, though they called",
            (("Customer", LOG_TEXT), ("Errors the week before", COUNT), ("Requests that succeeded", COUNT)),
            _picked(review.recovered_customers, "customer_id", "errors_before", "requests"),
        ),
        _table(
            "Cases",
            "Customers by known mistake",
            (
                ("Mistake", TEXT),
                ("Customers", COUNT),
                ("Callers not known", COUNT),
                ("Still failing", COUNT),
                ("Who", LOG_TEXT),
            ),
            [
                (case.title, len(case.customers), case.unnamed, case.active, " ".join(case.customers))
                for case in review.cases
            ],
        ),
    ]


def _time_tables(review: Review) -> list[Table]:
    return [
        _table(
            "Incidents",
            "Incidents: our own fault",
            (
                ("Error code", LOG_TEXT),
                ("Environment", LOG_TEXT),
                ("Began (UTC)", TIME),
                ("Ended (UTC)", TIME),
                ("Requests", COUNT),
                ("Customers", COUNT),
            ),
            _picked(review.incidents, "code", "environment", "started_at", "ended_at", "requests", "customers"),
        ),
        _table(
            "Weeks",
            "Week by week",
            (
                ("Week", TEXT),
                ("Hours logged", COUNT),
                ("Requests", COUNT),
                ("Errors", COUNT),
                ("Rate", RATE),
                ("95% interval", INTERVAL),
            ),
            [
                (week.logged.week, week.logged.hours, week.requests, week.errors, week.rate, (week.low, week.high))
                for week in review.weeks
            ],
        ),
        _table(
            "Missing hours",
            "Days with hours missing, of this week and of those compared with",
            (("Week", TEXT), ("Day", DAY), ("Hours logged", COUNT)),
            [
                (logged.week, short.day, short.hours)
                for logged in (review.logged, *review.compared)
                for short in logged.short_days
            ],
        ),
    ]


def _rates(sheet: str, title: str, name: tuple[str, Kind], rates: Iterable[Rate]) -> Table:
    columns = (
        name,
        ("Requests", COUNT),
        ("Errors", COUNT),
        ("Rate", RATE),
        ("95% interval", INTERVAL),
        ("Week before", EARLIER_RATE),
        ("Change", DIFFERENCE),
        ("Mean", EARLIER_RATE),
        ("Change on mean", DIFFERENCE),
    )
    rows = [
        (rate.name, rate.requests, rate.errors, rate.rate, (rate.low, rate.high))
        + (rate.from_week_before,) * 2
        + (rate.from_mean,) * 2
        for rate in rates
    ]
    return _table(sheet, title, columns, rows)


def _codes(sheet: str, title: str, codes: Iterable[CodeOfWeek] | None) -> Table:
    columns = (("Error code", LOG_TEXT), ("Customers", COUNT), ("Callers not known", COUNT), ("Errors", COUNT))
    return _table(sheet, title, columns, _picked(codes, "code", "customers", "unnamed_callers", "errors"))


def _picked(rows: Iterable[Any] | None, *names: str) -> list[tuple[Any, ...]] | None:
    return None if rows is None else [tuple(getattr(row, name) for name in names) for row in rows]


def _table(
    sheet: str, title: str, columns: tuple[tuple[str, Kind], ...], rows: Sequence[tuple[Any, ...]] | None
) -> Table:
    return Table(sheet, title, columns, rows or [], _NOTHING_EARLIER if rows is None else "None.")
