"""Spoil calls: with the wrong header, the wrong key, the wrong path or the wrong body."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace

from sample_logs.simulator.clients.working import Spoil
from sample_logs.simulator.messages import Body, Call


def header(value: str | None) -> Spoil:
    """Send this Authorization header instead, None for no header."""
    return lambda call: replace(call, authorization=value)


def presented(key: str) -> Spoil:
    """Present this text as the key."""
    return header(f"Bearer {key}")


def hash_of(secret: str) -> str:
    """Return the SHA-256 of a key, as somebody takes it from a database instead of the key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def path_segment(wrong: str) -> Spoil:
    """Ask for this pipe or visitor instead."""

    def spoil(call: Call) -> Call:
        before, _, query = call.path.partition("?")
        return replace(call, path=f"{before.rsplit('/', 1)[0]}/{wrong}?{query}")

    return spoil


def one_of(rng: random.Random, *spoils: Spoil) -> Spoil:
    """Apply one of these at random."""
    return lambda call: rng.choice(spoils)(call)


def body_flaws(**flaws: str) -> Spoil:
    """Send a body that validation refuses with these errors, as field = message."""
    return lambda call: replace(call, body=Body("pageview", {name: [text] for name, text in flaws.items()}))
