"""Write the sample: simulate, damage, write the logs and the truth."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sample_logs.simulator.cast import cast_everybody
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.dirt import Damage, add_dirt
from sample_logs.simulator.files import group_into_files, write_file
from sample_logs.simulator.simulation import Simulation, simulate
from sample_logs.simulator.truth import truth_of

DEFAULT_SEED = 20261109


def write_sample(
    out: Path,
    seed: int = DEFAULT_SEED,
    weeks: int = 2,
    traffic: float = 1.0,
    compression: str | None = None,
    cast: Callable[[Stage], None] = cast_everybody,
) -> dict[str, Any]:
    """Write ``out/logs`` and ``out/truth.json``, replacing what was there, and return the truth."""
    simulation = simulate(seed, weeks, traffic, cast)
    files = group_into_files(simulation.lines, compression)
    damage = add_dirt(files, simulation.stage.world.rng("dirt")) if compression is None else Damage()
    write_files(out, files)
    return write_truth(out, simulation, damage)


def write_files(out: Path, files: dict[str, list[bytes]]) -> None:
    """Write all files under ``out/logs``, after emptying it."""
    shutil.rmtree(out / "logs", ignore_errors=True)
    for name, lines in files.items():
        write_file(out / "logs", name, lines)


def write_truth(out: Path, simulation: Simulation, damage: Damage) -> dict[str, Any]:
    """Write ``out/truth.json``."""
    truth = truth_of(simulation, damage)
    (out / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return truth
