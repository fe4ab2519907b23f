"""Draft the reply for a diagnosis: plain text, from its case file and from checked facts only.

No log text reaches the customer unchecked. A fact is a number, a time, or a word of a known form (a scope, an existing
pipe, a field name, a route template, an environment). A fact that fails its check is unknown, and the sentences that
use it are omitted.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from string import Template
from typing import Any

from pixeldesk.catalogue.checks import all_checked, is_environment, is_field, is_pipe, is_route, is_scope, is_website
from pixeldesk.catalogue.field_problems import problems_in_words
from pixeldesk.catalogue.mail import IF_IT_COMES_BACK, INVITATION, mail, mail_section
from pixeldesk.catalogue.wording import counted, listed, spell_day, spell_moment, spell_seconds, spell_span
from pixeldesk.diagnosis.case_file import Case
from pixeldesk.diagnosis.diagnosis import RetryFault, RetryHygiene

FACTS = {
    "count": "how many requests failed: `37 requests`",
    "span": "when they failed: `from 16 to 18 November 2026`, or one day with the times",
    "first": "when the first one failed: `16 November 2026, 09:12 UTC`",
    "last": "when the last one failed",
    "days": "on how many days: `3 days`",
    "environment": "the environment that was called",
    "elsewhere": "the environment where the key, or the events, belong",
    "route": "the route that failed, as its template",
    "required_scope": "the scope that the route asks for",
    "held_scopes": "the scopes that the key holds",
    "pipe": "the pipe that was asked for and does not exist",
    "nearest_pipe": "the pipe that was probably meant",
    "fields": "the fields of the body that validation refused",
    "problems": "the same fields, each with the validator's message: `url (Required)`",
    "website": "the customer's own website id",
    "wait": "how long Retry-After asked to wait: `30 seconds`",
    "ended": "when the key was revoked or expired",
    "age": "how old the tokens were when they were refused: `9 minutes`",
    "since": "when the same thing first succeeded again; known where it has recovered",
}
"""The placeholders of a case's reply, `$count` and so on, and their meaning."""


_LIMITED = "rate_limit_exceeded"


def case_mail(case: Case, section: str) -> str:
    """Return the whole mail about one diagnosis; for a case without a customer, only the section, for colleagues."""
    return section if case.per == "client" else mail([section, INVITATION])


def case_section(case: Case, known: Mapping[str, Any]) -> str:
    """Return the part of a mail about one diagnosis: what happened, what to do, what to check."""
    facts = checked_facts(known)
    happened = " ".join(_substituted(case.reply.happened, facts))
    steps = [*_substituted(case.reply.steps, facts), *_retries(case, known)]
    if "since" not in facts:
        return mail_section([happened], [*steps, case.reply.afterwards])
    over = f"Since {facts['since']} the same requests succeed again."
    return mail_section([f"{happened} {over}"], steps, IF_IT_COMES_BACK)


def checked_facts(known: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts of a diagnosis that pass their check, by the names of FACTS."""
    facts = {
        "count": counted(int(known["failing_requests"]), "request"),
        "span": spell_span(known["first_seen"], known["last_seen"]),
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
        "pipe": _checked(is_pipe, known.get("pipe")),
        "nearest_pipe": _checked(is_pipe, known.get("nearest_pipe")),
        "fields": _list(is_field, str(known.get("fields") or "").split(", ")),
        "problems": problems_in_words(known.get("problems") or {}),
        "website": _checked(is_website, known.get("website_id")),
        "wait": _span(known.get("wait_s")),
        "ended": _day(known.get("ended_at")),
        "age": _span(known.get("median_age_s")),
        "since": _time(known.get("succeeded_since")),
    }
    return {name: text for name, text in facts.items() if text}


def _substituted(texts: Sequence[str], facts: Mapping[str, str]) -> list[str]:
    templates = [Template(text) for text in texts]
    said = (each.substitute(facts) for each in templates if set(each.get_identifiers()) <= set(facts))
    return [f"{text[0].upper()}{text[1:]}" for text in said]


def _retries(case: Case, known: Mapping[str, Any]) -> list[str]:
    retries: RetryHygiene | None = known.get("retries")
    faults = retries.faults if retries else []
    # The cases of the rate limit say themselves how to wait.
    told = [fault for fault in faults if fault == "retries_refused" or _LIMITED not in case.codes]
    return [_RETRY_ADVICE[fault] for fault in told]


_RETRY_ADVICE: dict[RetryFault, str] = {
    "retries_refused": "Stop repeating requests that were refused (4xx): unchanged, they cannot succeed.",
    "ignores_retry_after": "Repeat a request only after the time in the Retry-After header has passed.",
    "no_backoff": "Wait longer before each further attempt, for instance twice as long as before.",
    "no_jitter": "Add a random part to each wait, so that your clients do not all return at once.",
}


def _time(value: Any) -> str | None:
    return spell_moment(value) if isinstance(value, datetime) else None


def _day(value: Any) -> str | None:
    return spell_day(value) if isinstance(value, datetime) else None


def _span(value: Any) -> str | None:
    return spell_seconds(float(value)) if value is not None and 0 < float(value) < 366 * 86400 else None


def _checked(check: Callable[[object], bool], value: Any) -> str | None:
    return value if check(value) else None


def _list(check: Callable[[object], bool], values: Sequence[str]) -> str | None:
    checked = all_checked(check, values)
    return listed([*checked]) if checked else None
