"""Set up the clients of the sample: healthy customers, cases, look-alikes and strangers."""

from sample_logs.simulator.cast import (
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
from sample_logs.simulator.cast.stage import Stage


def cast_everybody(stage: Stage) -> None:
    """Set up every client. The order is part of the seed: append, do not insert."""
    for part in (
        healthy,
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
    ):
        part.cast(stage)
