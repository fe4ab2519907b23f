"""Define what a client gets back: the reply to a call, and the token that it may contain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """A minted JWT: who it is for and when it was issued. It lives 120 seconds."""

    fingerprint: str
    issued_at: float
    customer_id: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to a call, as the client sees it."""

    at: float
    status: int
    code: str | None = None
    retry_after_s: float | None = None
    rows: int | None = None
    token: Token | None = None

    @property
    def ok(self) -> bool:
        """True for a 2xx."""
        return self.status < 300
