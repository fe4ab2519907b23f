"""Derive the facts that sentences of evidence depend on, from a history and the case's own facts."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pixeldesk.diagnosis.case_file import Case
from pixeldesk.diagnosis.history import History


def derived_facts(case: Case, known: Mapping[str, Any], history: History) -> dict[str, Any]:
    """Derive the status, the link by which the customer was found, and the success that shows a recovery."""
    recovered = bool(known.get("recovered", history.status == "recovered"))
    found_by = known["found_by"] if known["unnamed_id"] and case.per != "client" else None
    since = known["success_since"]
    elsewhere = known["any_success_since"] if history.changes_address else None
    over = recovered and "recovered" not in known
    return {
        "status": "recovered" if recovered else "active",
        "customer_id": None if case.per == "client" else known["customer_id"],
        "nobody": known["customer_id"] is None and case.per != "client",
        **{f"found_by_{link}": found_by == link for link in ("key", "prefix", "hash", "website", "address", "kin")},
        "client_works": over and since is not None,
        "program_works": over and since is None and elsewhere is not None,
        "customer_works": over and since is None and elsewhere is None,
        "succeeded_since": (since or elsewhere or known["newcomer_success"] or known.get("first_event"))
        if recovered
        else None,
        "fields": ", ".join(failing_fields(known.get("details") or ())),
    }


def failing_fields(details: Iterable[str]) -> list[str]:
    """Return the fields that validation refused, from the `details` of invalid_body responses, sorted and unique.

    Reads the three error formats of zod: flattened (`fieldErrors`), a list of issues with a `path`, and formatted (a
    field name with `_errors`).
    """
    fields: set[str] = set()
    for text in details:
        try:
            fields.update(_fields(json.loads(text)))
        except (ValueError, TypeError, RecursionError):
            continue
    return sorted(fields)


def _fields(details: Any) -> list[str]:
    if isinstance(details, list):
        return [_path(issue) for issue in details if isinstance(issue, dict) and "path" in issue]
    if not isinstance(details, dict):
        return []
    for inside in ("fieldErrors", "issues", "errors", "fields"):
        if details.get(inside):
            return _fields(details[inside])
    return [str(name) for name in details if not str(name).startswith("_") and name not in ("formErrors", "message")]


def _path(issue: dict[str, Any]) -> str:
    path = issue["path"]
    return ".".join(map(str, path)) if isinstance(path, list) else str(path)
