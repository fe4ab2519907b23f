"""Draft the reply for a diagnosis: plain text, from its case file and from checked facts only.

No log text reaches the customer unchecked. A fact is a number, a time, or a word of a known form (a scope, an existing
pipe, a field name, a route template, an environment). A fact that fails its check is unknown, and the sentences that
use it are omitted.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from string import Template
from typing import Any

from pixeldesk.catalogue.checks import all_checked, is_environment, is_field, is_route, is_scope, is_website
from pixeldesk.catalogue.mail import mail, mail_section
from pixeldesk.catalogue.wording import counted, listed, spell_seconds
from pixeldesk.diagnosis.case_file import Case
from pixeldesk.diagnosis.diagnosis import RetryFault, RetryHygiene

FACTS = {
    "count": "how many requests failed: `37 requests`",
    "first": "when the first one failed, UTC",
    "last": "when the last one failed, UTC",
    "days": "on how many days: `3 days`",
    "environment": "the environment that was called",
    "elsewhere": "the environment where the key, or the events, belong",
    "route": "the route that failed, as its template",
    "required_scope": "the scope that the route asks for",
    "held_scopes": "the scopes that the key holds",
    "nearest_pipe": "the pipe that was probably meant",
    "fields": "the fields of the body that validation refused",
    "website": "the customer's own website id",
    "wait": "how long Retry-After asked to wait: `30 seconds`",
    "ended": "when the key was revoked or expired, UTC",
    "age": "how old the tokens were when they were refused: `9 minutes`",
    "since": "when the same thing first succeeded again, UTC; known where it has recovered",
}
"""The placeholders of a case's reply, `$count` and so on, and their meaning."""


def case_mail(case: Case, section: str) -> str:
    """Return the whole mail about one diagnosis; for a case without a customer, only the section, for colleagues."""
    if case.per == "client":
        return section
    return mail("We have looked into the requests that fail for you.", [section])


def case_section(case: Case, known: Mapping[str, Any]) -> str:
    """Return the part of a mail about one diagnosis: what happened, what to do, what to check."""
    facts = checked_facts(known)
    happened = _substituted(case.reply.happened, facts)
    steps = _substituted(case.reply.steps, facts)
    recovered = [f"Since {facts['since']} the same requests succeed again."] if "since" in facts else []
    return mail_section(" ".join([*happened, *recovered]), steps, _retries(known), case.reply.afterwards)


def checked_facts(known: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts of a diagnosis that pass their check, by the names of FACTS."""
    facts = {
        "count": counted(int(known["failing_requests"]), "request"),
        "first": _time(known["first_seen"]),
        "last": _time(known["last_seen"]),
        "days": counted(int(known["days"]), "day"),
        "environment": _checked(is_environment, known.get("environment")),
        "elsewhere": _checked(
            is_environment, known.get("elsewhere") or known.get("events_go_to") or known.get("marked_for")
        ),
        "route": _checked(is_route, known.get("route")),
        "required_scope": _checked(is_scope, known.get("required")),
        "held_scopes": _list(is_scope, str(known.get("held") or "").split(", ")),
        "nearest_pipe": _checked(is_field, known.get("nearest_pipe")),
        "fields": _list(is_field, str(known.get("fields") or "").split(", ")),
        "website": _checked(is_website, known.get("website_id")),
        "wait": _span(known.get("wait_s")),
        "ended": _time(known.get("ended_at")),
        "age": _span(known.get("median_age_s")),
        "since": _time(known.get("succeeded_since")),
    }
    return {name: text for name, text in facts.items() if text}


def _substituted(texts: Sequence[str], facts: Mapping[str, str]) -> list[str]:
    templates = [Template(text) for text in texts]
    return [each.substitute(facts) for each in templates if set(each.get_identifiers()) <= set(facts)]


def _retries(known: Mapping[str, Any]) -> str:
    retries: RetryHygiene | None = known.get("retries")
    advice = [_RETRY_ADVICE[fault] for fault in retries.faults] if retries else []
    return " ".join(advice)


_RETRY_ADVICE: dict[RetryFault, str] = {
    "retries_refused": "Your client repeats requests that were refused (4xx). They cannot succeed unchanged, so please"
    " stop after the first refusal.",
    "ignores_retry_after": "Please repeat a request only after the time in the Retry-After header has passed.",
    "no_backoff": "Please wait longer before each further attempt, for instance twice as long as before.",
    "no_jitter": "Please add a random part to each wait, so that your clients do not all return at the same moment.",
}


def _time(value: Any) -> str | None:
    return f"{value:%Y-%m-%d at %H:%M} UTC" if isinstance(value, datetime) else None


def _span(value: Any) -> str | None:
    return spell_seconds(float(value)) if value is not None and 0 < float(value) < 366 * 86400 else None


def _checked(check: Callable[[object], bool], value: Any) -> str | None:
    return value if check(value) else None


def _list(check: Callable[[object], bool], values: Sequence[str]) -> str | None:
    checked = all_checked(check, values)
    return listed([*checked]) if checked else None
