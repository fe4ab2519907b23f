"""Define a kind of look-alike: a note, and the customer's behaviours beside its healthy traffic."""

from __future__ import annotations

from collections.abc import Callable

from sample_logs.simulator.clients.client import Behaviour
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.homes import Home

Play = Callable[[Draw, Home], list[Behaviour]]
Kind = tuple[str, Play]
