"""The simulator gives the same bytes for the same seed, and different bytes for another seed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

from sample_logs.simulator.dirt import Damage
from sample_logs.simulator.files import compress, group_into_files
from sample_logs.simulator.sample import write_files, write_truth
from sample_logs.simulator.simulation import Simulation

Record = dict[str, object]


def _written(simulation: Simulation, folder: Path) -> dict[str, bytes]:
    write_files(folder, group_into_files(simulation.lines, "none"))
    write_truth(folder, simulation, Damage())
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_same_seed_same_files(quiet: Simulation, simulate_few: Callable[[], Simulation], tmp_path: Path) -> None:
    assert _written(quiet, tmp_path / "one") == _written(simulate_few(), tmp_path / "two")


def test_another_seed_gives_other_requests(quiet: Simulation, readable: list[tuple[bytes, Record]]) -> None:
    committed = {record.get("request_id") for _, record in readable}
    ours = {line.request_id for line in quiet.lines if line.request_id is not None}
    assert len(ours) > 1000
    assert ours.isdisjoint(committed)


def test_compressed_bytes_depend_on_the_lines_alone() -> None:
    compressed = compress(b"line\n", "gz")
    assert compressed[4:8] == b"\0\0\0\0"
    assert gzip.decompress(compressed) == b"line\n"
