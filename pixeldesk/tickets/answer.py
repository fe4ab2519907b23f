"""Define the answer to a ticket: the cards of the requests that it names, and the ids without a request."""

from datetime import datetime

from pydantic import computed_field

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.tickets.card import Card
from pixeldesk.tickets.found_requests import RequestRow
from pixeldesk.tickets.replies import ticket_reply
from pixeldesk.tickets.search_reply import Search
from pixeldesk.tickets.unanswered import Absence as Absence
from pixeldesk.tickets.unanswered import Covered as Covered
from pixeldesk.tickets.unanswered import EventLine as EventLine
from pixeldesk.tickets.unanswered import Named as Named
from pixeldesk.tickets.unanswered import NamedKind as NamedKind
from pixeldesk.tickets.unanswered import NotFound as NotFound
from pixeldesk.tickets.unanswered import Suggested as Suggested


class LookupAnswer(FrozenModel):
    """The answer to a ticket."""

    ids: tuple[str, ...]
    """The ids in the order of the text, each once: as the store writes them, or as the text does if it knows none."""
    found: tuple[Card, ...] = ()
    """The requests that the ids lead to, in the order of the ids, those of one id in time order: at most 20, or one for
    each id if the text names more."""
    more: tuple[RequestRow, ...] = ()
    """The other requests that the ids lead to, in the same order: at most 10,000."""
    requests: int = 0
    """How many requests the ids lead to."""
    not_found: tuple[NotFound, ...] = ()
    """The ids that lead to no request."""
    events: tuple[EventLine, ...] = ()
    """The application log lines that the ids without a request lead to, in time order."""
    named: tuple[Named, ...] = ()
    """What else the text names, in the order of the text."""
    suggested: tuple[Suggested, ...] = ()
    """If no id was found: the requests that fit best what the text names, best first."""
    diagnoses: tuple[Diagnosis, ...] = ()
    """If no id was found: the diagnoses of the callers that the text names, active ones first."""

    covered: Covered | None = None
    """The time that the logs cover, if an id was not found or there is none; null in a store without requests."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def reply(self) -> str:
        """A mail to the customer about the whole ticket, plain text, whatever was found.

        It tells nothing of an id that requests of several customers share, unless the ticket's other ids name the
        customer.
        """
        # No customer may learn of another customer's request.
        certain = {card.customer_id for card in self.found if not card.is_shared} - {None}
        own = [card for card in self.found if not card.is_shared or card.customer_id in certain]
        # If the requests belong to several customers, whoever writes may know no more than what was answered to each.
        is_one_customer = len({card.owner for card in own} - {None}) <= 1
        told = {card.found_by for card in own}
        search = Search(
            missing=self.not_found,
            shared_ids=tuple(dict.fromkeys(card.found_by for card in self.found if card.found_by not in told)),
            first_events=self._first_events(),
            named=self.named,
            suggested=self.suggested,
            covered=self.covered,
        )
        return ticket_reply(
            [card.facts_with_diagnosis if is_one_customer else card.facts_for_anybody for card in own], search
        )

    def _first_events(self) -> dict[str, datetime]:
        return {event.request_id: event.timestamp for event in sorted(self.events, key=_time, reverse=True)}


def _time(event: EventLine) -> datetime:
    return event.timestamp
