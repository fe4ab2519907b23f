"""Diagnose why customers fail: run the cases over the logs, and return one diagnosis per subject and case.

Each step is a table of the workbench (`tables/*.sql`): the requests to read; the owner of each key, website and
address; the symptoms; the symptoms that each case explains; the history of each subject. The result, some hundred rows,
is evaluated in Python: `history` decides what is a lasting mistake and what is over, `evidence` makes the sentences and
the confidence.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from pixeldesk.diagnosis import shared_evidence
from pixeldesk.diagnosis.case_file import Case, cases
from pixeldesk.diagnosis.case_reply import case_mail, case_section
from pixeldesk.diagnosis.diagnosis import Diagnosis, RetryHygiene
from pixeldesk.diagnosis.evidence import confidence, sentences
from pixeldesk.diagnosis.facts import derived_facts
from pixeldesk.diagnosis.history import History
from pixeldesk.diagnosis.retry_hygiene import retry_hygiene
from pixeldesk.diagnosis.thresholds import SHORTEST_PREFIX, SQL_PARAMETERS
from pixeldesk.sql_files import Statement, statement
from pixeldesk.store import Store, Workbench

_TABLES = Path(__file__).parent / "tables"
_KNOWLEDGE = (
    "known_keys", "key_owners", "prefix_owners", "hash_owners", "websites", "website_owners", "addresses", "key_shapes",
    "shown", "attributed", "symptoms", "unknown_keys",
)  # fmt: skip


@dataclass(frozen=True)
class Caller:
    """The sender of a request, by the fields of its log line; the line often names no customer."""

    customer_id: str | None = None
    key_fingerprint: str | None = None
    key_prefix: str | None = None
    website_id: str | None = None
    client_ip: str | None = None


class RequestAt(NamedTuple):
    """A request, by its id and its time: requests may share an id."""

    request_id: str
    timestamp: datetime


@dataclass(frozen=True)
class DiagnosisScope:
    """The failures to diagnose. Times are UTC without a zone, half open; None filters nothing.

    Requests before `start` are read as context; requests from `end` on are not read at all. `callers` restricts the
    reading to requests that bear on these senders, however many: it takes one pass. `requests` are those whose ids to
    list in `explains`.
    """

    start: datetime | None = None
    end: datetime | None = None
    environment: str | None = None
    customer_id: str | None = None
    callers: tuple[Caller, ...] = ()
    requests: tuple[RequestAt, ...] = ()


@dataclass(frozen=True)
class Explanations:
    """Diagnoses, and those of the requests in a scope that each explains, by its subject."""

    diagnoses: list[Diagnosis]
    requests: Mapping[str, frozenset[RequestAt]]


def diagnose(store: Store, scope: DiagnosisScope | None = None) -> list[Diagnosis]:
    """Return every diagnosis in this scope: active ones first, then by number of failing requests."""
    return explain(store, scope or DiagnosisScope()).diagnoses


def explain(store: Store, scope: DiagnosisScope) -> Explanations:
    """Return the diagnoses in this scope, in the order of `diagnose`, and which of its requests they explain."""
    with store.workbench() as bench:
        _prepare(bench, scope)
        _explain(bench)
        explained = _explained_requests(bench, scope.requests)
        found = _diagnoses(bench, scope, explained)
    found.sort(key=lambda each: (each.status != "active", -each.failing_requests, each.subject))
    return Explanations(found, explained)


def customer_retry_hygiene(store: Store, customer_id: str) -> RetryHygiene | None:
    """Return the retry hygiene of one customer's programs; None if the customer has no failures."""
    with store.workbench() as bench:
        _prepare(bench, DiagnosisScope(customer_id=customer_id))
        _explain(bench)
        return _hygiene(bench, customer_id).get(customer_id)


def _prepare(bench: Workbench, scope: DiagnosisScope) -> None:
    _make(bench, "span", {"start": scope.start, "end": scope.end})
    bench.make_view("all_requests", _table("all_requests").sql)
    callers = scope.callers or ((Caller(customer_id=scope.customer_id),) if scope.customer_id else ())
    if callers:
        _narrow(bench, callers)
    else:
        bench.make_view("relevant", "SELECT * FROM all_requests")
    for name in _KNOWLEDGE:
        _make(bench, name, {"codes": _codes()})
    bench.drop_table("shown")


def _narrow(bench: Workbench, callers: Sequence[Caller]) -> None:
    """Restrict the tables that follow to requests that bear on these callers, without changing the answer."""
    traits = {
        "customer_ids": [caller.customer_id for caller in callers],
        "key_fingerprints": [caller.key_fingerprint for caller in callers],
        "beginnings": [_beginning(caller.key_prefix) for caller in callers],
        "website_ids": [caller.website_id for caller in callers],
        "client_ips": [caller.client_ip for caller in callers],
    }
    _make(bench, "callers", traits)
    for name in ("of_customers", "handles", "bearing_rows", "relevant"):
        _make(bench, name)


def _beginning(key_prefix: str | None) -> str | None:
    beginning = (key_prefix or "").strip(" \t\r\n\"'")[:SHORTEST_PREFIX]
    return beginning if len(beginning) == SHORTEST_PREFIX else None


def _explain(bench: Workbench) -> None:
    """Let each case explain symptoms that no earlier case explains, then make the histories of its subjects."""
    bench.make_table("explained", "SELECT 0::BIGINT AS place, '' AS case_name, '' AS subject LIMIT 0")
    codes = {row["error_code"] for row in bench.rows("SELECT DISTINCT error_code FROM symptoms")}
    for case in cases():
        # A case without codes is about successful requests. Skip the others' queries: most logs have few of the codes.
        if codes.intersection(case.codes or (None,)):
            explained = _table("explained").selecting_from("found", case.query)
            bench.add_rows("explained", explained.sql, _named_by(bench, explained.sql, case))
    for name in ("clients", "successes", "trail", "histories"):
        _make(bench, name)


def _diagnoses(
    bench: Workbench, scope: DiagnosisScope, explained: Mapping[str, frozenset[RequestAt]]
) -> list[Diagnosis]:
    hygiene = _hygiene(bench, None)
    asked = dict.fromkeys(request.request_id for request in scope.requests)
    return [
        each.model_copy(update={"explains": _in_order(asked, explained.get(each.subject, frozenset()))})
        for case in cases()
        for each in _of_case(bench, case, hygiene)
        if scope.customer_id in (None, each.customer_id) and scope.environment in (None, each.environment)
    ]


def _of_case(bench: Workbench, case: Case, hygiene: Mapping[str, RetryHygiene]) -> Iterator[Diagnosis]:
    histories = bench.rows(
        'SELECT histories.*, span."end" FROM histories CROSS JOIN span WHERE case_name = $case', {"case": case.name}
    )
    facts = _facts(bench, case) if histories else {}
    for row in histories:
        known = {**row, **facts.get(row["subject"], {}), "retries": hygiene.get(row["customer_id"])}
        history = History(**{each.name: row[each.name] for each in fields(History)})
        if known.get("lasts", history.lasts):
            yield _diagnosis(case, {**known, **derived_facts(case, known, history)})


def _facts(bench: Workbench, case: Case) -> dict[str, dict[str, Any]]:
    if not case.facts.strip():
        return {}
    return {row["subject"]: row for row in bench.rows(case.facts, _named_by(bench, case.facts, case))}


def _diagnosis(case: Case, known: Mapping[str, Any]) -> Diagnosis:
    supports = sentences((*shared_evidence.FOR, *case.evidence_for), known)
    opposes = sentences((*case.evidence_against, *shared_evidence.AGAINST), known)
    recovery = sentences(shared_evidence.SINCE, known)[:1]
    certainty = shared_evidence.CERTAINTY_OF_LINK.get(known["found_by"], 1.0)
    section = case_section(case, known)
    return Diagnosis(
        id=diagnosis_id(known["subject"]),
        case=case.name,
        title=case.title,
        subject=known["subject"],
        environment=known["environment"],
        customer_id=known["customer_id"],
        key_fingerprint=known["key_fingerprint"],
        key_prefix=known["key_prefix"],
        website_id=known["website_id"] if case.per == "website" or known["websites"] == 1 else None,
        client_ip=known["client_ip"],
        user_agent=known["user_agent"],
        route=known["route"],
        status=known["status"],
        confidence=confidence(supports, opposes, certainty),
        first_seen=known["first_seen"],
        last_seen=known["last_seen"],
        failing_requests=known["failing_requests"],
        evidence_for=supports,
        evidence_against=opposes,
        recovery=recovery[0] if recovery else None,
        retries=known["retries"],
        fix=case.fix,
        reply=case_mail(case, section),
        reply_section=section,
    )


def diagnosis_id(subject: str) -> str:
    """Return the id of a subject's diagnosis: the first 12 hex digits of a hash, the same in every run."""
    return hashlib.sha256(subject.encode()).hexdigest()[:12]


def _hygiene(bench: Workbench, customer_id: str | None) -> dict[str, RetryHygiene]:
    _make(bench, "failures", {"customer_id": customer_id, "codes": _codes()})
    return {
        row["customer_id"]: retry_hygiene(row)
        for row in bench.rows(_table("retries").sql, _table("retries").bound(SQL_PARAMETERS))
    }


def _explained_requests(bench: Workbench, requests: Sequence[RequestAt]) -> dict[str, frozenset[RequestAt]]:
    """Return which of the requests each subject's case explains."""
    asked = {
        "request_ids": [request.request_id for request in requests],
        "timestamps": [request.timestamp for request in requests],
    }
    explained: dict[str, set[RequestAt]] = {}
    for row in bench.rows(_table("asked").sql, asked):
        explained.setdefault(row["subject"], set()).add(RequestAt(row["request_id"], row["timestamp"]))
    return {subject: frozenset(found) for subject, found in explained.items()}


def _in_order(asked: Iterable[str], explained: Iterable[RequestAt]) -> tuple[str, ...]:
    ids = {request.request_id for request in explained}
    return tuple(request_id for request_id in asked if request_id in ids)


def _codes() -> list[str]:
    return sorted({code for case in cases() for code in case.codes})


def _make(bench: Workbench, name: str, values: Mapping[str, object] | None = None) -> None:
    """Make the table of this name from its file, with those of the values that it takes."""
    table = _table(name)
    bench.make_table(name, table.sql, table.bound({**SQL_PARAMETERS, **(values or {})}))


def _named_by(bench: Workbench, sql: str, case: Case) -> dict[str, object]:
    """Return those of the values for a case that its SQL names."""
    values = {**SQL_PARAMETERS, **case.thresholds, "case": case.name, "per": case.per}
    return {name: values[name] for name in bench.parameters_of(sql)}


def _table(name: str) -> Statement:
    return statement(_TABLES / f"{name}.sql")
