"""Shift a clone's time by up to ninety minutes against the original's.

Around outages and deploys, and at both ends, the shift stays within a minute, so that what hit everybody at once still
does. In between, the shift grows slowly enough to preserve the order of lines.
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
    """The time shifts of ``clones`` clones. Clone 0 is the original and is not shifted."""

    def __init__(self, clones: int, seed: int, start: float) -> None:
        rng = np.random.default_rng(seed)
        self._wide = rng.uniform(-FARTHEST_S, FARTHEST_S, clones)
        self._narrow = rng.uniform(-MINUTE, MINUTE, clones)
        self._wide[0] = self._narrow[0] = 0.0
        fixed = [(outage.started_at, outage.ended_at) for outage in OUTAGES]
        fixed += [(at, at) for host in HOSTS for at, _ in host.releases if at > start]
        self._fixed, self._start = fixed, start

    def shift(self, at: Floats, clone: npt.NDArray[np.int64]) -> Floats:
        """Return the seconds to add, rounded to milliseconds, for each pair of time and clone. The arrays broadcast."""
        exact = (self._narrow[clone] + self._wide[clone] * self._freedom(at)) * self._inside(at)
        return np.round(exact, 3)

    def _freedom(self, at: Floats) -> Floats:
        nearest = np.full(at.shape, np.inf)
        for began, ended in self._fixed:
            np.minimum(nearest, np.maximum(np.maximum(began - at, at - ended), 0.0), out=nearest)
        return np.clip(nearest / _RAMP_S, 0.0, 1.0)

    def _inside(self, at: Floats) -> Floats:
        """Return 0 at both ends of the span and outside it, rising to 1 four hours inside."""
        return np.clip(np.minimum(at - self._start, END - at) / _RAMP_S, 0.0, 1.0)
