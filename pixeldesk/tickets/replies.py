"""Draft the reply to a ticket: a text to send for every outcome.

It opens with what happened and ends with what to do. Every sentence comes from the catalogue, from a case or from the
code; a log contributes only checked values (see `request_facts` and `search_reply`).
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from string import Template

from pixeldesk.catalogue.mail import INVITATION, mail, mail_section, numbered
from pixeldesk.catalogue.wording import listed, spell_span
from pixeldesk.tickets.request_facts import ReplyFacts, is_shown_id, template_values
from pixeldesk.tickets.search_reply import (
    NO_SEARCH,
    Search,
    missing_paragraphs,
    outcomes_of_missing,
    questions,
    suggestions_or_none,
)

_SORRY = "We are sorry for the trouble."
_APOLOGY = {
    "us": f"This is a fault on our side, not in your request. {_SORRY}",
    "downstream": "This comes from a service we depend on, not from your request, so it is ours to follow up."
    f" {_SORRY}",
}
_MOST_SENTENCES, _MOST_LINES = 2, 5
_OF_MANY = {"was ": "were ", "is ": "are "}


def reply_for(card_facts: ReplyFacts) -> str:
    """Draft a plain-text reply about one request."""
    return ticket_reply([card_facts])


def ticket_reply(facts: Sequence[ReplyFacts], search: Search = NO_SEARCH) -> str:
    """Draft a plain-text reply about the requests of a ticket, and about what was looked for and not found.

    Requests with the same cause share one section. Without any request, the reply asks for what is missing.
    """
    missing = missing_paragraphs(search)
    sections = numbered([*map(_section, _by_cause(facts)), *missing])
    paragraphs = [_summary(facts, search) if len(sections) > 1 else "", *sections]
    if facts and not missing:
        # Where the fault is ours, the last step already asks for an answer if it goes on.
        return mail([*paragraphs, "" if all(each.entry.is_ours for each in facts) else INVITATION])
    if not facts:
        paragraphs += suggestions_or_none(search)
    return mail([*paragraphs, questions(search, are_some_found=bool(facts))])


def _summary(facts: Sequence[ReplyFacts], search: Search) -> str:
    outcomes = [*(each.verb for each in facts), *outcomes_of_missing(search)]
    counted_outcomes = Counter(outcomes)
    if len(outcomes) < 2:
        return ""
    if len(counted_outcomes) == 1:
        return f"Your {len(outcomes)} requests {_as_of(len(outcomes), outcomes[0])}."
    counts = [f"{number} {_as_of(number, outcome)}" for outcome, number in counted_outcomes.items()]
    return f"Of your {len(outcomes)} requests, {listed(counts)}."


def _as_of(number: int, outcome: str) -> str:
    one, many = next(((one, many) for one, many in _OF_MANY.items() if outcome.startswith(one)), ("", ""))
    return outcome if number == 1 else many + outcome.removeprefix(one)


def _by_cause(facts: Iterable[ReplyFacts]) -> list[list[ReplyFacts]]:
    groups: dict[Hashable, list[ReplyFacts]] = {}
    for each in facts:
        groups.setdefault(_cause(each), []).append(each)
    return list(groups.values())


def _cause(facts: ReplyFacts) -> Hashable:
    if facts.diagnosis:
        return facts.diagnosis
    return facts.listed_code, facts.entry.variant, facts.entry.reply, facts.outage


def _section(group: Sequence[ReplyFacts]) -> str:
    if group[0].diagnosis_section:
        # The diagnosis says how its requests ended.
        return f"{_requests(group, is_outcome_said=True)} {group[0].diagnosis_section}"
    requests = _requests(group)
    entry, outage = group[0].entry, group[0].outage
    values = template_values(group)
    why = Template(entry.reply).safe_substitute(values)
    ours = f"{outage.sentence()} {_SORRY}" if outage else _APOLOGY.get(entry.fault or "", "")
    return mail_section(
        [f"{requests}{' ' if len(group) == 1 else chr(10)}{why}", ours],
        [*(Template(step).safe_substitute(values) for step in entry.steps), entry.afterwards],
    )


def _requests(group: Sequence[ReplyFacts], *, is_outcome_said: bool = False) -> str:
    """Say which requests a section is about, and how they ended."""
    if len(group) <= _MOST_SENTENCES:
        return "\n".join(each.sentence(is_outcome_said=is_outcome_said) for each in group)
    outcomes = {(each.verb, "" if is_outcome_said else each.outcome()) for each in group}
    verb, outcome = outcomes.pop() if len(outcomes) == 1 else ("were answered", "")
    ended = f"{_as_of(len(group), verb)}{f' ({outcome})' if outcome else ''}"
    if len(group) <= _MOST_LINES:
        return "\n".join([f"These requests of yours {ended}:", *(each.line() for each in group)])
    times = [each.timestamp for each in group]
    ids = ", ".join(dict.fromkeys(each.request_id for each in group if is_shown_id(each.request_id)))
    return f"{len(group)} requests of yours {spell_span(min(times), max(times))} {ended}{f': {ids}' if ids else ''}."
