"""Draw customers that are odd, but make no mistake."""

from __future__ import annotations

from dataclasses import replace

from sample_logs.simulator.clients.client import Behaviour
from sample_logs.simulator.clients.impatience import patient_when_limited
from sample_logs.simulator.clients.schedules import every, people, sittings
from sample_logs.simulator.clients.tokens import mint_each_time
from sample_logs.simulator.clients.working import work
from sample_logs.simulator.clock import DAY, END, HOUR
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.homes import Home
from sample_logs.simulator.drawn.remarks import Kind
from sample_logs.simulator.messages import EVENTS, IDENTIFY, PIPES
from sample_logs.simulator.world import READ

_FILTERS = ("from=2019-01-01&to=2019-01-31", "days=7&campaign=%C3%A9t%C3%A9-2017")


def _patient(draw: Draw, home: Home) -> list[Behaviour]:
    client = draw.stage.client(home.customer, draw.stage.world.add_key(home.customer), retries=0)
    starts = every(client.rng, draw.rng.choice((0.5, 1.0)) * DAY, draw.stage.start, END, 60)
    return [patient_when_limited(client, starts, draw.rng.randint(75, 110), draw.rng.uniform(68, 90), client.pipe)]


def _patient_workers(draw: Draw, home: Home) -> list[Behaviour]:
    """Run a few workers with one key, each of which honours Retry-After."""
    first = draw.stage.client(home.customer, draw.stage.world.add_key(home.customer), retries=0)
    starts = list(every(first.rng, DAY, draw.stage.start, END, 30))
    workers = [replace(first, rng=draw.stage.rng) for _ in range(draw.rng.randint(3, 5))]
    return [
        patient_when_limited(worker, [at + number / 7 for at in starts], 30, 26, worker.pipe)
        for number, worker in enumerate(workers)
    ]


def _busy_not_limited(draw: Draw, home: Home) -> list[Behaviour]:
    client = draw.stage.client(home.customer, draw.stage.world.add_key(home.customer))
    at = draw.moment()
    return [work(client, every(client.rng, 1.2, at, at + 900, 0.2), client.event)]


def _empty_filter(draw: Draw, home: Home) -> list[Behaviour]:
    client = draw.stage.client(home.customer, home.key)
    times = sittings(client.rng, home.customer, draw.rng.uniform(2, 8), 3, draw.stage.start, END)
    return [work(client, times, lambda at: client.named_pipe(at, "top_pages", client.rng.choice(_FILTERS)))]


def _empty_pipe(draw: Draw, home: Home) -> list[Behaviour]:
    """Ask for a pipe that never has rows, since the customer has no campaigns. All other pipes have rows."""
    client = draw.stage.client(home.customer, home.key)
    pipe = draw.rng.choice(("campaign_roas", "attribution", "funnel"))
    draw.stage.world.make_rowless(client.website, pipe)
    times = sittings(client.rng, home.customer, draw.rng.uniform(3, 10), 2, draw.stage.start, END)
    return [work(client, times, lambda at: client.named_pipe(at, pipe))]


def _empty_for_minutes(draw: Draw, home: Home) -> list[Behaviour]:
    """Look at a new website twice, send its test event, then see rows."""
    website = draw.stage.world.add_website(home.customer)
    client = draw.stage.client(home.customer, home.key, website=website)
    at = draw.moment()
    steps = ((0, client.pipe), (20, client.pipe), (95, client.pageview), (110, client.pipe), (130, client.pipe))

    def first_steps() -> Behaviour:
        for seconds, usual in steps:
            yield usual(at + seconds)

    later = people(client.rng, home.customer, 20, at + 200, END)
    return [first_steps(), work(client, later, client.pageview)]


def _in_the_office(draw: Draw, home: Home) -> list[Behaviour]:
    client = draw.stage.client(home.customer, home.key, ip=draw.rng.choice(draw.offices))
    return [work(client, people(client.rng, home.customer, 30, draw.stage.start, END), client.pipe)]


def _slow_once(draw: Draw, home: Home) -> list[Behaviour]:
    client = draw.stage.client(home.customer, home.key)
    at = draw.moment()
    heavy = "from=2024-01-01&to=2026-11-01&group_by=" + ",".join(f"utm_{number}" for number in range(60))
    times = every(client.rng, 60, at, at + 1200)
    return [work(client, times, lambda now: client.named_pipe(now, "attribution", heavy))]


def _through_outages(draw: Draw, home: Home) -> list[Behaviour]:
    """Call, with retries, through each of our outages."""
    behaviours = []
    for outage in draw.stage.servers.outages:
        client = draw.stage.client(home.customer, home.key, retries=3)
        route = min(outage.routes & {EVENTS, IDENTIFY, PIPES}, key=(PIPES, EVENTS, IDENTIFY).index)
        calls = {EVENTS: client.event, IDENTIFY: client.identify, PIPES: client.pipe}[route]
        times = every(client.rng, 120, outage.started_at - HOUR, min(END, outage.ended_at + HOUR))
        behaviours.append(work(client, times, calls))
    return behaviours


def _tokens_through_outages(draw: Draw, home: Home) -> list[Behaviour]:
    """Mint a token for every call, also while the downstream is down."""
    client = draw.stage.client(home.customer, draw.stage.world.add_key(home.customer, scopes=(READ,)), retries=3)
    return [mint_each_time(client, every(client.rng, 240, draw.stage.start, END), client.pipe)]


KINDS: dict[str, Kind] = {
    "honours_retry_after": ("is limited now and then and waits as told", _patient),
    "workers_honour_retry_after": ("a handful of workers are limited and each waits as told", _patient_workers),
    "busy_not_limited": ("fifty requests a minute for a quarter of an hour", _busy_not_limited),
    "filter_matches_nothing": ("a filter without rows on a website full of events", _empty_filter),
    "one_pipe_empty": ("one pipe without rows on a website full of events", _empty_pipe),
    "empty_for_minutes": ("a new website, empty for a minute and a half", _empty_for_minutes),
    "shared_address": ("healthy, behind an address where neighbours fail", _in_the_office),
    "slow_once": ("twenty heavy queries on one morning", _slow_once),
    "hit_by_our_outage": ("fails only while something of ours was down", _through_outages),
    "tokens_through_outages": ("mints for every call, fails only in downstream outages", _tokens_through_outages),
}
