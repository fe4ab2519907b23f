"""Define the weekly review: all figures about a week. reviewing.py computes them."""

from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from pixeldesk.queries.values import plain
from pixeldesk.weekly.logged import Logged
from pixeldesk.weekly.people import CaseOfWeek, CustomerMover, NewCustomer, RecoveredCustomer
from pixeldesk.weekly.rates import Rate
from pixeldesk.weekly.week import Week

WEEKS_COMPARED = 4
"""A review compares with the week before, and with this many weeks before together."""


@dataclass(frozen=True)
class WeekOfMany:
    """One of the consecutive weeks that end with the reviewed week."""

    logged: Logged
    requests: int
    errors: int
    rate: float | None
    low: float
    high: float


@dataclass(frozen=True)
class CodeOfWeek:
    """An error code's errors in the week, and the numbers of customers and other callers that met it."""

    code: str
    errors: int
    customers: int
    unnamed_callers: int


@dataclass(frozen=True)
class Mover:
    """The errors with a code on a route, in the week and in the week before."""

    code: str
    route: str
    errors: int
    errors_before: int

    @property
    def change(self) -> int:
        """The increase in errors; negative for a decrease."""
        return self.errors - self.errors_before


@dataclass(frozen=True)
class Availability:
    """The share of requests without a server error, with its 95 % Wilson interval, against the objective.

    `budget_used` is the share of the error budget that is used: server errors over those that the objective allows.
    Above 1, the objective is missed.
    """

    objective: float
    share: float | None
    low: float
    high: float
    budget_used: float | None


@dataclass(frozen=True)
class IncidentOfWeek:
    """An incident that overlaps the week. Times are UTC without a zone; `ended_at` is None for an open incident."""

    id: str
    code: str
    environment: str | None
    started_at: datetime
    ended_at: datetime | None
    requests: int
    customers: int


@dataclass(frozen=True)
class Review:
    """The review of a week. Comparisons with earlier weeks are None if the logs do not cover them.

    `compared` are those of the four weeks before that have requests, newest first; `weeks` are oldest first.
    `codes_left_out` and `routes_left_out` count the rows beyond the tables' limit.
    """

    week: Week
    environment: str | None
    logged: Logged
    compared: tuple[Logged, ...]
    weeks: tuple[WeekOfMany, ...]
    overall: Rate
    server_errors: Rate
    availability: Availability
    codes: tuple[Rate, ...]
    codes_left_out: int
    routes: tuple[Rate, ...]
    routes_left_out: int
    hit_most: tuple[CodeOfWeek, ...]
    new_codes: tuple[CodeOfWeek, ...] | None
    vanished_codes: tuple[str, ...] | None
    new_customers: tuple[NewCustomer, ...] | None
    recovered_customers: tuple[RecoveredCustomer, ...] | None
    movers: tuple[Mover, ...] | None
    customer_movers: tuple[CustomerMover, ...] | None
    cases: tuple[CaseOfWeek, ...]
    incidents: tuple[IncidentOfWeek, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the review as JSON, with times in RFC 3339 and weeks as `2026-W47`."""
        document: dict[str, Any] = _plain(self)
        return document


def _plain(value: Any) -> Any:
    match value:
        case Week():
            return str(value)
        case Logged():
            return {**_fields(value), "is_partial": value.is_partial}
        case Mover() | CustomerMover():
            return {**_fields(value), "change": value.change}
        case tuple():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value):
            return _fields(value)
        case _:
            return plain(value)


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
