"""Our side of a world: its servers, what broke on them, and how the downstream words an expired token."""

from __future__ import annotations

from dataclasses import dataclass

from sample_logs.simulator.downstream import EXPIRED_WORDINGS
from sample_logs.simulator.fleet import HOSTS, Host
from sample_logs.simulator.outages import OUTAGES, Outage


@dataclass(frozen=True, slots=True)
class Servers:
    """Every server there is, every outage, and the words for a token that is too old."""

    hosts: tuple[Host, ...]
    outages: tuple[Outage, ...]
    expired_wordings: tuple[str, ...]


SAMPLE_SERVERS = Servers(HOSTS, OUTAGES, EXPIRED_WORDINGS)
