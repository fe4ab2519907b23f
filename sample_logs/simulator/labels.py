"""Define labels: the mistakes of simulated clients, recorded by the clients themselves, and their outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field

from sample_logs.simulator.replies import Reply

CODE_OF_CASE: dict[str, str | None] = {
    "dev_key_in_prod": "invalid_api_key",
    "scopeless_key": "insufficient_scope",
    "cached_jwt": "tinybird_error",
    "empty_website": None,
    "missing_authorization": "missing_authorization",
    "malformed_authorization": "invalid_authorization_format",
    "whitespace_in_key": "invalid_api_key",
    "hash_pasted_as_key": "invalid_api_key",
    "unknown_key": "invalid_api_key",
    "revoked_key_in_use": "api_key_revoked",
    "expired_key_in_use": "api_key_expired",
    "missing_scope": "insufficient_scope",
    "rate_limited": "rate_limit_exceeded",
    "unknown_pipe": "invalid_pipe",
    "blank_visitor_id": "invalid_visitor",
    "invalid_body": "invalid_body",
    "scanner": "invalid_api_key",
}
"""The refusal that each mistake causes. An empty website causes none, only a pipe without rows."""


@dataclass(eq=False, slots=True)
class Label:
    """A case in the world: its customer, and every request that failed because of it."""

    case: str
    environment: str
    variation: str
    customer_id: str | None = None
    key_fingerprint: str | None = None
    website_id: str | None = None
    client_ip: str | None = None
    leaves: bool = False
    failures: list[tuple[float, str]] = field(default_factory=list)
    succeeded_since: bool = False

    def record_mistaken(self, reply: Reply, request_id: str) -> None:
        """Record the reply to a request that was made with the mistake."""
        if self._failed(reply):
            self.failures.append((reply.at, request_id))
            self.succeeded_since = False

    def record_mended(self, reply: Reply) -> None:
        """Record the reply to a request that was made after the mistake was fixed."""
        if reply.ok and reply.rows != 0:
            self.succeeded_since = True

    def _failed(self, reply: Reply) -> bool:
        code = CODE_OF_CASE[self.case]
        if code is None:
            return reply.ok and reply.rows == 0
        return reply.code == code or (self.case == "scanner" and not reply.ok)

    @property
    def status(self) -> str | None:
        """``active``, ``recovered``, or None for a caller that went away and cannot recover."""
        if self.leaves:
            return None
        return "recovered" if self.succeeded_since else "active"
