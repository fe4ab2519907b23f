"""Define the answer to a ticket: the cards of the requests that it names, and the ids without a request."""

from pydantic import computed_field

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.tickets.card import Card
from pixeldesk.tickets.found_requests import RequestRow
from pixeldesk.tickets.replies import ticket_reply
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
    """The ids in the order of the text, each once."""
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

    @computed_field  # type: ignore[prop-decorator]
    @property
    def reply(self) -> str:
        """A mail to the customer about the whole ticket, plain text.

        It leaves out an id that requests of several customers share, unless the ticket's other ids name the customer.
        """
        # No customer may learn of another customer's request.
        certain = {card.customer_id for card in self.found if not card.is_shared}
        own = [card for card in self.found if not card.is_shared or card.customer_id in certain - {None}]
        # If the requests belong to several customers, leave out the diagnoses: each is confidential to its customer.
        is_one_customer = len({card.owner for card in own} - {None}) <= 1
        return ticket_reply([card.facts_with_diagnosis if is_one_customer else card.facts for card in own])
