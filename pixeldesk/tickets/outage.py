"""Describe an outage to a customer: that it was our fault, and its time. Nothing internal."""

from datetime import datetime

from pixeldesk.frozen_model import FrozenModel, Moment


class Outage(FrozenModel):
    """The time in which requests failed by our own fault."""

    since: Moment
    """When it began."""
    until: Moment | None
    """When it ended; null while it lasts."""

    def sentence(self) -> str:
        """Return the sentence for a reply about requests that failed in the outage."""
        if self.until is None:
            return f"There is an outage on our side {self.span()}, and we are working on it."
        return f"There was an outage on our side {self.span()}. It is over."

    def span(self) -> str:
        """Spell the time: `on 2026-11-12 from 14:07 until 14:29 UTC`, `from … until …` over midnight, or `since …`."""
        if self.until is None:
            return f"since {_in_words(self.since)} UTC"
        if self.since.date() == self.until.date():
            return f"on {self.since:%Y-%m-%d} from {self.since:%H:%M} until {self.until:%H:%M} UTC"
        return f"from {_in_words(self.since)} until {_in_words(self.until)} UTC"


def _in_words(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d} at {moment:%H:%M}"
