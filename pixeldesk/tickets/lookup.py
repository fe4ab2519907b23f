"""Answer a ticket, in one direction: text, what it names, requests, cards, causes, reply.

Each step takes the result of the one before it, and none goes back:

1. `named_ids`       a text, or a list of ids → the ids that it names, as the store writes them
   `named_things`    a text → what else it names: callers, errors, endpoints, times
2. `found_requests`  ids → requests, and the ids without any; of these, `event_lines` and `not_found`
   `suggestions`     what else a text names → the failures that fit it, if no id was found
3. `cards`           requests → cards
4. `causes`          cards → cards with the diagnosis or the incident that explains each
5. `replies`         the checked facts of cards → a mail, written when it is asked for
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from pixeldesk.incidents.incident import Incident
from pixeldesk.store import Store
from pixeldesk.tickets.answer import LookupAnswer
from pixeldesk.tickets.card import Card
from pixeldesk.tickets.cards import cards_of
from pixeldesk.tickets.causes import diagnoses_of_named, with_causes
from pixeldesk.tickets.event_lines import in_time_order, lines_of_ids
from pixeldesk.tickets.found_requests import find_requests
from pixeldesk.tickets.named_ids import NamedId, ids_in_list, ids_in_text
from pixeldesk.tickets.named_things import named, named_things
from pixeldesk.tickets.not_found import not_found
from pixeldesk.tickets.suggestions import suggestions
from pixeldesk.tickets.unanswered import Covered
from pixeldesk.trends.coverage import Coverage, coverage


def lookup(store: Store, text: str) -> LookupAnswer:
    """Find the requests that a text names: an id, several, an error body, a transcript or a whole ticket."""
    answer = _answer(store, ids_in_text(store, text))
    if answer.found and len(text.split()) <= len(answer.ids):
        return answer
    things = named_things(store, text, answer.ids)
    if things is None:
        return answer
    suggested = () if answer.found or answer.events else suggestions(store, things)
    return answer.model_copy(update={"named": named(things), "suggested": suggested})


def lookup_ids(store: Store, ids: Iterable[str], since: datetime | None = None) -> LookupAnswer:
    """Find the requests of a list of ids, such as those in an address.

    If more requests share an id than there are cards, the cards are those of the first from `since` on.
    """
    return _answer(store, ids_in_list(store, ids), since)


def ids_of(store: Store, text: str) -> tuple[str, ...]:
    """Return the ids that a text names, as `lookup_ids` finds them again: those of `lookup`, without their cards."""
    return find_requests(store, ids_in_text(store, text)).ids


def diagnosed(
    store: Store, answer: LookupAnswer, incident_of: Callable[[Card], Incident | None] = lambda _: None
) -> LookupAnswer:
    """Add causes to the cards of an answer, whose replies then name them; without a card, those of the named callers.

    `incident_of` returns the incident that a request is part of. A lookup takes milliseconds, this may take seconds, so
    a page shows the cards first.
    """
    if answer.found:
        return answer.model_copy(update={"found": with_causes(store, answer.found, incident_of)})
    return answer.model_copy(update={"diagnoses": diagnoses_of_named(store, answer.named, answer.suggested)})


def _answer(store: Store, asked: Sequence[NamedId], since: datetime | None = None) -> LookupAnswer:
    requests = find_requests(store, asked, since)
    lines = lines_of_ids(store, requests.missing)
    covered = coverage(store) if requests.missing or not requests.ids else None
    return LookupAnswer(
        covered=_span(covered) if covered else None,
        ids=requests.ids,
        found=cards_of(store, requests.shown),
        more=requests.more,
        requests=requests.total,
        not_found=not_found(store, requests.missing, lines, covered) if covered else (),
        events=in_time_order(lines),
    )


def _span(covered: Coverage) -> Covered | None:
    if covered.oldest is None or covered.newest is None:
        return None
    return Covered(since=covered.oldest, until=covered.newest)
