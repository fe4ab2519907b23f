"""Describe an outage to a customer: that it was our fault, and its time. Nothing internal."""

from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Outage(BaseModel):
    """The time in which requests failed by our own fault; `until` is None while the outage lasts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: AwareDatetime
    until: AwareDatetime | None

    def sentence(self) -> str:
        """Return the sentence for a reply about requests that failed in the outage."""
        if self.until is None:
            return f"There is an outage on our side {self.span()}, and we are working on it."
        return f"There was an outage on our side {self.span()}. It is over."

    def span(self) -> str:
        """Spell the time: `on 2026-11-12 from 14:07 until 14:29 UTC`, `from … until …` over midnight, or `since …`."""
        since = self.since.astimezone(UTC)
        if self.until is None:
            return f"since {_in_words(since)} UTC"
        until = self.until.astimezone(UTC)
        if since.date() == until.date():
            return f"on {since:%Y-%m-%d} from {since:%H:%M} until {until:%H:%M} UTC"
        return f"from {_in_words(since)} until {_in_words(until)} UTC"


def _in_words(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d} at {moment:%H:%M}"
