"""From a history and a case's own facts to what can be said: names that sentences hang on."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pixeldesk.diagnosis.case_file import Case
from pixeldesk.diagnosis.history import History


def told(case: Case, known: Mapping[str, Any], history: History) -> dict[str, Any]:
    """What follows from the facts: the status, how the customer was found, what shows that it is over."""
    recovered = bool(known.get("recovered", history.status == "recovered"))
    found_by = known["found_by"] if known["unnamed_id"] and case.per != "client" else None
    since = known["success_since"]
    elsewhere = known["any_success_since"] if history.moves else None
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
    """The fields that validation refused, by the `details` of invalid_body answers, each once and sorted.

    zod's three ways to report are read: flattened (`fieldErrors`), a list of issues with a `path`, and
    formatted (a field name over `_errors`).
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
        return [_path(one) for one in details if isinstance(one, dict) and "path" in one]
    if not isinstance(details, dict):
        return []
    for inside in ("fieldErrors", "issues", "errors", "fields"):
        if details.get(inside):
            return _fields(details[inside])
    return [str(name) for name in details if not str(name).startswith("_") and name not in ("formErrors", "message")]


def _path(issue: dict[str, Any]) -> str:
    path = issue["path"]
    return ".".join(map(str, path)) if isinstance(path, list) else str(path)
