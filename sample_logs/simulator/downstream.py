"""Simulate Tinybird as the API sees it: minted tokens that live 120 s, rare failures, and its own outages."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sample_logs.simulator.messages import EVENTS, IDENTIFY, PIPES, TOKENS, VISITORS, Call
from sample_logs.simulator.outages import Outage, downstream_outage
from sample_logs.simulator.replies import Token

TOKEN_LIFE_S = 120.0
EXPIRED_WORDINGS = (
    "JWT expired",
    "jwt expired",
    "Invalid token: JWT expired",
    "Authentication failed: the JWT expired (exp is in the past)",
)
_HICCUPS = (
    (500, "Internal server error"),
    (408, "Query timed out after 10 s"),
    (503, "upstream connect error or disconnect/reset"),
)
_HICCUP_SHARE = 0.0006
_EMPTY_FILTERS = ("from=2019-", "campaign=%C3%A9t%C3%A9-2017")


@dataclass(frozen=True, slots=True)
class Upstream:
    """The downstream call of a request, and our error code if it failed."""

    status: int
    message: str | None = None
    token: Token | None = None
    error_code: str | None = None


class Downstream:
    """The downstream service, which answers the API's calls and mints tokens."""

    def __init__(self, rng: random.Random, outages: tuple[Outage, ...], expired_wordings: tuple[str, ...]) -> None:
        self._rng = rng
        self._outages = outages
        self._expired_wordings = expired_wordings

    def mint(self, customer_id: str, at: float) -> Token:
        """Mint a new token."""
        return Token(f"{self._rng.getrandbits(64):016x}", at, customer_id)

    def answer(self, call: Call, host: str, customer_id: str) -> Upstream:
        """Answer the downstream call of a request."""
        token = None
        if call.route in (PIPES, VISITORS):
            token = call.token or self.mint(customer_id, call.at)
        outage = downstream_outage(self._outages, call.route, host, call.at, self._rng)
        if outage and outage.upstream_status:
            return Upstream(outage.upstream_status, outage.upstream_message, token, outage.code)
        if token and call.at - token.issued_at > TOKEN_LIFE_S:
            return Upstream(403, self._rng.choice(self._expired_wordings), token, "tinybird_error")
        if call.route != TOKENS and self._rng.random() < _HICCUP_SHARE:
            status, message = self._rng.choice(_HICCUPS)
            return Upstream(status, message, token, "tinybird_error")
        return Upstream(202 if call.route in (EVENTS, IDENTIFY) else 200, None, token)

    def rows(self, call: Call) -> int:
        """Return the number of rows of a pipe for a website with events; 0 only if a filter matches nothing."""
        if any(text in call.path for text in _EMPTY_FILTERS):
            return 0
        ceiling = 31 if "timeseries" in call.path else 240
        return max(1, min(ceiling, round(self._rng.lognormvariate(2.6, 0.9))))
