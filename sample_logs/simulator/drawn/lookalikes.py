"""Draw customers that briefly look like a case but are not."""

from __future__ import annotations

from sample_logs.simulator.drawn import by_hand, harmless, slips
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.remarks import Kind

KINDS: dict[str, Kind] = {**by_hand.KINDS, **slips.KINDS, **harmless.KINDS}
"""By name: a note, and the function that makes the behaviours."""


def cast(draw: Draw) -> None:
    """Draw a customer of every kind, and more until there are at least forty-two."""
    names = list(KINDS)
    names += draw.rng.choices(names, k=max(6, draw.rng.randint(42, 56) - len(names)))
    for name in names:
        note, play = KINDS[name]
        home = draw.home()
        draw.stage.remark(home.customer, name, note)
        draw.stage.play(*play(draw, home))
