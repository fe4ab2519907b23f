"""An outage as a customer is told of it: that it was ours, and from when until when. Nothing internal."""

from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Outage(BaseModel):
    """From when until when requests failed by our own fault; `until` is None while they do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: AwareDatetime
    until: AwareDatetime | None

    def sentence(self) -> str:
        """For a reply about requests that failed in it."""
        if self.until is None:
            return f"There is an outage on our side {self.span()}, and we are working on it."
        return f"There was an outage on our side {self.span()}. It is over."

    def span(self) -> str:
        """`on 2026-11-12 from 14:07 until 14:29 UTC`, `from … until …` over midnight, `since …` while it goes on."""
        since = self.since.astimezone(UTC)
        if self.until is None:
            return f"since {_in_words(since)} UTC"
        until = self.until.astimezone(UTC)
        if since.date() == until.date():
            return f"on {since:%Y-%m-%d} from {since:%H:%M} until {until:%H:%M} UTC"
        return f"from {_in_words(since)} until {_in_words(until)} UTC"


def _in_words(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d} at {moment:%H:%M}"
