"""Define the error envelope: status, message and details for each of the API's fourteen codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PIPE_ALLOWLIST = (
    "kpis",
    "top_pages",
    "top_sources",
    "top_devices",
    "top_locations",
    "visitors_timeseries",
    "funnel",
    "attribution",
    "realtime",
    "campaign_roas",
)

STATUS = {
    "missing_authorization": 401,
    "invalid_authorization_format": 401,
    "invalid_api_key": 401,
    "api_key_revoked": 401,
    "api_key_expired": 401,
    "insufficient_scope": 403,
    "invalid_pipe": 400,
    "invalid_visitor": 400,
    "invalid_body": 400,
    "rate_limit_exceeded": 429,
    "ingest_unavailable": 503,
    "identify_unavailable": 503,
    "tinybird_error": 503,
    "internal_error": 500,
}

_MESSAGE = {
    "missing_authorization": "Authorization header is required",
    "invalid_authorization_format": "Authorization header must look like: Bearer <key>",
    "invalid_api_key": "API key not recognised",
    "api_key_revoked": "API key has been revoked",
    "api_key_expired": "API key has expired",
    "invalid_pipe": "Unknown pipe",
    "invalid_visitor": "Visitor id must not be blank",
    "invalid_body": "Request body failed validation",
    "rate_limit_exceeded": "More than 60 requests in a minute",
    "ingest_unavailable": "Event ingest is not configured on this server",
    "identify_unavailable": "Identify ingest is not configured on this server",
    "tinybird_error": "The analytics backend refused or failed the request",
    "internal_error": "Something went wrong on our side",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as in the envelope."""

    code: str
    details: dict[str, Any] = field(default_factory=dict)
    retry_after_s: float | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return STATUS[self.code]

    @property
    def message(self) -> str:
        """The envelope's message."""
        if self.code == "insufficient_scope":
            return f"This endpoint requires the '{self.details['required']}' scope"
        return _MESSAGE[self.code]
