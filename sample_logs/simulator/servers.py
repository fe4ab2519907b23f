"""Define our side of a world: its servers, its outages, and the downstream's messages for an expired token."""

from __future__ import annotations

from dataclasses import dataclass

from sample_logs.simulator.downstream import EXPIRED_WORDINGS
from sample_logs.simulator.fleet import HOSTS, Host
from sample_logs.simulator.outages import OUTAGES, Outage


@dataclass(frozen=True, slots=True)
class Servers:
    """All servers, all outages, and the messages for a token that has expired."""

    hosts: tuple[Host, ...]
    outages: tuple[Outage, ...]
    expired_wordings: tuple[str, ...]


SAMPLE_SERVERS = Servers(HOSTS, OUTAGES, EXPIRED_WORDINGS)
