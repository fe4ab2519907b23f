"""Define the columns that a log line can fill, and the type of each.

Their meanings: ingest/formats/pixel.toml, and the comments of pixeldesk/store/schema.sql.
"""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["s", "ms", "us", "ns"]
NANOSECONDS: dict[Unit, int] = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


@dataclass(frozen=True)
class Column:
    """The type of a column.

    text: any JSON value as text (min and max are in characters; a shorter text counts as absent); level: a text,
    normalised to trace, debug, info, warn, error or fatal where its meaning is known; method: a text in capitals;
    code: a text like not_found or NOT_FOUND, but not the class of an exception, which many programs log in its place;
    address: the first network address of a list, without a port; texts: a list of strings; integer: a whole number
    from min to max; number: a finite number, in `unit`; timestamp: UTC.
    """

    type: Literal["text", "level", "method", "code", "address", "texts", "integer", "number", "timestamp"] = "text"
    min: int | None = None
    max: int | None = None
    unit: Unit | None = None


_STATUS = Column("integer", 100, 599)
COLUMNS: dict[str, Column] = {
    "timestamp": Column("timestamp"),
    "request_id": Column(min=1, max=200),
    "environment": Column(),
    "host": Column(),
    "region": Column(),
    "release": Column(),
    "level": Column("level"),
    "message": Column(),
    "method": Column("method"),
    "route": Column(),
    "path": Column(),
    "status": _STATUS,
    "duration_ms": Column("number", unit="ms"),
    "customer_id": Column(),
    "website_id": Column(),
    "key_id": Column(),
    "key_fingerprint": Column(),
    "key_prefix": Column(),
    "key_length": Column("integer", 0, 2**31 - 1),
    "key_scopes": Column("texts"),
    "key_revoked_at": Column("timestamp"),
    "key_expires_at": Column("timestamp"),
    "client_ip": Column("address"),
    "user_agent": Column(),
    "response_rows": Column("integer", 0, 2**63 - 1),
    "retry_after_s": Column("number", unit="s"),
    "upstream_service": Column(),
    "upstream_status": _STATUS,
    "upstream_message": Column(),
    "jwt_fingerprint": Column(),
    "jwt_issued_at": Column("timestamp"),
    "error_code": Column("code"),
    "error_message": Column(),
    "error_details": Column(),
}
