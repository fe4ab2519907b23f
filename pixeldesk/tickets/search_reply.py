"""Say in a reply what was looked for without success: ids without a request, or a text without an id.

Nothing asks for an id that the customer has just sent as if it had not been sent, and only what is missing is asked
for. A request is suggested only if it can be nobody else's: of one customer, whom the text names or who alone fits.
"""

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from string import Template

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.catalogue.checks import is_http_status, is_path, is_pipe, is_route
from pixeldesk.catalogue.mail import mail_section
from pixeldesk.catalogue.wording import listed, spell_days, spell_moment, spell_span
from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.tickets.request_facts import ReplyFacts, call_in_words, is_shown_id, template_values
from pixeldesk.tickets.unanswered import Absence, Covered, Named, NamedKind, NotFound, Suggested

_PIPES_ROUTE = "/pixel/pipes/{pipe}"
_MOST_IDS_ALONE = 5
_MOST_SUGGESTED = 3
_TIME_AT_MOST = timedelta(hours=6)
_MOMENT_AT_MOST = timedelta(minutes=2)
_MARKS_OF_A_CALLER = ("website", "key", "address")
_OURS = "We are looking into it and will come back to you."
_OUTCOMES: Mapping[Absence, str] = {
    "quarantined": "is still being looked into",
    "only_events": "is still being looked into",
    "not_in_logs": "could not be found",
    "no_logs": "is still being looked into",
}
_ONLY_ITS_KIND: Mapping[NamedKind, str] = {
    "customer": "your account",
    "website": "your website",
    "key": "your API key",
    "address": "your address",
}
_SHARED_OUTCOME = "is not clear yet"
_THE_ID = "the request id from the error response (meta.request_id)"
_NO_KEY = "Please do not send your API key."


class Search(FrozenModel):
    """What was looked for in vain, and what a text names besides.

    ``shared_ids`` are ids in the text that requests of several customers carry, so that they do not tell which is the
    writer's. ``first_events`` are the times of the first application log lines with an id, by the id.
    """

    missing: tuple[NotFound, ...] = ()
    shared_ids: tuple[str, ...] = ()
    first_events: Mapping[str, Moment] = {}
    named: tuple[Named, ...] = ()
    suggested: tuple[Suggested, ...] = ()
    covered: Covered | None = None

    @property
    def has_ids(self) -> bool:
        """Whether the text has an id that led to no request of the writer."""
        return bool(self.missing or self.shared_ids)


NO_SEARCH = Search()


def missing_paragraphs(search: Search) -> list[str]:
    """Return a paragraph for each id that led nowhere; for many, one for each reason."""
    groups: dict[object, list[NotFound]] = {}
    for each in search.missing:
        alone = len(search.missing) <= _MOST_IDS_ALONE
        groups.setdefault((each.absence, each.request_id if alone else ""), []).append(each)
    paragraphs = [_missing(group, search) for group in groups.values()]
    if search.covered and any(each.absence == "not_in_logs" for each in search.missing):
        first = next(n for n, group in enumerate(groups.values()) if group[0].absence == "not_in_logs")
        paragraphs[first] += f" {_reach(search.covered)}"
    return [*paragraphs, _shared(search.shared_ids)] if search.shared_ids else paragraphs


def outcomes_of_missing(search: Search) -> list[str]:
    """Return what became of each id that led nowhere, such as `could not be found`."""
    return [*(_OUTCOMES[each.absence] for each in search.missing), *(_SHARED_OUTCOME for _ in search.shared_ids)]


def suggestions_or_none(search: Search) -> list[str]:
    """Return paragraphs about the requests that fit, or about what was understood if none may be named."""
    fitting = _of_the_writer(search)
    if fitting:
        return _suggestions(fitting, search)
    if search.has_ids:
        return []
    known = _understood(search.named)
    searched = f" for {listed(known)}" if known else ""
    span = f" {_reach(search.covered)}" if search.covered and _is_outside(search.named, search.covered) else ""
    return [f"We searched our logs{searched}, but could not yet tell which request is yours.{span}"]


def questions(search: Search, *, are_some_found: bool = False) -> str:
    """Return the paragraph that says what to do: what the customer may send, or that nothing has to be done."""
    heading = "What to do about the rest:" if are_some_found else "What to do:"
    facts = _asked(search.named)
    if search.has_ids and not search.shared_ids and not any(each.absence == "not_in_logs" for each in search.missing):
        help_us = f" It would help us to know {facts}." if facts else ""
        return f"{heading}\nYou need not do anything for now.{help_us}"
    fitting = _of_the_writer(search)
    if fitting:
        other = "check that the id you sent is complete" if search.has_ids else f"send us {_THE_ID}"
        last = f"If not, please {other}{f', or tell us {facts}' if facts else ''}."
        steps = ["Tell us whether it is this one." if len(fitting) == 1 else "Tell us which one it is.", last]
    elif search.has_ids:
        is_complete = f"Please check that you sent all of {_THE_ID}." if search.missing else ""
        steps = [is_complete, f"Please tell us {facts}." if facts else ""]
    else:
        without = f"If you do not have it, tell us {facts}." if facts else ""
        steps = [f"Please send us {_THE_ID}; it begins with req_.", without]
    if not any(steps):
        return f"{heading}\nYou need not do anything for now. {_OURS}"
    return f"{mail_section([], steps, heading)}\n{_NO_KEY}"


def _asked(named: Sequence[Named]) -> str:
    """Return what of the time and the endpoint the text does not name, in words; empty if it names both."""
    times = [each.until - each.since for each in named if each.since and each.until]
    where = (
        "" if any(each.kind in ("route", "pipe") for each in named) else "which endpoint you called (method and path)"
    )
    when = "when you sent it (date, time and time zone)"
    if times:
        when = "" if min(times) <= _TIME_AT_MOST else "at what time you sent it (with the time zone)"
    return listed(asked) if (asked := [each for each in (when, where) if each]) else ""


def _missing(group: Sequence[NotFound], search: Search) -> str:
    ids = [each.request_id for each in group if is_shown_id(each.request_id)]
    noun = "request" if len(group) == 1 else "requests"
    which = f"{noun} {listed(ids)}" if len(ids) == len(group) else f"the {noun} you asked about"
    verb, own = ("is", "its own entry is") if len(group) == 1 else ("are", "their own entries are")
    match group[0].absence:
        case "quarantined":
            line = "line" if len(group) == 1 else "lines"
            return (
                f"We have the log {line} of {which}, but could not read {'it' if line == 'line' else 'them'}. {_OURS}"
            )
        case "only_events":
            seen = [search.first_events[each.request_id] for each in group if each.request_id in search.first_events]
            at = f" (first on {spell_moment(min(seen))})" if seen else ""
            return (
                f"Our application logs mention {which}{at}, but {own} not there, so how it ended is not known. {_OURS}"
            )
        case "no_logs":
            return f"The logs in which {which} {verb} recorded are not at hand yet. {_OURS}"
        case "not_in_logs":
            return f"We could not find {which} in our logs."


def _reach(covered: Covered) -> str:
    days = spell_days(covered.since, covered.until)
    return f"Our logs {'are those of' if days.startswith('on ') else 'reach'} {days.removeprefix('on ')} (UTC)."


def _is_outside(named: Sequence[Named], covered: Covered) -> bool:
    spans = [(each.since, each.until) for each in named if each.since and each.until]
    return bool(spans) and all(until < covered.since or since > covered.until for since, until in spans)


def _shared(ids: Sequence[str]) -> str:
    which = "The request id that you sent is" if len(ids) == 1 else "Some of the request ids that you sent are each"
    return f"{which} carried by several requests in our logs, so we cannot tell from it alone which one is yours."


def _understood(named: Sequence[Named]) -> list[str]:
    """Return what a text names in words. Ids, keys, hosts and addresses are not repeated."""
    kinds = {each.kind for each in named}
    told = [each for each in named if each.kind != "route" or "pipe" not in kinds]
    return list(dict.fromkeys(filter(None, map(_in_words, told))))


def _in_words(named: Named) -> str | None:
    match named.kind:
        case "code":
            return f"the error code {named.value}" if named.value in catalogue().codes() else None
        case "route":
            return f"the endpoint {named.value}" if is_route(named.value) or is_path(named.value) else None
        case "status":
            return f"HTTP {named.value}" if named.value.isdigit() and is_http_status(int(named.value)) else None
        case "pipe":
            return f'the pipe "{named.value}"' if is_pipe(named.value) else None
        case "time":
            return _time_in_words(named)
        case _:
            return _ONLY_ITS_KIND.get(named.kind)


def _time_in_words(named: Named) -> str:
    if named.since is None or named.until is None:
        return "the time you name"
    if named.until - named.since <= _MOMENT_AT_MOST:
        return spell_moment(named.since + (named.until - named.since) / 2)
    # A day lasts until midnight, which is of the next.
    until = named.until if named.until.time() > time.min else named.until - timedelta(microseconds=1)
    return spell_span(named.since, until).removeprefix("on ").removeprefix("from ")


def _of_the_writer(search: Search) -> list[Suggested]:
    """Return the suggested requests that may be named to the writer, the best first."""
    named = {each.value for each in search.named if each.kind == "customer"}
    owners = {each.customer_id for each in search.suggested} - {None}
    of_one = owners & named if named else owners
    allowed: set[str | None] = {*of_one} if len(of_one) == 1 and len(named) <= 1 else set()
    is_only_one_meant = len(owners | named) <= 1
    if is_only_one_meant and any(each.kind in _MARKS_OF_A_CALLER for each in search.named):
        allowed.add(None)
    return [each for each in search.suggested if each.customer_id in allowed][:_MOST_SUGGESTED]


def _suggestions(fitting: Sequence[Suggested], search: Search) -> list[str]:
    pipe = next((each.value for each in search.named if each.kind == "pipe"), None)
    facts = [_facts_of(each, pipe) for each in fitting]
    known = _understood(search.named)
    describe = f" ({listed(known)})" if known else ""
    found = "This failing request fits" if len(facts) == 1 else "These failing requests fit"
    question = "Is it this one?" if len(facts) == 1 else "Is it one of them?"
    paragraphs = ["\n".join([f"{found} what you describe{describe}:", *map(_line, facts), question])]
    if len({each.entry.reply for each in facts}) == 1:
        why = Template(facts[0].entry.reply).safe_substitute(template_values(facts))
        paragraphs.append(f"The likely reason: {why}")
    return paragraphs


def _line(facts: ReplyFacts) -> str:
    call = call_in_words(facts.method, facts.path, facts.route)
    own_id = f"({facts.request_id})" if is_shown_id(facts.request_id) else ""
    parts = [f"- {spell_moment(facts.timestamp)}", call, facts.short_outcome()]
    return f"{', '.join(filter(None, parts))} {own_id}".rstrip()


def _facts_of(suggested: Suggested, pipe: str | None) -> ReplyFacts:
    """Return the facts of a suggested request. If a pipe is named, it is the one that the request asked for."""
    path = None if is_route(suggested.route) else suggested.route
    if suggested.route == _PIPES_ROUTE and pipe:
        path = suggested.route.replace("{pipe}", pipe)
    return ReplyFacts(
        request_id=suggested.request_id,
        timestamp=suggested.timestamp,
        method=suggested.method,
        route=suggested.route,
        path=path,
        status=suggested.status,
        code=suggested.code,
        entry=catalogue().entry(suggested.code, suggested.status),
    )
