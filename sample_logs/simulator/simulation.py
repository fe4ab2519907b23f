"""Run a simulation: every client's next call in time order, the API's reply, and the log lines of both."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from sample_logs.simulator.api import Api
from sample_logs.simulator.application_log import lines_about, lines_about_hosts
from sample_logs.simulator.cast import cast_everybody
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import Behaviour
from sample_logs.simulator.clock import END, WEEK
from sample_logs.simulator.exchange import Exchange
from sample_logs.simulator.fleet import Host
from sample_logs.simulator.lines import request_record, to_bytes
from sample_logs.simulator.messages import Call
from sample_logs.simulator.replies import Reply
from sample_logs.simulator.traces import Traces
from sample_logs.simulator.world import World


@dataclass(frozen=True, slots=True)
class Line:
    """A log line: its time, its server, its bytes without a newline, and its request id, if any."""

    at: float
    host: Host
    text: bytes
    request_id: str | None


@dataclass(slots=True)
class Counts:
    """The totals of the clean lines."""

    requests: int = 0
    events: int = 0
    by_code: Counter[str] = field(default_factory=Counter)
    by_environment: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)

    def add(self, exchange: Exchange) -> None:
        """Count a request."""
        self.requests += 1
        self.by_environment[exchange.call.environment] += 1
        self.by_status[str(exchange.status)] += 1
        if exchange.refusal:
            self.by_code[exchange.refusal.code] += 1


@dataclass(slots=True)
class Simulation:
    """A finished simulation: its stage, its lines in time order, and their counts."""

    seed: int
    start: float
    stage: Stage
    lines: list[Line]
    counts: Counts
    traces: Traces


def simulate(
    seed: int, weeks: int = 2, traffic: float = 1.0, cast: Callable[[Stage], None] = cast_everybody
) -> Simulation:
    """Simulate the last ``weeks`` weeks before the end.

    ``traffic`` scales the requests of healthy customers, and ``cast`` sets up the clients. The same arguments give the
    same lines, byte for byte.
    """
    world = World(seed)
    start = END - weeks * WEEK
    stage = Stage(world, start, traffic)
    cast(stage)
    counts, traces, lines = Counts(), Traces(), []
    chatter = world.rng("application log")
    for exchange in _play(Api(world, stage.servers), stage.behaviours, start):
        counts.add(exchange)
        traces.add(exchange)
        lines.append(_line(exchange.host, exchange.ended_at, request_record(exchange)))
        for at, record in lines_about(exchange, chatter):
            counts.events += 1
            lines.append(_line(exchange.host, at, record))
    for host, at, record in lines_about_hosts(stage.servers.hosts, start):
        counts.events += 1
        lines.append(_line(host, at, record))
    lines.sort(key=attrgetter("at"))
    return Simulation(seed, start, stage, lines, counts, traces)


def _line(host: Host, at: float, record: dict[str, Any]) -> Line:
    return Line(at, host, to_bytes(record), record.get("request_id"))


def _play(api: Api, behaviours: list[Behaviour], start: float) -> Iterator[Exchange]:
    """Interleave the behaviours by time. Each gets its reply before it makes its next call."""
    waiting: list[tuple[float, int, Behaviour, Call]] = []

    def queue_next(order: int, behaviour: Behaviour, reply: Reply | None) -> None:
        try:
            call = next(behaviour) if reply is None else behaviour.send(reply)
        except StopIteration:
            return
        at = max(call.at, reply.at + 0.004 if reply else start)
        heapq.heappush(waiting, (at, order, behaviour, call if at == call.at else replace(call, at=at)))

    for order, behaviour in enumerate(behaviours):
        queue_next(order, behaviour, None)
    while waiting:
        at, order, behaviour, call = heapq.heappop(waiting)
        if at >= END:
            continue
        exchange = api.handle(call)
        reply = exchange.reply
        if exchange.ended_at < END:
            if call.label:
                call.label.record_mistaken(reply, exchange.request_id)
            if call.mends:
                call.mends.record_mended(reply)
            yield exchange
        queue_next(order, behaviour, reply)
