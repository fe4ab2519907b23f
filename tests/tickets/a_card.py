"""A card for tests that need only a few of its fields."""

from datetime import datetime
from typing import Any

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.tickets.card import AlsoAffected, Card, ErrorBody, KeyHint, Neighbours, Source, Upstream


def an_error(code: str | None) -> ErrorBody:
    """Return an error with this code."""
    return ErrorBody(code=code, message=None, details=None)


def a_key(fingerprint: str | None) -> KeyHint:
    """Return a key of which only the fingerprint was logged."""
    return KeyHint(fingerprint=fingerprint)


_ENTRY = catalogue().entry("ingest_unavailable", 503)
_FIELDS: dict[str, Any] = {
    "request_id": "req_7Qm2xV9cT4",
    "timestamp": datetime(2026, 11, 16, 12),
    "environment": "production",
    **dict.fromkeys(
        ("method", "route", "path", "duration_ms", "website_id", "host", "region", "release", "user_agent")
    ),
    "status": 503,
    "customer_id": "cus_0184",
    "client_ip": "203.0.113.9",
    "response_rows": None,
    "retry_after_s": None,
    "clock_suspect": False,
    "error": an_error("ingest_unavailable"),
    **{name: getattr(_ENTRY, name) for name in ("title", "meaning", "fix", "retryable", "retry", "fault")},
    "ours": True,
    "known_code": True,
    "key": a_key("5f0c3b1e9a7d2c44"),
    "upstream": Upstream(service=None, status=None, message=None, jwt_issued_at=None),
    "source": Source(path="a.ndjson", line=1),
    "aliases": (),
    "lines": (),
    "neighbours": Neighbours(),
    "also_affected": AlsoAffected(),
    "found_by": "req_7Qm2xV9cT4",
    "is_shared": False,
}


def a_card(**fields: Any) -> Card:
    """Return a card with these fields, and any values in the others."""
    return Card(**{**_FIELDS, **fields})
