"""Write request lines: an exchange as the server that handled it logs it."""

from __future__ import annotations

import json
from typing import Any

from sample_logs.simulator.clock import rfc3339
from sample_logs.simulator.downstream import Upstream
from sample_logs.simulator.exchange import Exchange
from sample_logs.simulator.fleet import Host, LoggedFields
from sample_logs.simulator.messages import METHOD
from sample_logs.simulator.replies import Token
from sample_logs.simulator.world import fingerprint

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def to_bytes(record: dict[str, Any]) -> bytes:
    """Encode a record as an NDJSON line without its newline."""
    return _encode(record).encode()


def timestamp(host: Host, at: float) -> str:
    """Format a line's time as this host logs it."""
    text = rfc3339(at, host.timestamp_digits)
    return text if host.timestamp_digits == 3 else text.replace("Z", "+00:00")


def request_record(exchange: Exchange) -> dict[str, Any]:
    """Return the fields of a request line, in the order in which the servers log them."""
    call, host, key = exchange.call, exchange.host, exchange.key
    fields = host.logged_fields(call.at)
    status = exchange.status
    record: dict[str, Any] = {
        "timestamp": timestamp(host, exchange.ended_at),
        "level": "info" if status < 400 else "warn" if status < 500 else "error",
        "request_id": exchange.request_id,
        "environment": call.environment,
        "host": host.name,
        "region": host.region,
        "release": host.release(call.at),
        "method": METHOD[call.route],
        "route": call.route,
        "path": call.path,
        "status": status,
        "duration_ms": exchange.duration_ms,
        "customer_id": key.customer_id if key else None,
        "website_id": exchange.website_id,
    }
    if exchange.presented is not None:
        record["api_key"] = _api_key(exchange, exchange.presented, fields)
    record["client"] = {"ip": call.ip, "user_agent": call.user_agent} if fields.user_agent else {"ip": call.ip}
    response = _response(exchange, fields)
    if response:
        record["response"] = response
    if exchange.upstream:
        record["upstream"] = _upstream(exchange.upstream, exchange.minted, fields)
    if exchange.refusal:
        refusal = exchange.refusal
        record["error"] = {"code": refusal.code, "message": refusal.message}
        if fields.error_details:
            record["error"]["details"] = refusal.details
        record["meta"] = {"request_id": exchange.request_id}
    return record


def _api_key(exchange: Exchange, presented: str, fields: LoggedFields) -> dict[str, Any]:
    key = exchange.key
    logged: dict[str, Any] = {"id": key.id if key else None}
    if fields.key_fingerprint:
        logged["fingerprint"] = fingerprint(presented)
    logged["prefix"] = presented[:12]
    if fields.key_length:
        logged["length"] = len(presented)
    if key is None:
        return logged
    if fields.scopes:
        logged["scopes"] = list(key.scopes)
    if key.revoked_at is not None and key.revoked_at <= exchange.call.at:
        logged["revoked_at"] = rfc3339(key.revoked_at, 0)
    if key.expires_at is not None:
        logged["expires_at"] = rfc3339(key.expires_at, 0)
    return logged


def _response(exchange: Exchange, fields: LoggedFields) -> dict[str, Any]:
    response: dict[str, Any] = {}
    if exchange.rows is not None:
        response["rows"] = exchange.rows
    if exchange.refusal and exchange.refusal.retry_after_s is not None and fields.retry_after:
        response["retry_after_s"] = exchange.refusal.retry_after_s
    return response


def _upstream(upstream: Upstream, minted: Token | None, fields: LoggedFields) -> dict[str, Any]:
    logged: dict[str, Any] = {"service": "tinybird", "status": upstream.status}
    if upstream.message:
        logged["message"] = upstream.message
    token = upstream.token or minted
    if token:
        logged["jwt_fingerprint"] = token.fingerprint
        if fields.jwt_issued_at:
            logged["jwt_issued_at"] = rfc3339(token.issued_at)
    return logged
