"""Customers of a drawn world who look like a case for a moment and are none."""

from __future__ import annotations

from sample_logs.simulator.drawn import by_hand, harmless, slips
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.remarks import Kind

KINDS: dict[str, Kind] = {**by_hand.KINDS, **slips.KINDS, **harmless.KINDS}
"""Name: (what it is, how it is played)."""


def cast(draw: Draw) -> None:
    """One customer of every kind, and as many more as make at least forty-two."""
    names = list(KINDS)
    names += draw.rng.choices(names, k=max(6, draw.rng.randint(42, 56) - len(names)))
    for name in names:
        note, play = KINDS[name]
        home = draw.home()
        draw.stage.remark(home.customer, name, note)
        draw.stage.play(*play(draw, home))
