"""``python -m sample_logs.simulator``: write the committed sample again, or with options logs of any size."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from sample_logs.simulator.bulk import write_bulk
from sample_logs.simulator.cast import cast_everybody
from sample_logs.simulator.drawn import cast_drawn
from sample_logs.simulator.sample import DEFAULT_SEED, write_sample
from sample_logs.simulator.simulation import simulate

_HOME = Path(__file__).parents[1]
# Measured: lines of customers with cases, whatever the time span, and lines of healthy traffic in a week.
_LINES_OF_CASES = 58_000
_HEALTHY_LINES_A_WEEK = 34_300
_FEWEST_LINES = 60_000


def main() -> None:
    """Parse the command line and write the logs."""
    parser = argparse.ArgumentParser(prog="python -m sample_logs.simulator", description=__doc__)
    parser.add_argument("--out", type=Path, default=_HOME, help="folder for logs/ and truth.json")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--lines", type=int, help="about how many lines, from 60000; default: the sample's own size")
    parser.add_argument("--compress", choices=("gz", "zst", "none"), help="default: as the sample is, or none")
    parser.add_argument("--drawn", action="store_true", help="draw a large cast from the seed; needs --out")
    parser.add_argument("--weeks", type=int, default=2, choices=range(2, 53), metavar="2..52")
    given = parser.parse_args()
    if given.lines and given.out == _HOME:
        parser.error("--lines needs --out, so that the committed sample stays as it is")
    if given.drawn and (given.out == _HOME or given.lines):
        parser.error("--drawn needs --out, so that the committed sample stays as it is, and takes no --lines")
    if given.lines and given.lines < _FEWEST_LINES:
        parser.error(f"--lines starts at {_FEWEST_LINES}: the cases alone make about that many")
    began = time.perf_counter()
    truth = _write(given)
    seconds = time.perf_counter() - began
    lines = truth["counts"]["lines"]
    print(f"{lines:,} lines in {seconds:.1f} s ({lines / seconds:,.0f} lines/s) under {given.out / 'logs'}")


def _write(given: argparse.Namespace) -> dict[str, Any]:
    if given.lines is None:
        cast = cast_drawn if given.drawn else cast_everybody
        return write_sample(given.out, given.seed, given.weeks, 1.0, given.compress, cast)
    healthy = (given.lines - _LINES_OF_CASES) / (_HEALTHY_LINES_A_WEEK * given.weeks)
    traffic = min(1.0, max(0.01, healthy))
    simulation = simulate(given.seed, given.weeks, traffic)
    return write_bulk(given.out, simulation, max(given.lines, len(simulation.lines)), given.compress or "none")


if __name__ == "__main__":
    main()
