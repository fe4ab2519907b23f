"""Define the API's servers: their regions, their releases over time, and the fields that each logs."""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass

from sample_logs.simulator.clock import moment


@dataclass(frozen=True, slots=True)
class LoggedFields:
    """The optional fields that a server logs."""

    scopes: bool = True
    key_length: bool = True
    key_fingerprint: bool = True
    jwt_issued_at: bool = True
    error_details: bool = True
    retry_after: bool = True
    user_agent: bool = True


@dataclass(frozen=True, slots=True)
class Host:
    """A server and its releases, as (from, release) in time order.

    ``leaves_out`` has optional fields that it does not log, as (field, from, until); None means as in the sample.
    """

    name: str
    region: str
    environment: str
    releases: tuple[tuple[float, str], ...]
    timestamp_digits: int = 3
    files: str = "daily"
    compression: str = "gz"
    leaves_out: tuple[tuple[str, float, float], ...] | None = None

    def release(self, at: float) -> str:
        """Return the release that runs at ``at``."""
        return self.releases[max(0, bisect_right(self.releases, (at, "~")) - 1)][1]

    def logged_fields(self, at: float) -> LoggedFields:
        """Return the fields that this server logs at ``at``. An old release and an old logger leave fields out."""
        if self.leaves_out is not None:
            return LoggedFields(**{field: False for field, began, ended in self.leaves_out if began <= at < ended})
        release = self.release(at)
        return LoggedFields(
            scopes=release != "2026.45.3",
            key_length=self.name != "web-4",
            key_fingerprint=release != "2026.47.1",
            jwt_issued_at=self.name != "web-4",
        )


def _rollout(*deploys: tuple[str, str]) -> tuple[tuple[float, str], ...]:
    return (0.0, "2026.45.3"), *((moment(when), release) for when, release in deploys)


HOSTS: tuple[Host, ...] = (
    Host(
        "web-1",
        "iad1",
        "production",
        _rollout(
            ("11-10 14:02", "2026.46.1"),
            ("11-17 10:04", "2026.47.0"),
            ("11-19 15:00", "2026.47.1"),
            ("11-20 09:30", "2026.47.2"),
        ),
    ),
    Host(
        "web-2",
        "iad1",
        "production",
        _rollout(("11-10 14:09", "2026.46.1"), ("11-17 10:10", "2026.47.0"), ("11-20 12:10", "2026.47.2")),
    ),
    Host(
        "web-3",
        "fra1",
        "production",
        _rollout(("11-10 14:15", "2026.46.1"), ("11-17 10:16", "2026.47.0"), ("11-20 09:41", "2026.47.2")),
    ),
    Host(
        "web-4",
        "sfo1",
        "production",
        _rollout(("11-10 14:21", "2026.46.1"), ("11-17 10:22", "2026.47.0"), ("11-20 09:47", "2026.47.2")),
    ),
    Host(
        "preview-1",
        "iad1",
        "preview",
        _rollout(
            ("11-09 16:30", "2026.46.0"),
            ("11-10 09:12", "2026.46.1"),
            ("11-16 15:48", "2026.47.0"),
            ("11-19 14:20", "2026.47.2"),
        ),
        timestamp_digits=6,
        files="weekly",
    ),
    Host(
        "dev-1",
        "iad1",
        "development",
        _rollout(("11-09 15:00", "2026.46.1"), ("11-16 13:00", "2026.47.0"), ("11-19 13:30", "2026.47.2")),
        files="weekly",
        compression="zst",
    ),
)


def route_to_host(fleet: tuple[Host, ...], environment: str, near: str, rng: random.Random) -> Host:
    """Choose a server as the load balancer does: mostly in the caller's own region, sometimes elsewhere."""
    hosts = [host for host in fleet if host.environment == environment]
    local = [host for host in hosts if host.region == near]
    return rng.choice(local if local and rng.random() < 0.8 else hosts)
