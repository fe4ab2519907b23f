"""Draft the reply to a customer: plain text, from the catalogue and from checked facts only.

Every sentence comes from the catalogue or from this file. The log contributes only values that pass a check: a
well-formed request id, a method and a route template of known form, scopes, a listed code, and numbers. Nothing else
of a log line can reach the text, so it cannot contain a secret or an internal host.
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from string import Template
from typing import Any

from pixeldesk.catalogue.catalogue import ErrorEntry, catalogue
from pixeldesk.catalogue.checks import all_checked, is_http_status, is_method, is_route, is_scope
from pixeldesk.catalogue.mail import mail, mail_section
from pixeldesk.catalogue.wording import counted, listed
from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.tickets.outage import Outage
from pixeldesk.tickets.request_ids import is_well_formed

_LONGEST_WAIT_NAMED_S = 24 * 60 * 60

_APOLOGY = {
    "us": "This is a fault on our side, not in your request. We are sorry for the trouble it caused you.",
    "downstream": "This comes from a service we depend on, not from your request, so it is ours to follow up."
    " We are sorry for the trouble it caused you.",
}
_ASK_FOR_ID = (
    "Thank you for writing. To find your request in our logs we need its request id. It is in the body of"
    " every error response, under meta.request_id, and begins with req_. Please send it to us as text, and"
    " please do not send your API key."
)


class ReplyFacts(FrozenModel):
    """The facts of one request. Its values may come straight from a log; they are checked when used.

    ``details`` is the response's ``error.details``; ``retry_after_s`` is in seconds. ``diagnosis`` is the id of the
    diagnosis that explains the request, if any, and ``diagnosis_section`` its part of the reply. ``outage`` is the
    outage of ours that the request is part of, if any.
    """

    request_id: str
    timestamp: Moment
    method: str | None
    route: str | None
    status: int | None
    code: str | None
    entry: ErrorEntry
    details: dict[str, Any] | None = None
    retry_after_s: float | None = None
    diagnosis: str | None = None
    diagnosis_section: str | None = None
    outage: Outage | None = None


def reply_for(card_facts: ReplyFacts) -> str:
    """Draft a plain-text reply about one request."""
    return ticket_reply([card_facts])


def ticket_reply(facts: Sequence[ReplyFacts]) -> str:
    """Draft a plain-text reply about the requests of a ticket; requests with the same cause share one section.

    Without a request, the reply asks the customer for the request id.
    """
    if not facts:
        return mail(_ASK_FOR_ID)
    groups = _by_cause(facts)
    thanks = "Thank you for writing. We have looked up " + (
        "your request in our logs." if len(facts) == 1 else f"your {len(facts)} requests in our logs."
    )
    return mail(thanks, [_section(group) for group in groups])


def _by_cause(facts: Iterable[ReplyFacts]) -> list[list[ReplyFacts]]:
    groups: dict[Hashable, list[ReplyFacts]] = {}
    for each in facts:
        groups.setdefault(_cause(each), []).append(each)
    return list(groups.values())


def _cause(facts: ReplyFacts) -> Hashable:
    if facts.diagnosis:
        return facts.diagnosis
    return _code(facts), facts.entry.variant, facts.entry.reply, facts.outage


def _section(group: Sequence[ReplyFacts]) -> str:
    if group[0].diagnosis_section:
        requests = "Your requests:\n" + "\n".join(_sentence(each) for each in group)
        return f"{requests}\n\n{group[0].diagnosis_section}"
    entry = group[0].entry
    values = _template_values(group)
    return mail_section(
        "\n".join(_sentence(each) for each in group),
        [Template(step).safe_substitute(values) for step in entry.steps],
        entry.retry,
        entry.afterwards,
        details=[
            Template(entry.reply).safe_substitute(values),
            group[0].outage.sentence() if group[0].outage else "",
            _APOLOGY.get(entry.fault or "", ""),
        ],
    )


def _sentence(facts: ReplyFacts) -> str:
    request = "Your request"
    if is_method(facts.method) and is_route(facts.route):
        request += f" {facts.method} {facts.route}"
    if is_well_formed(facts.request_id):
        request += f" (request id {facts.request_id})"
    at = facts.timestamp
    return f"{request} of {at:%Y-%m-%d} at {at:%H:%M:%S} UTC {_outcome(facts)}."


def _outcome(facts: ReplyFacts) -> str:
    code = _code(facts)
    if facts.entry.succeeded:
        return f"succeeded with HTTP {facts.status}" if is_http_status(facts.status) else "succeeded"
    status = f" with HTTP {facts.status}" if is_http_status(facts.status) else ""
    return f"was answered{status}{', error code ' + code if code else ''}"


def _code(facts: ReplyFacts) -> str | None:
    return facts.code if facts.code in catalogue().codes() else None


def _template_values(group: Sequence[ReplyFacts]) -> dict[str, str]:
    """Return the values of the placeholders in the catalogue's texts, for all requests of one section."""
    required = {scope for facts in group for scope in _scopes(facts, "required") or ()}
    available = {_scopes(facts, "available") for facts in group}
    return {
        "required_scope": _required_words(sorted(required)),
        "available_scopes": _available_words(available.pop() if len(available) == 1 else None),
        "retry_after": _wait_words([facts.retry_after_s for facts in group]),
    }


def _scopes(facts: ReplyFacts, name: str) -> tuple[str, ...] | None:
    """Return the scopes under this name of the details, sorted; None if they are missing or fail the check."""
    value = (facts.details or {}).get(name)
    scopes = [value] if isinstance(value, str) else value
    checked = all_checked(is_scope, scopes)
    return None if checked is None else tuple(sorted(checked))


def _required_words(scopes: Sequence[str]) -> str:
    if not scopes:
        return "the scope named in error.details.required"
    return f"the scope{'s' if len(scopes) > 1 else ''} {listed([*scopes])}"


def _available_words(scopes: Sequence[str] | None) -> str:
    if scopes is None:
        return "other scopes at most"
    return f"only {listed([*scopes])}" if scopes else "no scopes at all"


def _wait_words(waits_s: Iterable[float | None]) -> str:
    sensible = [wait for wait in waits_s if wait is not None and 0 < wait <= _LONGEST_WAIT_NAMED_S]
    if not sensible:
        return "for at least the seconds given in the Retry-After header"
    seconds = math.ceil(max(sensible))
    return f"for at least {counted(seconds, 'second')}"
