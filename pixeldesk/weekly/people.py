"""Find the customers of a weekly review: new, recovered and moved ones, and those with known mistakes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import computed_field

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.diagnosis.selection import filtered
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.weekly.week import Week


class NewCustomer(FrozenModel):
    """A customer with errors in the week and none in the four weeks before. Server errors are our own fault."""

    customer_id: str
    errors: int
    server_errors: int


class RecoveredCustomer(FrozenModel):
    """A customer with errors in the week before and none in this week, in which `requests` succeeded."""

    customer_id: str
    errors_before: int
    requests: int


class CustomerMover(FrozenModel):
    """A customer's errors in the week and in the week before."""

    customer_id: str
    errors: int
    errors_before: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def change(self) -> int:
        """The increase in errors; negative for a decrease."""
        return self.errors - self.errors_before


class CaseOfWeek(FrozenModel):
    """A known mistake in the week, its customers, and the number of callers without a known customer (`unnamed`).

    `active` counts customers and callers that still fail at the newest record.
    """

    case: str
    title: str
    customers: tuple[str, ...]
    unnamed: int
    active: int


def new_customers(rows: Iterable[Mapping[str, Any]]) -> tuple[NewCustomer, ...]:
    """Select the new customers from rows of the question `errors_by_customer`, most errors first."""
    return tuple(
        NewCustomer(customer_id=row["customer_id"], errors=row["errors"], server_errors=row["server_errors"])
        for row in rows
        if not row["errors_in_four_weeks_before"]
    )


def customer_movers(rows: Iterable[Mapping[str, Any]], most: int) -> tuple[CustomerMover, ...]:
    """Select the customers whose errors rose or fell most, from rows of the question `errors_by_customer`."""
    customers = (
        CustomerMover(customer_id=row["customer_id"], errors=row["errors"], errors_before=row["errors_before"])
        for row in rows
    )
    changed = [customer for customer in customers if customer.change]
    return tuple(sorted(changed, key=lambda customer: (-abs(customer.change), customer.customer_id))[:most])


def cases_of_week(diagnoses: Sequence[Diagnosis], week: Week, environment: str | None) -> tuple[CaseOfWeek, ...]:
    """Return the cases of the diagnoses that overlap the week, most customers first."""
    within = filtered(diagnoses, environment=environment, start=week.start, end=week.end)
    by_case: defaultdict[str, list[Diagnosis]] = defaultdict(list)
    for diagnosis in within:
        by_case[diagnosis.case].append(diagnosis)
    found = [_case(name, of_case) for name, of_case in by_case.items()]
    return tuple(sorted(found, key=lambda case: (-len(case.customers), -case.unnamed, case.case)))


def _case(name: str, diagnoses: Sequence[Diagnosis]) -> CaseOfWeek:
    return CaseOfWeek(
        case=name,
        title=diagnoses[0].title,
        customers=tuple(sorted({diagnosis.customer_id for diagnosis in diagnoses if diagnosis.customer_id})),
        unnamed=sum(not diagnosis.customer_id for diagnosis in diagnoses),
        active=sum(diagnosis.status == "active" for diagnosis in diagnoses),
    )
