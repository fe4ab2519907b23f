"""Define the weekly review: all figures about a week. reviewing.py computes them."""

from pydantic import computed_field

from pixeldesk.frozen_model import FrozenModel
from pixeldesk.incidents.incident import Incident
from pixeldesk.weekly.logged import Logged
from pixeldesk.weekly.people import CaseOfWeek, CustomerMover, NewCustomer, RecoveredCustomer
from pixeldesk.weekly.rates import Rate
from pixeldesk.weekly.week import WrittenWeek

WEEKS_COMPARED = 4
"""A review compares with the week before, and with this many weeks before together."""


class WeekOfMany(FrozenModel):
    """One of the consecutive weeks that end with the reviewed week."""

    logged: Logged
    requests: int
    errors: int
    rate: float | None
    low: float
    high: float


class CodeOfWeek(FrozenModel):
    """An error code's errors in the week, and the numbers of customers and other callers that met it."""

    code: str
    errors: int
    customers: int
    unnamed_callers: int


class Mover(FrozenModel):
    """The errors with a code on a route, in the week and in the week before."""

    code: str
    route: str
    errors: int
    errors_before: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def change(self) -> int:
        """The increase in errors; negative for a decrease."""
        return self.errors - self.errors_before


class Availability(FrozenModel):
    """The share of requests without a server error, with its 95 % Wilson interval, against the objective.

    `budget_used` is the share of the error budget that is used: server errors over those that the objective allows.
    Above 1, the objective is missed.
    """

    objective: float
    share: float | None
    low: float
    high: float
    budget_used: float | None


class Review(FrozenModel):
    """The review of a week. Comparisons with earlier weeks are None if the logs do not cover them.

    `compared` are those of the four weeks before that have requests, newest first; `weeks` are oldest first.
    `codes_left_out` and `routes_left_out` count the rows beyond the tables' limit.
    """

    week: WrittenWeek
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
    incidents: tuple[Incident, ...]
