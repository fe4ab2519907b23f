"""Behaviours of people who make mistakes at a keyboard and fix them within minutes. None of these is a case."""

from __future__ import annotations

from collections.abc import Callable

from sample_logs.simulator.cast.stage import CURL, Stage
from sample_logs.simulator.clients.client import Behaviour, Client
from sample_logs.simulator.clients.mistakes import body_flaws, hash_of, header, path_segment, presented
from sample_logs.simulator.clients.schedules import people
from sample_logs.simulator.clients.working import Spoil, work
from sample_logs.simulator.clock import END, moment
from sample_logs.simulator.messages import Call


def try_by_hand(client: Client, at: float, spoils: list[Spoil], usual: Callable[[float], Call]) -> Behaviour:
    """Make each mistake once, about half a minute apart, then the correct call five times."""
    for spoil in [*spoils, *[_unspoilt] * 5]:
        yield spoil(usual(at))
        at += client.rng.uniform(12, 50)


def _unspoilt(call: Call) -> Call:
    return call


def four_wrong_things(_stage: Stage, client: Client) -> list[Behaviour]:
    """Try no header, the bare key, a placeholder and a hash, then the key."""
    client.user_agent = CURL
    secret = client.key.secret
    spoils = [header(None), header(secret), presented("YOUR_KEY"), presented(hash_of(secret))]
    return [try_by_hand(client, moment("11-12 13:20"), spoils, client.pipe)]


def learning(stage: Stage, client: Client) -> list[Behaviour]:
    """Play a developer's first afternoon in development: a dozen refusals of six kinds, then success."""
    key = stage.world.add_key(client.customer, "development")
    own = stage.client(client.customer, key, retries=0)
    pipes = [header(None), header(f"Token {key.secret}"), presented(key.secret[:20]), path_segment("pages")]
    events = [
        body_flaws(url="Required"),
        body_flaws(url="Invalid url", event="Required"),
        presented("undefined"),
    ]
    return [
        try_by_hand(own, moment("11-17 13:05"), [*pipes, *pipes[1:]], own.pipe),
        try_by_hand(own, moment("11-17 13:20"), [*events, *events[:2]], own.pageview),
    ]


def scopes_forgotten(stage: Stage, client: Client) -> list[Behaviour]:
    """Send two events with a key without scopes, then use another key."""
    scopeless = stage.world.add_key(client.customer, scopes=())
    spoil = presented(scopeless.secret)
    return [try_by_hand(client, moment("11-18 10:41"), [spoil, spoil], client.pageview)]


def dev_key(stage: Stage, client: Client) -> list[Behaviour]:
    """Use the development key in production twice, and go on using it in development."""
    key = stage.world.add_key(client.customer, "development")
    developer = stage.client(client.customer, key, ip=client.ips[0], user_agent=CURL)
    mistaken = presented(key.secret)
    times = people(developer.rng, client.customer, 15, stage.start, END)
    return [
        work(developer, times, developer.pipe),
        try_by_hand(client, moment("11-11 14:03"), [mistaken, mistaken], client.pipe),
    ]


def pipe_typo(_stage: Stage, client: Client) -> list[Behaviour]:
    """Ask for two wrong names of a pipe, then for the right one."""
    return [
        try_by_hand(client, moment("11-19 17:22"), [path_segment("toppages"), path_segment("top-pages")], client.pipe)
    ]
