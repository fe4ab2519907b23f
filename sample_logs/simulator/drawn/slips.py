"""Draw programs that fail briefly, or once in thousands of calls, but are sound."""

from __future__ import annotations

from dataclasses import replace

from sample_logs.simulator.clients.client import Behaviour, Client
from sample_logs.simulator.clients.mistakes import body_flaws, header, presented
from sample_logs.simulator.clients.schedules import every, people
from sample_logs.simulator.clients.tokens import mint_for_a_batch
from sample_logs.simulator.clients.working import Spoil, work
from sample_logs.simulator.clock import END, HOUR, MINUTE
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.homes import Home
from sample_logs.simulator.drawn.remarks import Kind
from sample_logs.simulator.messages import Call
from sample_logs.simulator.world import READ, ApiKey


def _spoilt_between(client: Client, begins: float, ends: float, spoil: Spoil, seconds: float) -> Behaviour:
    """Run a periodic job from an hour before ``begins`` to an hour after ``ends``, spoilt in between."""

    def usual(now: float) -> Call:
        call = client.pageview(now)
        return spoil(call) if begins <= now < ends else call

    return work(client, every(client.rng, seconds, begins - HOUR, ends + HOUR, seconds / 2), usual)


def _pods(draw: Draw, home: Home, old: ApiKey, died: float) -> list[Behaviour]:
    """Let three pods present the old key until up to ninety seconds after its end, then the new key."""
    behaviours = []
    for number in range(3):
        pod = draw.stage.client(home.customer, home.key, retries=0)
        behaviours.append(_spoilt_between(pod, died - HOUR, died + 35 + 25 * number, presented(old.secret), 17))
    return behaviours


def _rotation(draw: Draw, home: Home) -> list[Behaviour]:
    died = draw.moment()
    return _pods(draw, home, draw.stage.world.add_key(home.customer, revoked_at=died), died)


def _expiry(draw: Draw, home: Home) -> list[Behaviour]:
    died = draw.moment()
    return _pods(draw, home, draw.stage.world.add_key(home.customer, expires_at=died), died)


def _bad_deploy(draw: Draw, home: Home) -> list[Behaviour]:
    """Let a pod start without its variable and roll it back within two minutes."""
    client = draw.stage.client(home.customer, home.key, retries=0)
    spoil = draw.rng.choice((header(None), presented("undefined"), presented(f"{home.key.secret}\n"), header("Bearer")))
    at = draw.moment()
    return [_spoilt_between(client, at, at + draw.rng.uniform(50, 110), spoil, 20)]


def _late_token(draw: Draw, home: Home) -> list[Behaviour]:
    client = draw.stage.client(home.customer, home.key, retries=0)
    times = every(client.rng, 5400, draw.stage.start, END)
    return [mint_for_a_batch(client, times, client.pipe, 8, draw.rng.uniform(1, 3))]


def _slow_minting(draw: Draw, home: Home) -> list[Behaviour]:
    """Mint a token for every call. On one afternoon the queue is slow, and a few new tokens are used too late."""
    key = draw.stage.world.add_key(home.customer, scopes=(READ,))
    client = draw.stage.client(home.customer, key)
    slow = draw.moment()
    slow_until = slow + draw.rng.uniform(5, 14) * MINUTE

    def minting() -> Behaviour:
        times = sorted([*every(client.rng, 1800, draw.stage.start, END), *every(client.rng, 170, slow, slow_until)])
        for at in times:
            minted = yield from client.send(client.mint(at))
            if minted.token:
                waited = client.rng.uniform(122, 150) if slow <= at < slow_until else 0.1
                yield replace(client.pipe(minted.at + waited), token=minted.token)

    return [minting()]


def _odd_events(draw: Draw, home: Home) -> list[Behaviour]:
    client = draw.stage.client(home.customer, home.key, retries=0)
    spoil = body_flaws(url="String must contain at most 2048 character(s)")
    events = people(client.rng, home.customer, 150, draw.stage.start, END)
    odd = sorted(draw.moment() for _ in range(3))
    return [work(client, events, client.event), work(client, odd, lambda at: spoil(client.event(at)))]


KINDS: dict[str, Kind] = {
    "proper_rotation": ("pods present the old key for ninety seconds after a proper rotation", _rotation),
    "expiry_noticed": ("pods present a key for ninety seconds after it ran out", _expiry),
    "bad_deploy": ("one pod without its key for less than two minutes", _bad_deploy),
    "one_late_token": ("one token in eighty is two seconds too old", _late_token),
    "slow_minting_once": ("mints for every call, and was slow once in the fortnight", _slow_minting),
    "odd_event": ("three refused events in a fortnight of thousands", _odd_events),
}
