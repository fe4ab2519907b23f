"""Draw whole casts from a seed: other customers, times, outages and logged fields in every world.

The sample's cast is written by hand, so a rule that is fitted to it would look right on it. Here only the kinds of
mistakes are given; ``draw`` has what is drawn. Modules are named like those of ``cast``.
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
    """Set up 220 to 320 customers, with about 400,000 requests in a fortnight at full traffic."""
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
