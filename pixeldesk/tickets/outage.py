"""Describe an outage to a customer: that it was our fault, and its time. Nothing internal."""

from pixeldesk.catalogue.wording import spell_moment, spell_span
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
        """Spell the time: `on 12 November 2026 from 14:07 to 14:29 UTC`, `from … to …` over midnight, or `since …`."""
        if self.until is None:
            return f"since {spell_moment(self.since)}"
        if self.since.date() == self.until.date():
            return spell_span(self.since, self.until)
        return f"from {spell_moment(self.since)} to {spell_moment(self.until)}"
