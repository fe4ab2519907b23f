"""Summarise diagnoses for a page: their order, their counts, and the cases that could explain a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pixeldesk.diagnosis.case_file import Case, cases
from pixeldesk.diagnosis.diagnosis import Diagnosis

SPANS = {"24 hours": timedelta(days=1), "7 days": timedelta(days=7)}
"""The ranges of time that a page offers besides the whole logs; they end at the newest record."""

_SCANNER = "scanner"


@dataclass(frozen=True)
class Overview:
    """Counts of diagnoses.

    `customers`, `requests` and `cases` are of active diagnoses with a known customer, `unnamed` and `scanners` of
    active diagnoses without one.
    """

    customers: int
    requests: int
    cases: int
    recovered: int
    unnamed: int
    scanners: int


def overview(diagnoses: Sequence[Diagnosis], newest: datetime | None) -> Overview:
    """Count diagnoses. `recovered` counts those whose last failure is in the seven days before the newest record."""
    active = [each for each in diagnoses if each.status == "active"]
    named = [each for each in active if each.customer_id]
    week_ago = start_of("7 days", newest) or datetime.min
    return Overview(
        customers=len({each.customer_id for each in named}),
        requests=sum(each.failing_requests for each in named),
        cases=len({each.case for each in named}),
        recovered=sum(each.status == "recovered" and each.last_seen >= week_ago for each in diagnoses),
        unnamed=sum(not each.customer_id and each.case != _SCANNER for each in active),
        scanners=sum(each.case == _SCANNER for each in active),
    )


def scanners_last(diagnoses: Sequence[Diagnosis]) -> list[Diagnosis]:
    """Sort scanners last, in stable order: they are not customers, however many requests they send."""
    return sorted(diagnoses, key=lambda each: each.case == _SCANNER)


def start_of(span: str | None, newest: datetime | None) -> datetime | None:
    """Return the start of a range of SPANS; None for another name, or if there is no newest record."""
    if newest is None or span not in SPANS:
        return None
    return newest - SPANS[span]


def caller_of(diagnosis: Diagnosis) -> str:
    """Name the caller of a diagnosis: the customer, else the key's prefix, else the address. Contains log text."""
    if diagnosis.customer_id:
        return diagnosis.customer_id
    if diagnosis.case != _SCANNER and diagnosis.key_prefix:
        return f"key {diagnosis.key_prefix}…"
    return f"address {diagnosis.client_ip}" if diagnosis.client_ip else "not known"


def candidate_cases(code: str | None, response_rows: int | None) -> tuple[Case, ...]:
    """Return the cases that could explain a response: by its error code, or by its being a success without rows."""
    empty = code is None and response_rows == 0
    return tuple(case for case in cases() if code in case.codes or (empty and not case.codes))


def case_title(name: str) -> str:
    """Return a case's title, or its name if the case no longer exists."""
    return next((case.title for case in cases() if case.name == name), name)
