"""What a kind of look-alike is: a note, and what such a customer does beside its healthy traffic."""

from __future__ import annotations

from collections.abc import Callable

from sample_logs.clients.client import Behaviour
from sample_logs.drawn.draw import Draw
from sample_logs.drawn.homes import Home

Play = Callable[[Draw, Home], list[Behaviour]]
Kind = tuple[str, Play]
