"""Behaviour of a scanner, which tries key after key."""

from __future__ import annotations

import random
import string
from collections.abc import Iterable

from sample_logs.simulator.clients.client import Behaviour
from sample_logs.simulator.labels import Label
from sample_logs.simulator.messages import EVENTS, PIPES, VISITORS, Body, Call

_STYLES = ("ak_live_", "ak_test_", "ak_", "sk_live_", "pk_", "Bearer", "")


def scan(rng: random.Random, ip: str, user_agent: str, times: Iterable[float], label: Label) -> Behaviour:
    """Call with a new guess each time, occasionally with no header or a malformed one."""
    for at in times:
        route, path = rng.choice(
            (
                (PIPES, "/pixel/pipes/kpis?website_id=1"),
                (PIPES, "/pixel/pipes/top_pages?website_id=%27%20OR%201%3D1--&days=7"),
                (VISITORS, "/pixel/visitors/..%2F..%2Fetc%2Fpasswd"),
                (EVENTS, EVENTS),
            )
        )
        guess = rng.choice(_STYLES) + "".join(rng.choices(string.ascii_letters + string.digits, k=32))
        header = rng.choices((f"Bearer {guess}", None, f"Basic {guess}"), (16, 1, 1))[0]
        body = Body() if route == EVENTS else None
        yield Call(at, "production", route, path, header, ip, user_agent, None, body, near="fra1", label=label)
