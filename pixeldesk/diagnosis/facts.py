"""Derive the facts that sentences of evidence depend on, from a history and the case's own facts."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pixeldesk.catalogue.field_problems import field_problems
from pixeldesk.diagnosis.case_file import Case
from pixeldesk.diagnosis.history import History


def derived_facts(case: Case, known: Mapping[str, Any], history: History) -> dict[str, Any]:
    """Derive the status, the link by which the customer was found, and the success that shows a recovery."""
    recovered = bool(known.get("recovered", history.status == "recovered"))
    found_by = known["found_by"] if known["unnamed_id"] and case.per != "client" else None
    since = known["success_since"]
    elsewhere = known["any_success_since"] if history.changes_address else None
    problems = failing_problems(known.get("details") or ())
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
        "fields": ", ".join(problems),
        "problems": problems,
    }


def failing_problems(details: Iterable[str]) -> dict[str, str | None]:
    """Return the fields that were refused, from the `details` of invalid_body responses, sorted, each with why."""
    problems: dict[str, str | None] = {}
    for text in details:
        try:
            for name, message in field_problems(json.loads(text)).items():
                problems[name] = problems.get(name) or message
        except (ValueError, TypeError, RecursionError):
            continue
    return dict(sorted(problems.items()))
