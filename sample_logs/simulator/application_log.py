"""Write event lines: what the servers log beside their request lines, mostly about a request."""

from __future__ import annotations

import random
from typing import Any

from sample_logs.simulator.clock import END, HOUR
from sample_logs.simulator.exchange import Exchange
from sample_logs.simulator.fleet import Host
from sample_logs.simulator.lines import timestamp
from sample_logs.simulator.messages import EVENTS, IDENTIFY, PIPES

_CHATTER = {
    EVENTS: ("event queued", "body parsed", "geo lookup skipped: no city"),
    IDENTIFY: ("visitor merged", "body parsed"),
    PIPES: ("pipe cache miss", "pipe cache hit", "query planned"),
}
_CHATTER_SHARE = 0.055
_HOSTILE_CAUSES = (
    "TypeError: Cannot read properties of undefined (reading 'utm_source')",
    'RangeError: Invalid time value for \'=HYPERLINK("http://evil.example","click")\'',
    "SyntaxError: Unexpected token '<', \"<script>alert(1)</script>\" is not valid JSON",
    "Error: could not decode title '**Herbstaktion** 50 % auf alles 🍂 [hier](http://shop.example)'",
)


def lines_about(exchange: Exchange, rng: random.Random) -> list[tuple[float, dict[str, Any]]]:
    """Return the event lines about a request, as (time, record); usually none."""
    start, end, refusal = exchange.call.at, exchange.ended_at, exchange.refusal
    events: list[tuple[float, str, str, dict[str, Any]]] = []
    if exchange.upstream and exchange.upstream.error_code:
        extra = {"upstream": {"service": "tinybird", "status": exchange.upstream.status}}
        if exchange.upstream.status >= 500:
            events.append((start + (end - start) * 0.4, "info", "retrying tinybird call (1 of 1)", {}))
        events.append((end - 0.001, "error", "tinybird call failed", extra))
    elif refusal and refusal.code == "internal_error":
        events.append((end - 0.001, "error", f"unhandled {rng.choice(_HOSTILE_CAUSES)}", {}))
    elif refusal and refusal.code.endswith("_unavailable"):
        name = "TINYBIRD_INGEST_URL" if refusal.code.startswith("ingest") else "TINYBIRD_IDENTIFY_URL"
        events.append((end - 0.001, "error", f"{name} is not set", {}))
    elif refusal and refusal.code == "invalid_body":
        events.append((end - 0.001, "debug", f"{len(refusal.details['fieldErrors'])} field(s) refused", {}))
    elif rng.random() < _CHATTER_SHARE:
        words = rng.choice(_CHATTER.get(exchange.call.route, ("key checked",)))
        events.append((start + (end - start) * 0.5, rng.choice(("debug", "debug", "info")), words, {}))
    return [
        (at, _event(exchange.host, at, level, words, {"request_id": exchange.request_id}, extra))
        for at, level, words, extra in events
    ]


def lines_about_hosts(hosts: tuple[Host, ...], start: float) -> list[tuple[Host, float, dict[str, Any]]]:
    """Return the event lines outside any request: deploys, starts and the daily certificate check."""
    found: list[tuple[Host, float, dict[str, Any]]] = []
    for number, host in enumerate(hosts):
        for deployed, release in host.releases:
            if deployed < start:
                continue
            for delay, level, words in (
                (-4.2, "info", f"shutting down for {release}"),
                (0.4, "info", f"starting {release}"),
                (2.9, "info", "listening on :3000"),
            ):
                found.append((host, deployed + delay, _event(host, deployed + delay, level, words, {}, {})))
        at = start + 3 * HOUR + 61.0 * number
        while at < END:
            found.append((host, at, _event(host, at, "debug", "certificate valid for 41 days or more", {}, {})))
            at += 24 * HOUR
    return found


def _event(host: Host, at: float, level: str, words: str, ids: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    return {
        "timestamp": timestamp(host, at),
        "level": level,
        "message": words,
        **ids,
        "environment": host.environment,
        "host": host.name,
        "region": host.region,
        "release": host.release(at),
        **extra,
    }
