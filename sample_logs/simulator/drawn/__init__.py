"""Whole casts drawn from a seed: other customers, moments, outages and fields in every world.

The sample's cast is set by hand; a rule that knows it by heart would still look right on it. Here only the kinds of
mistake are given, and ``draw`` holds what is drawn. Modules are named like those of ``cast``.
"""

from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.drawn import (
    bad_requests,
    dead_keys,
    headers,
    healthy,
    limits,
    lookalikes,
    scopes,
    strangers,
    tokens,
    websites,
    wrong_keys,
)
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.servers import draw_servers


def cast_drawn(stage: Stage) -> None:
    """Set up 220 to 320 customers, about 400,000 requests in a fortnight at full traffic."""
    stage.servers = draw_servers(stage.world.rng("servers"))
    draw = Draw(stage)
    for part in (
        headers,
        wrong_keys,
        dead_keys,
        scopes,
        tokens,
        websites,
        bad_requests,
        limits,
        lookalikes,
        strangers,
        healthy,
    ):
        part.cast(draw)
