"""A diagnosis for tests that need only a few of its fields."""

from datetime import datetime
from typing import Any

from pixeldesk.diagnosis.diagnosis import Diagnosis, Sentence

_FIELDS: dict[str, Any] = {
    "id": "0123456789ab",
    "case": "scopeless_key",
    "title": "A key without scopes",
    "subject": "scopeless_key cus_a",
    "environment": "production",
    "customer_id": "cus_a",
    "key_fingerprint": "5f0c3b1e9a7d2c44",
    "key_prefix": "ak_live_abcd",
    "website_id": None,
    "client_ip": "203.0.113.9",
    "user_agent": None,
    "route": None,
    "status": "active",
    "confidence": 0.9,
    "first_seen": datetime(2026, 11, 10, 11),
    "last_seen": datetime(2026, 11, 12, 15),
    "failing_requests": 10,
    "evidence_for": (Sentence(text="It failed.", request_ids=("req_a",)),),
    "evidence_against": (),
    "recovery": None,
    "retries": None,
    "fix": "Give the key a scope.",
    "reply": "Hello,",
    "reply_section": "What happened:",
}


def a_diagnosis(**fields: Any) -> Diagnosis:
    """Return a diagnosis with these fields, and any values in the others."""
    return Diagnosis(**{**_FIELDS, **fields})
