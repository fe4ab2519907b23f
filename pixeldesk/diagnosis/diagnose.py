"""Why is this customer failing: the cases run over the logs, one diagnosis a subject and case.

The steps, each a table of the workbench (`tables/*.sql`): the requests to read; whose each key, website and
address is; the symptoms; what each case explains of them; how each subject failed over time. From there on it
is some hundred rows, judged in Python: `history` says what lasts and what is over, `evidence` what speaks for
it and how sure that is.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pixeldesk.diagnosis import shared_evidence
from pixeldesk.diagnosis.case_file import Case, cases
from pixeldesk.diagnosis.case_reply import case_mail, case_section
from pixeldesk.diagnosis.evidence import confidence, sentences
from pixeldesk.diagnosis.facts import told
from pixeldesk.diagnosis.history import History
from pixeldesk.diagnosis.retry_hygiene import retry_hygiene
from pixeldesk.queries.values import plain
from pixeldesk.store import Store, Workbench

_TABLES = Path(__file__).parent / "tables"
_KNOWLEDGE = (
    "known_keys", "key_owners", "prefix_owners", "hash_owners", "websites", "website_owners", "addresses", "key_shapes",
    "shown", "attributed", "symptoms", "unknown_keys",
)  # fmt: skip
_LETTERS_OF_A_KEY = 10

Diagnosis = dict[str, Any]
"""The DIAGNOSIS of the command line's contract, and beside it: id, subject, key_prefix, user_agent, route,
since (why it is over), retries (see retry_hygiene.py), reply_section (the reply's own part, for a mail about
several), explains (which of the asked requests it explains)."""


@dataclass(frozen=True)
class Caller:
    """Whoever sent one request, by what its line tells; the customer is often not among it."""

    customer_id: str | None = None
    key_fingerprint: str | None = None
    key_prefix: str | None = None
    website_id: str | None = None
    client_ip: str | None = None


@dataclass(frozen=True)
class DiagnosisScope:
    """Which failures are looked at. Times are UTC without a zone, half open; None filters nothing.

    What lies before `start` is still read as context; `end` is the present, as far as a diagnosis knows.
    `caller` narrows the reading to what bears on one request's sender; `request_ids` are looked for in
    what each diagnosis explains.
    """

    start: datetime | None = None
    end: datetime | None = None
    environment: str | None = None
    customer_id: str | None = None
    caller: Caller | None = None
    request_ids: tuple[str, ...] = ()


def diagnose(store: Store, scope: DiagnosisScope | None = None) -> list[Diagnosis]:
    """Every diagnosis in this scope: the active ones first, then by failing requests."""
    scope = scope or DiagnosisScope()
    with store.workbench() as bench:
        _prepare(bench, scope)
        _explain(bench)
        found = _judged(bench, scope)
    return sorted(found, key=lambda one: (one["status"] != "active", -one["failing_requests"], one["subject"]))


def hygiene_of(store: Store, customer_id: str) -> dict[str, Any] | None:
    """How well one customer's programs retry, whatever failed; None where nothing did."""
    with store.workbench() as bench:
        _prepare(bench, DiagnosisScope(customer_id=customer_id))
        _explain(bench)
        return _hygiene(bench, customer_id).get(customer_id)


def _prepare(bench: Workbench, scope: DiagnosisScope) -> None:
    bench.make_table("span", _table("span"), {"start": scope.start, "end": scope.end})
    bench.make_view("all_requests", _table("all_requests"))
    caller = scope.caller or (Caller(customer_id=scope.customer_id) if scope.customer_id else None)
    if caller:
        _narrow(bench, caller)
    else:
        bench.make_view("relevant", "SELECT * FROM all_requests")
    for name in _KNOWLEDGE:
        bench.make_table(name, _table(name), {"codes": _codes()} if name == "shown" else None)
    bench.drop_table("shown")


def _narrow(bench: Workbench, caller: Caller) -> None:
    """Let what follows read only the requests that bear on this caller, and give the same answers."""
    beginning = (caller.key_prefix or "").strip(" \t\r\n\"'")[:_LETTERS_OF_A_KEY]
    traces = {
        "key_fingerprint": caller.key_fingerprint,
        "beginning": beginning if len(beginning) == _LETTERS_OF_A_KEY else None,
        "website_id": caller.website_id,
        "client_ip": caller.client_ip,
    }
    bench.make_table("of_customers", _table("of_customers"), {"customer_id": caller.customer_id, **traces})
    bench.make_table("handles", _table("handles"), traces)
    bench.make_table("bearing_rows", _table("bearing_rows"))
    bench.make_table("relevant", f"{_table('all_requests')} AND rowid IN (SELECT row FROM bearing_rows)")


def _explain(bench: Workbench) -> None:
    """Let each case explain what the cases before it have left, and see how its subjects failed."""
    bench.make_table("explained", "SELECT 0::BIGINT AS place, '' AS case_name, '' AS subject LIMIT 0")
    shown = {row["error_code"] for row in bench.rows("SELECT DISTINCT error_code FROM symptoms")}
    for case in cases():
        # A case without codes is about requests that were answered. Most logs show few of the codes.
        if shown.intersection(case.codes or (None,)):
            sql = _table("explained").replace("{query}", case.query)
            bench.add_rows("explained", sql, {"case": case.name, "per": case.per})
    for name in ("clients", "successes", "trail", "histories"):
        bench.make_table(name, _table(name))


def _judged(bench: Workbench, scope: DiagnosisScope) -> list[Diagnosis]:
    hygiene = _hygiene(bench, None)
    asked = _asked(bench, scope.request_ids)
    return [
        {**one, "explains": asked.get(one["subject"], [])}
        for case in cases()
        for one in _of_case(bench, case, hygiene)
        if scope.customer_id in (None, one["customer_id"]) and scope.environment in (None, one["environment"])
    ]


def _of_case(bench: Workbench, case: Case, hygiene: Mapping[str, Any]) -> Iterator[Diagnosis]:
    histories = bench.rows(
        'SELECT histories.*, span."end" FROM histories CROSS JOIN span WHERE case_name = $case', {"case": case.name}
    )
    facts = _facts(bench, case) if histories else {}
    for row in histories:
        known = {**row, **facts.get(row["subject"], {}), "retries": hygiene.get(row["customer_id"])}
        history = History(**{one.name: row[one.name] for one in fields(History)})
        if known.get("lasts", history.lasts):
            yield _diagnosis(case, {**known, **told(case, known, history)})


def _facts(bench: Workbench, case: Case) -> dict[str, dict[str, Any]]:
    if not case.facts.strip():
        return {}
    return {row["subject"]: row for row in bench.rows(case.facts, {"case": case.name})}


def _diagnosis(case: Case, known: Mapping[str, Any]) -> Diagnosis:
    supports = sentences((*shared_evidence.FOR, *case.evidence_for), known)
    opposes = sentences((*case.evidence_against, *shared_evidence.AGAINST), known)
    since = sentences(shared_evidence.SINCE, known)[:1]
    cited = (one for each in (*supports, *opposes, *since) for one in each.request_ids)
    certainty = shared_evidence.CERTAINTY_OF_LINK.get(known["found_by"], 1.0)
    diagnosis: Diagnosis = plain({
        "id": diagnosis_id(known["subject"]),
        "case": case.name,
        "title": case.title,
        "subject": known["subject"],
        "environment": known["environment"],
        "customer_id": known["customer_id"],
        "key_fingerprint": known["key_fingerprint"],
        "key_prefix": known["key_prefix"],
        "website_id": known["website_id"] if case.per == "website" or known["websites"] == 1 else None,
        "client_ip": known["client_ip"],
        "user_agent": known["user_agent"],
        "route": known["route"],
        "status": known["status"],
        "confidence": confidence(supports, opposes, certainty),
        "first_seen": known["first_seen"],
        "last_seen": known["last_seen"],
        "failing_requests": known["failing_requests"],
        "evidence": list(dict.fromkeys(cited)),
        "for": [one.cited() for one in supports],
        "against": [one.cited() for one in opposes],
        "since": since[0].cited() if since else None,
        "retries": known["retries"],
        "fix": case.fix,
    })  # fmt: skip
    section = case_section(case, known)
    return {**diagnosis, "reply": case_mail(case, section), "reply_section": section}


def diagnosis_id(subject: str) -> str:
    """A short name for a subject's case that stays the same from one run to the next."""
    return hashlib.sha256(subject.encode()).hexdigest()[:12]


def _hygiene(bench: Workbench, customer_id: str | None) -> dict[str, dict[str, Any]]:
    bench.make_table("failures", _table("failures"), {"customer_id": customer_id, "codes": _codes()})
    return {row["customer_id"]: retry_hygiene(row) for row in bench.rows(_table("retries"))}


def _asked(bench: Workbench, request_ids: Iterable[str]) -> dict[str, list[str]]:
    asked: dict[str, list[str]] = {}
    for row in bench.rows(_table("asked"), {"request_ids": list(request_ids)}):
        asked.setdefault(row["subject"], []).append(row["request_id"])
    return asked


def _codes() -> list[str]:
    return sorted({code for case in cases() for code in case.codes})


@cache
def _table(name: str) -> str:
    return (_TABLES / f"{name}.sql").read_text()
