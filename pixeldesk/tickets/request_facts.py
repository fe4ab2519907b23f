"""Define what a reply may use of one request, and turn it into words.

The log contributes only values that pass a check of their form: a well-formed request id, a method, a path of words or
a route template, scopes, a listed code, the names of pipes and fields, messages of validators, times and numbers.
Nothing else of a log line can reach the text, so it cannot contain a secret or an internal host.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote

from pixeldesk.catalogue.catalogue import ErrorEntry, catalogue, status_class
from pixeldesk.catalogue.checks import (
    all_checked,
    is_http_status,
    is_long_id,
    is_method,
    is_own_id,
    is_path,
    is_pipe,
    is_route,
    is_scope,
    names_somebody,
)
from pixeldesk.catalogue.field_problems import field_problems, problems_in_words
from pixeldesk.catalogue.wording import counted, listed, spell_day, spell_moment
from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.tickets.outage import Outage
from pixeldesk.tickets.request_ids import is_well_formed

_LONGEST_WAIT_NAMED_S = 24 * 60 * 60
_PIPES = "/pixel/pipes/"

PLACEHOLDERS = {
    "scope_problem": "which scope the route asks for, and which the key holds",
    "missing_scope": "the scope that the route asks for",
    "retry_after": "how long to wait, from the Retry-After of the response",
    "key_ended": "when the key was revoked or expired; empty if that is not known",
    "pipe_problem": "a sentence about the pipe's name: the wrong one, and the one that was probably meant",
    "body_problem": "a sentence about the refused fields of the body",
}
"""The placeholders of the catalogue's texts, `$required_scope` and so on, and their meaning."""


class ReplyFacts(FrozenModel):
    """The facts of one request. Its values may come straight from a log; they are checked when used.

    ``path`` may have a query. ``details`` is the response's ``error.details``; ``retry_after_s`` is in seconds;
    ``key_ended_at`` is when the key was revoked or expired. ``found_by`` is the id in the ticket that led to the
    request, if it is another than its own. ``nearest_pipe`` is the pipe that was probably meant. ``diagnosis`` is the
    id of the diagnosis that explains the request, if any, and ``diagnosis_section`` its part of the reply. ``outage``
    is the outage of ours that the request is part of, if any.
    """

    request_id: str
    timestamp: Moment
    method: str | None
    route: str | None
    status: int | None
    code: str | None
    entry: ErrorEntry
    path: str | None = None
    found_by: str | None = None
    details: dict[str, Any] | list[Any] | None = None
    retry_after_s: float | None = None
    key_ended_at: Moment | None = None
    nearest_pipe: str | None = None
    diagnosis: str | None = None
    diagnosis_section: str | None = None
    outage: Outage | None = None

    @property
    def listed_code(self) -> str | None:
        """The error code, if the catalogue lists it."""
        return self.code if self.code in catalogue().codes() else None

    @property
    def verb(self) -> str:
        """How the request ended, after `Your request …`: such as `was refused`."""
        return verb_of(self.entry, self.status)

    def sentence(self, *, is_outcome_said: bool = False) -> str:
        """Say which request it is and how it ended, in one sentence; without status and code if others say them."""
        call = call_in_words(self.method, self.path, self.route)
        which = f"Your request{f' {call}' if call else ''}{self._ids()} of {spell_moment(self.timestamp)} {self.verb}"
        outcome = "" if is_outcome_said else self.outcome()
        return f"{which}: {outcome}." if outcome else f"{which}."

    def line(self) -> str:
        """Say which request it is in a line of a list."""
        call = call_in_words(self.method, self.path, self.route)
        return f"- {spell_moment(self.timestamp)}{f', {call}' if call else ''}{self._ids()}"

    def outcome(self) -> str:
        """Return the status and the code of the answer, as far as they pass their checks."""
        status = f"HTTP {self.status}" if is_http_status(self.status) else ""
        code = f"error code {self.listed_code}" if self.listed_code else ""
        return ", ".join(filter(None, [status, code]))

    def short_outcome(self) -> str:
        """Return the same in the fewest words, for a list."""
        status = f"HTTP {self.status}" if is_http_status(self.status) else ""
        return " ".join(filter(None, [status, self.listed_code]))

    def _ids(self) -> str:
        own = f"request id {self.request_id}" if is_shown_id(self.request_id) else ""
        sent = f"found by {self.found_by}" if is_shown_id(self.found_by) else ""
        return f" ({', '.join(ids)})" if (ids := [each for each in (own, sent) if each]) else ""


def is_shown_id(value: str | None) -> bool:
    """Tell whether a text has the form of an id and may be repeated to a customer."""
    if value is None or names_somebody(value):
        return False
    # A short word that may be an id may be a password as well.
    return is_own_id(value) or (is_well_formed(value) and is_long_id(value))


def verb_of(entry: ErrorEntry, status: int | None) -> str:
    """Say how a request ended, after `Your request …`: `succeeded`, `was refused`, `failed` or `was answered`."""
    if entry.succeeded:
        return "succeeded"
    return {"4xx": "was refused", "5xx": "failed"}.get(status_class(status), "was answered")


def call_in_words(method: str | None, path: str | None, route: str | None) -> str:
    """Return the method and the path of a call; the template of its route if the path fails its check."""
    address = (path or "").partition("?")[0].partition("#")[0]
    shown = next((each for each, check in ((address, is_path), (route, is_route)) if check(each)), None)
    return f"{method} {shown}" if shown and is_method(method) else ""


def template_values(group: Sequence[ReplyFacts]) -> dict[str, str]:
    """Return the values of PLACEHOLDERS, for all requests of one section."""
    required = {scope for facts in group for scope in _scopes(facts, "required") or ()}
    available = {_scopes(facts, "available") for facts in group}
    ends = {spell_day(facts.key_ended_at) if facts.key_ended_at else None for facts in group}
    return {
        "scope_problem": _scope_problem(sorted(required), available.pop() if len(available) == 1 else None),
        "missing_scope": _named_scopes(sorted(required)) or "the missing scope",
        "retry_after": _wait_words([facts.retry_after_s for facts in group]),
        "key_ended": f" on {end}" if len(ends) == 1 and (end := ends.pop()) else "",
        "pipe_problem": " ".join(dict.fromkeys(_pipe_problem(facts) for facts in group)),
        "body_problem": _body_problem(group),
    }


def _scopes(facts: ReplyFacts, name: str) -> tuple[str, ...] | None:
    """Return the scopes under this name of the details, sorted; None if they are missing or fail the check."""
    value = facts.details.get(name) if isinstance(facts.details, dict) else None
    scopes = [value] if isinstance(value, str) else value
    checked = all_checked(is_scope, scopes)
    return None if checked is None else tuple(sorted(checked))


def _named_scopes(scopes: Sequence[str]) -> str:
    return f"the scope{'s' if len(scopes) > 1 else ''} {listed([*scopes])}" if scopes else ""


def _scope_problem(required: Sequence[str], held: Sequence[str] | None) -> str:
    needs = f"this route asks for {_named_scopes(required)}" if required else ""
    if held is None:
        return f"{needs}, which it does not hold" if needs else "it lacks a scope that this route asks for"
    holds = f"holds only {listed([*held])}" if held else "holds no scopes at all"
    return f"{needs} and the key {holds}" if needs else f"it {holds}, and this route asks for another"


def _wait_words(waits_s: Iterable[float | None]) -> str:
    sensible = [wait for wait in waits_s if wait is not None and 0 < wait <= _LONGEST_WAIT_NAMED_S]
    if not sensible:
        return "for at least the seconds given in the Retry-After header"
    seconds = math.ceil(max(sensible))
    return f"for at least {counted(seconds, 'second')}"


def _pipe_problem(facts: ReplyFacts) -> str:
    asked = unquote(pipe_in(facts.path) or "")
    meant = facts.nearest_pipe if is_pipe(facts.nearest_pipe) else None
    if asked != asked.strip() and is_pipe(asked.strip()):
        return (
            f'The name of the pipe came with a blank or a line break around it: send only "{meant or asked.strip()}".'
        )
    problem = f'There is no pipe "{asked}"' if is_pipe(asked) else "The address names a pipe that does not exist"
    return f'{problem}; did you mean "{meant}"?' if meant else f"{problem}."


def pipe_in(path: str | None) -> str | None:
    """Return the name of the pipe in a path, as it was asked for; None if the path is of no pipe."""
    address = (path or "").partition("?")[0].partition("#")[0]
    return address.partition(_PIPES)[2].partition("/")[0] or None


def _body_problem(group: Sequence[ReplyFacts]) -> str:
    said = {problems_in_words(field_problems(facts.details)) for facts in group}
    words = said.pop() if len(said) == 1 else None
    return f"What fails: {words}." if words else "The response you received lists each field with its problem."
