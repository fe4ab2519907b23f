"""How a clone's time differs from the original's: by up to ninety minutes, except where the world changes.

Around outages and deploys, and at both ends, clones stay within a minute of the original, so that what
happened to everybody at once still does. In between the shift grows slowly enough to keep all order.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sample_logs.simulator.clock import END, HOUR, MINUTE
from sample_logs.simulator.fleet import HOSTS
from sample_logs.simulator.outages import OUTAGES

Floats = npt.NDArray[np.float64]

FARTHEST_S = 90 * MINUTE
_RAMP_S = 4 * HOUR


class Warp:
    """The time maps of ``clones`` clones; clone 0 is the original and is not moved."""

    def __init__(self, clones: int, seed: int, start: float) -> None:
        rng = np.random.default_rng(seed)
        self._wide = rng.uniform(-FARTHEST_S, FARTHEST_S, clones)
        self._narrow = rng.uniform(-MINUTE, MINUTE, clones)
        self._wide[0] = self._narrow[0] = 0.0
        fixed = [(outage.started_at, outage.ended_at) for outage in OUTAGES]
        fixed += [(at, at) for host in HOSTS for at, _ in host.releases if at > start]
        self._fixed, self._start = fixed, start

    def shift(self, at: Floats, clone: npt.NDArray[np.int64]) -> Floats:
        """Seconds to add, to the millisecond, at each (time, clone) pair; the arrays broadcast."""
        exact = (self._narrow[clone] + self._wide[clone] * self._freedom(at)) * self._inside(at)
        return np.round(exact, 3)

    def _freedom(self, at: Floats) -> Floats:
        nearest = np.full(at.shape, np.inf)
        for began, ended in self._fixed:
            np.minimum(nearest, np.maximum(np.maximum(began - at, at - ended), 0.0), out=nearest)
        return np.clip(nearest / _RAMP_S, 0.0, 1.0)

    def _inside(self, at: Floats) -> Floats:
        """0 at both ends of the span and outside it, 1 from four hours inside."""
        return np.clip(np.minimum(at - self._start, END - at) / _RAMP_S, 0.0, 1.0)
