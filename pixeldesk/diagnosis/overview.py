"""The board as a page reads it: in which order, how much in all, and what could have explained a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pixeldesk.diagnosis.case_file import Case, cases
from pixeldesk.diagnosis.diagnose import Diagnosis
from pixeldesk.queries.values import rfc3339

SPANS = {"24 hours": timedelta(days=1), "7 days": timedelta(days=7)}
"""The ranges of time a page offers beside the whole logs; they count back from the newest record."""

_NOBODYS = "scanner"


@dataclass(frozen=True)
class Overview:
    """How much there is: customers failing now with their requests and cases, nobody's, and what is over."""

    customers: int
    requests: int
    cases: int
    recovered: int
    unnamed: int
    scanners: int


def overview(diagnoses: Sequence[Diagnosis], newest: str | None) -> Overview:
    """Count these diagnoses; recovered are those whose last failure is in the seven days before the newest record."""
    active = [one for one in diagnoses if one["status"] == "active"]
    named = [one for one in active if one["customer_id"]]
    week_ago = start_of("7 days", newest)
    return Overview(
        customers=len({one["customer_id"] for one in named}),
        requests=sum(one["failing_requests"] for one in named),
        cases=len({one["case"] for one in named}),
        recovered=sum(one["status"] == "recovered" and one["last_seen"] >= (week_ago or "") for one in diagnoses),
        unnamed=sum(not one["customer_id"] and one["case"] != _NOBODYS for one in active),
        scanners=sum(one["case"] == _NOBODYS for one in active),
    )


def in_order(diagnoses: Sequence[Diagnosis]) -> list[Diagnosis]:
    """The same with the scanners last: they are no customers, however much they send."""
    return sorted(diagnoses, key=lambda one: one["case"] == _NOBODYS)


def start_of(span: str | None, newest: str | None) -> str | None:
    """When a range of SPANS begins; None for any other name, or where there is no record."""
    if newest is None or span not in SPANS:
        return None
    return rfc3339(datetime.fromisoformat(newest) - SPANS[span])


def caller_of(diagnosis: Diagnosis) -> str:
    """Whose failures these are: the customer, or else what is known of the key or the address. Log text."""
    if diagnosis["customer_id"]:
        return str(diagnosis["customer_id"])
    if diagnosis["case"] != _NOBODYS and diagnosis["key_prefix"]:
        return f"key {diagnosis['key_prefix']}…"
    return f"address {diagnosis['client_ip']}" if diagnosis["client_ip"] else "not known"


def looked_for(code: str | None, response_rows: int | None) -> tuple[Case, ...]:
    """The cases that can show in such an answer: by its error code, or as a success without a row."""
    empty = code is None and response_rows == 0
    return tuple(case for case in cases() if code in case.codes or (empty and not case.codes))


def case_title(name: str) -> str:
    """A case's title; its name where there is no such case any more."""
    return next((case.title for case in cases() if case.name == name), name)
