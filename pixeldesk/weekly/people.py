"""Whom a week's errors hit: customers who newly fail and who recovered, who moved most, and who makes which mistake."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pixeldesk.diagnosis.board import chosen
from pixeldesk.diagnosis.diagnose import Diagnosis
from pixeldesk.queries.values import rfc3339
from pixeldesk.weekly.week import Week


@dataclass(frozen=True)
class NewCustomer:
    """A customer with errors in the week and none in the four weeks before; server errors are our own fault."""

    customer_id: str
    errors: int
    server_errors: int


@dataclass(frozen=True)
class RecoveredCustomer:
    """A customer with errors in the week before and none in this one, in which `requests` succeeded."""

    customer_id: str
    errors_before: int
    requests: int


@dataclass(frozen=True)
class CustomerMover:
    """A customer's errors in the week and in the one before."""

    customer_id: str
    errors: int
    errors_before: int

    @property
    def change(self) -> int:
        """How many more there are."""
        return self.errors - self.errors_before


@dataclass(frozen=True)
class CaseOfWeek:
    """A mistake that shows in the week: who makes it, and how many of those who make it no customer is known behind.

    `active` counts those of both who still fail at the newest record.
    """

    case: str
    title: str
    customers: tuple[str, ...]
    unnamed: int
    active: int


def new_customers(rows: Iterable[Mapping[str, Any]]) -> tuple[NewCustomer, ...]:
    """From the question `errors_by_customer`; most errors first."""
    return tuple(
        NewCustomer(row["customer_id"], int(row["errors"]), int(row["server_errors"]))
        for row in rows
        if not row["errors_in_four_weeks_before"]
    )


def customer_movers(rows: Iterable[Mapping[str, Any]], most: int) -> tuple[CustomerMover, ...]:
    """The customers whose errors changed most in number, either way; from the same question."""
    moved = (CustomerMover(row["customer_id"], int(row["errors"]), int(row["errors_before"])) for row in rows)
    changed = sorted((one for one in moved if one.change), key=lambda one: (-abs(one.change), one.customer_id))
    return tuple(changed[:most])


def cases_of_week(diagnoses: Sequence[Diagnosis], week: Week, environment: str | None) -> tuple[CaseOfWeek, ...]:
    """The cases of the diagnoses with any part in the week; the one with most customers first."""
    within = chosen(diagnoses, environment=environment, start=rfc3339(week.start), end=rfc3339(week.end))
    by_case: defaultdict[str, list[Diagnosis]] = defaultdict(list)
    for one in within:
        by_case[one["case"]].append(one)
    found = [_case(name, ones) for name, ones in by_case.items()]
    return tuple(sorted(found, key=lambda one: (-len(one.customers), -one.unnamed, one.case)))


def _case(name: str, ones: Sequence[Diagnosis]) -> CaseOfWeek:
    return CaseOfWeek(
        case=name,
        title=ones[0]["title"],
        customers=tuple(sorted({one["customer_id"] for one in ones if one["customer_id"]})),
        unnamed=sum(not one["customer_id"] for one in ones),
        active=sum(one["status"] == "active" for one in ones),
    )
