"""Define an exchange: a request, its reply, and what the server knew in between."""

from __future__ import annotations

from dataclasses import dataclass

from sample_logs.simulator.downstream import Upstream
from sample_logs.simulator.envelope import Refusal
from sample_logs.simulator.fleet import Host
from sample_logs.simulator.messages import EVENTS, IDENTIFY, Call
from sample_logs.simulator.replies import Reply, Token
from sample_logs.simulator.world import ApiKey


@dataclass(slots=True)
class Exchange:
    """A request and everything that the server knew when it wrote the log line."""

    call: Call
    host: Host
    request_id: str
    duration_ms: float
    presented: str | None = None
    key: ApiKey | None = None
    website_id: str | None = None
    refusal: Refusal | None = None
    upstream: Upstream | None = None
    rows: int | None = None
    minted: Token | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the reply."""
        if self.refusal:
            return self.refusal.status
        return 202 if self.call.route in (EVENTS, IDENTIFY) else 200

    @property
    def ended_at(self) -> float:
        """The time at which the reply was sent, which is the log line's timestamp."""
        return self.call.at + self.duration_ms / 1000

    @property
    def reply(self) -> Reply:
        """The reply as the client sees it."""
        refusal = self.refusal
        return Reply(
            self.ended_at,
            self.status,
            refusal.code if refusal else None,
            refusal.retry_after_s if refusal else None,
            self.rows,
            self.minted,
        )
