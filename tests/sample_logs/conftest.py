"""Provide the committed sample, read once, and a small simulation."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from sample_logs.simulator.cast import dead_keys, healthy, lookalikes, tokens
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.simulation import Simulation, simulate
from tests.permanent import permanent

HOME = Path(__file__).parents[2] / "sample_logs"
Record = dict[str, Any]


def read_lines(path: Path) -> list[bytes]:
    """Return a log file's lines, whatever its compression."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    elif path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    return data.split(b"\n")[:-1]


@pytest.fixture(scope="session")
def truth() -> Record:
    """Return the committed truth."""
    loaded: Record = json.loads((HOME / "truth.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="session")
def files() -> dict[str, list[bytes]]:
    """Return the committed lines by file name."""
    found = sorted(path for path in (HOME / "logs").rglob("*") if path.is_file())
    return {str(path.relative_to(HOME / "logs")): read_lines(path) for path in found}


@pytest.fixture(scope="session")
@permanent()
def readable(files: dict[str, list[bytes]]) -> list[tuple[bytes, Record]]:
    """Return every committed line that is a JSON object, with its record."""
    found = []
    for line in (line for lines in files.values() for line in lines):
        try:
            found.append((line, json.loads(line)))
        except ValueError:
            continue
    return found


@pytest.fixture(scope="session")
@permanent()
def requests(readable: list[tuple[bytes, Record]]) -> list[Record]:
    """Return every sound request line once, in time order, with ``began`` and ``ended`` in Unix seconds."""
    found = []
    for record in dict(readable).values():
        if "status" not in record or "route" not in record or "request_id" not in record:
            continue
        record["ended"] = datetime.fromisoformat(record["timestamp"]).timestamp()
        record["began"] = record["ended"] - record["duration_ms"] / 1000
        found.append(record)
    return sorted(found, key=lambda record: record["began"])


def _cast_few(stage: Stage) -> None:
    for part in (healthy, dead_keys, tokens, lookalikes):
        part.cast(stage)


@pytest.fixture(scope="session")
def simulate_few() -> Callable[[], Simulation]:
    """Return a function that simulates a fortnight with few customers and little traffic, always with seed 5."""
    return lambda: simulate(seed=5, traffic=0.02, cast=_cast_few)


@pytest.fixture(scope="session")
@permanent()
def quiet(simulate_few: Callable[[], Simulation]) -> Simulation:
    """Return such a fortnight."""
    return simulate_few()
