"""Gather what the page of a customer shows: how much it sends and fails, with which keys, websites and mistakes."""

from pixeldesk.diagnosis.diagnosis import Diagnosis, RetryHygiene
from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.listed_request import ListedRequest

_SHOWN_FAILURES = 50


class CustomerTotals(FrozenModel):
    """The requests of a customer in an environment, and how many were answered with 400 or more."""

    environment: str | None
    requests: int
    failed: int
    first_seen: Moment
    last_seen: Moment


class FailedHour(FrozenModel):
    """The requests of a customer that failed in an hour with a code and a status."""

    hour: Moment
    error_code: str
    status: int
    requests: int


class CustomerKey(FrozenModel):
    """A key that a customer used. Of the key itself, the logs have its prefix and fingerprint only."""

    environment: str | None
    key_id: str | None
    key_prefix: str | None
    key_fingerprint: str | None
    key_length: int | None
    key_scopes: tuple[str, ...] | None
    key_revoked_at: Moment | None
    key_expires_at: Moment | None
    requests: int
    failed: int
    first_seen: Moment
    last_seen: Moment


class CustomerWebsite(FrozenModel):
    """A website that a customer asked about. `empty_answers` are answers without a row."""

    environment: str | None
    website_id: str
    requests: int
    failed: int
    events_accepted: int
    last_event: Moment | None
    empty_answers: int
    first_seen: Moment
    last_seen: Moment


class Customer(FrozenModel):
    """Everything about one customer. `totals` is empty for an unknown customer; `failures` are the last ones."""

    customer_id: str
    totals: tuple[CustomerTotals, ...]
    hours: tuple[FailedHour, ...]
    keys: tuple[CustomerKey, ...]
    websites: tuple[CustomerWebsite, ...]
    failures: tuple[ListedRequest, ...]
    diagnoses: tuple[Diagnosis, ...]
    retries: RetryHygiene | None


def customer_of(store: Store, customer_id: str, diagnoses: list[Diagnosis], retries: RetryHygiene | None) -> Customer:
    """Return what the logs say about a customer, beside its diagnoses and how it retries."""

    def rows(name: str, **given: object) -> list[dict[str, object]]:
        return question(name).rows(store, customer_id=customer_id, **given)

    return Customer(
        customer_id=customer_id,
        totals=tuple(CustomerTotals.of_rows(rows("customer_totals"))),
        hours=tuple(FailedHour.of_rows(rows("customer_hours"))),
        keys=tuple(CustomerKey.of_rows(rows("customer_keys"))),
        websites=tuple(CustomerWebsite.of_rows(rows("customer_websites"))),
        failures=tuple(ListedRequest.of_rows(rows("customer_failures", limit=_SHOWN_FAILURES))),
        diagnoses=tuple(diagnoses),
        retries=retries,
    )
