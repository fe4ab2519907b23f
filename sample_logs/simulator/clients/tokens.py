"""Behaviours that mint a JWT and use it: a new token for each call, or a token cached for longer than it lives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sample_logs.simulator.clients.client import Behaviour, Client, Usual
from sample_logs.simulator.labels import Label
from sample_logs.simulator.replies import Token


@dataclass(frozen=True, slots=True)
class TokenCache:
    """A client's token cache: how long it holds a token, whether a refusal evicts it, and when it is used."""

    label: Label
    cached_s: float
    begins: float
    mended: float = float("inf")
    drops_on_refusal: bool = False


def mint_each_time(client: Client, times: Iterable[float], usual: Usual) -> Behaviour:
    """Mint a token and make a call with it at each time."""
    for at in times:
        minted = yield from client.send(client.mint(at))
        if minted.token:
            yield from client.send(replace(usual(minted.at + 0.02), token=minted.token))


def mint_and_cache(client: Client, times: Iterable[float], usual: Usual, cache: TokenCache) -> Behaviour:
    """Cache the token while ``cache`` is in use. Before and after that, mint a token for each call."""
    token: Token | None = None
    for at in times:
        caching = cache.begins <= at < cache.mended
        now = at
        if token is None or not caching or at - token.issued_at > cache.cached_s:
            minted = yield from client.send(client.mint(at))
            token, now = minted.token, minted.at + 0.02
        if token is None:
            continue
        call = replace(usual(now), token=token, label=cache.label if caching else None)
        reply = yield from client.send(replace(call, mends=cache.label) if at >= cache.mended else call)
        if cache.drops_on_refusal and not reply.ok:
            token = None


def mint_for_a_batch(client: Client, times: Iterable[float], usual: Usual, calls: int, late: float) -> Behaviour:
    """Mint once for ``calls`` calls. One batch in ten is slow, and its last call comes ``late`` seconds too late."""
    for at in times:
        minted = yield from client.send(client.mint(at))
        if minted.token is None:
            continue
        slow = client.rng.random() < 0.1
        for number in range(calls):
            age = 120.0 + late if slow and number == calls - 1 else 3.0 + number * 11.0
            yield replace(usual(minted.token.issued_at + age), token=minted.token)
