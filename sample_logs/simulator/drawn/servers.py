"""Draw the servers of a world: the fields that each leaves out of its lines, and the outages."""

from __future__ import annotations

import random
from dataclasses import fields, replace

from sample_logs.simulator.clock import DAY, END, FORTNIGHT_START, HOUR, MINUTE
from sample_logs.simulator.downstream import EXPIRED_WORDINGS
from sample_logs.simulator.fleet import HOSTS, Host, LoggedFields
from sample_logs.simulator.messages import EVENTS, IDENTIFY, PIPES, TOKENS, VISITORS
from sample_logs.simulator.outages import Outage
from sample_logs.simulator.servers import Servers

_PRODUCTION = tuple(host.name for host in HOSTS if host.environment == "production")
_WORDINGS = (
    *EXPIRED_WORDINGS,
    "invalid authentication token: token is expired",
    "ExpiredSignatureError: Signature has expired",
    "JWT has expired, current time is past its exp claim",
    "The token has expired",
)
_DOWNSTREAM_FAILURES = (
    (503, "upstream connect error or disconnect/reset"),
    (500, "Workspace is temporarily unavailable"),
    (403, "Invalid token: the workspace's token was rotated"),
    (408, "Query timed out after 10 s"),
)


def draw_servers(rng: random.Random) -> Servers:
    """Draw fields left out, outages, and a few of the messages for an expired token."""
    outages = [_downstream(rng) for _ in range(rng.randint(1, 3))]
    outages += [_unset(rng, code, route) for code, route in _UNSET if rng.random() < 0.8]
    return Servers(_hosts(rng), tuple(outages), tuple(rng.sample(_WORDINGS, rng.randint(2, 5))))


def _hosts(rng: random.Random) -> tuple[Host, ...]:
    gaps: dict[str, list[tuple[str, float, float]]] = {host.name: [] for host in HOSTS}
    for field in fields(LoggedFields):
        if rng.random() < 0.75:
            gaps[rng.choice(_PRODUCTION)].append((field.name, *_gap(rng)))
    # Development always logs the fingerprint, since nothing else shows whose a development key is.
    gaps["dev-1"] = [("scopes", *_gap(rng))] if rng.random() < 0.3 else []
    return tuple(replace(host, leaves_out=tuple(gaps[host.name])) for host in HOSTS)


def _gap(rng: random.Random) -> tuple[float, float]:
    """Draw when a field is left out: always, or for some days, as if during a release."""
    if rng.random() < 0.5:
        return 0.0, END
    began = rng.uniform(FORTNIGHT_START, END - 2 * DAY)
    return began, began + rng.uniform(0.5, 5) * DAY


def _downstream(rng: random.Random) -> Outage:
    began = rng.uniform(FORTNIGHT_START + DAY, END - DAY)
    status, message = rng.choice(_DOWNSTREAM_FAILURES)
    routes = rng.choice(((EVENTS, IDENTIFY, PIPES, VISITORS), (PIPES, VISITORS, TOKENS), (PIPES, VISITORS)))
    return Outage(
        "tinybird_error",
        began,
        began + rng.uniform(4, 45) * MINUTE,
        frozenset(_PRODUCTION),
        frozenset(routes),
        rng.uniform(0.6, 0.98),
        status,
        message,
    )


_UNSET = (("ingest_unavailable", EVENTS), ("identify_unavailable", IDENTIFY))


def _unset(rng: random.Random, code: str, route: str) -> Outage:
    began = rng.uniform(FORTNIGHT_START + DAY, END - DAY)
    ended = began + rng.uniform(0.4, 5) * HOUR
    return Outage(code, began, ended, frozenset({rng.choice(_PRODUCTION)}), frozenset({route}), 1.0)
