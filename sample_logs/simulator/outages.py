"""Define our own failures: two downstream outages, and two servers without an environment variable."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sample_logs.simulator.clock import moment
from sample_logs.simulator.fleet import HOSTS
from sample_logs.simulator.messages import EVENTS, IDENTIFY, PIPES, TOKENS, VISITORS

_PRODUCTION = frozenset(host.name for host in HOSTS if host.environment == "production")


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which some servers answer some routes with ``code``.

    ``severity`` is the share of requests that fail.
    """

    code: str
    started_at: float
    ended_at: float
    hosts: frozenset[str]
    routes: frozenset[str]
    severity: float
    upstream_status: int | None = None
    upstream_message: str | None = None

    def covers(self, route: str, host: str, at: float) -> bool:
        """Return whether the outage covers a request, by its route, host and time."""
        return self.started_at <= at < self.ended_at and route in self.routes and host in self.hosts


OUTAGES: tuple[Outage, ...] = (
    Outage(
        "tinybird_error",
        moment("11-12 14:07"),
        moment("11-12 14:29"),
        _PRODUCTION,
        frozenset({EVENTS, IDENTIFY, PIPES, VISITORS}),
        0.92,
        503,
        "upstream connect error or disconnect/reset",
    ),
    Outage(
        "ingest_unavailable",
        moment("11-17 10:16"),
        moment("11-17 12:13"),
        frozenset({"web-3"}),
        frozenset({EVENTS}),
        1.0,
    ),
    Outage(
        "tinybird_error",
        moment("11-18 15:41"),
        moment("11-18 15:47"),
        _PRODUCTION,
        frozenset({PIPES, VISITORS, TOKENS}),
        0.97,
        500,
        "Workspace is temporarily unavailable",
    ),
    Outage(
        "identify_unavailable",
        moment("11-20 12:10"),
        moment("11-20 17:04"),
        frozenset({"web-2"}),
        frozenset({IDENTIFY}),
        1.0,
    ),
)


def unset_variable(outages: tuple[Outage, ...], route: str, host: str, at: float) -> str | None:
    """Return the error code of a server that lacks the variable for this route, otherwise None."""
    return next(
        (outage.code for outage in outages if outage.upstream_status is None and outage.covers(route, host, at)),
        None,
    )


def downstream_outage(
    outages: tuple[Outage, ...], route: str, host: str, at: float, rng: random.Random
) -> Outage | None:
    """Return the downstream outage by which this request fails, if any."""
    for outage in outages:
        if outage.upstream_status is not None and outage.covers(route, host, at):
            return outage if rng.random() < outage.severity else None
    return None
