"""Write large logs for benchmarks: as many copies of a simulation as give the requested number of lines."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt
import zstandard

from sample_logs.simulator.clock import DAY, END, WEEK
from sample_logs.simulator.dirt import Damage
from sample_logs.simulator.files import file_name
from sample_logs.simulator.fleet import HOSTS
from sample_logs.simulator.simulation import Line, Simulation
from sample_logs.simulator.truth import truth_of
from sample_logs.simulator.volume import Templates, Volume

_CODE = re.compile(rb'"error":\{"code":"(\w+)"')
_COPIES_NOTE = "labels and healthy describe the first copy of each customer; counts are of all lines"


def write_bulk(out: Path, simulation: Simulation, lines: int, compression: str = "none") -> dict[str, Any]:
    """Write about ``lines`` lines, to within a few, under ``out/logs``, and the truth's counts beside them.

    Raises ValueError if the simulation has more lines.
    """
    base = simulation.lines
    copied = sum(line.request_id is not None for line in base)
    more = lines - len(base)
    if more < 0:
        raise ValueError(f"the simulation alone has {len(base)} lines, more than {lines}")
    copies = 1 + -(-more // copied)
    in_last = _first_requests(base, more - (copies - 2) * copied) if copies > 1 else np.ones(len(base), np.bool_)
    shutil.rmtree(out / "logs", ignore_errors=True)
    _write_hosts(out / "logs", simulation, in_last, Volume(copies, simulation.seed, simulation.start), compression)
    truth = truth_of(simulation, Damage())
    truth["notes"]["copies"] = _COPIES_NOTE
    truth["counts"] = _counts(base, copies, in_last)
    (out / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return truth


def _first_requests(base: list[Line], wanted: int) -> npt.NDArray[np.bool_]:
    """Select whole requests with about ``wanted`` lines in total, by their id and not by time."""
    by_id = Counter(line.request_id for line in base if line.request_id is not None)
    picked: set[str] = set()
    for request_id in sorted(by_id, key=lambda text: text[::-1]):
        if wanted <= 0:
            break
        picked.add(request_id)
        wanted -= by_id[request_id]
    return np.array([line.request_id in picked for line in base])


def _write_hosts(
    root: Path, simulation: Simulation, in_last: npt.NDArray[np.bool_], volume: Volume, compression: str
) -> None:
    values: dict[str, dict[bytes, int]] = {}
    for host in HOSTS:
        mine = [number for number, line in enumerate(simulation.lines) if line.host is host]
        templates = Templates([simulation.lines[number] for number in mine], in_last[mine], values)
        period = WEEK if host.files == "weekly" else DAY
        for begin in np.arange(simulation.start, END, period):
            with _open(root / file_name(host, float(begin), compression), compression) as file:
                for part in volume.parts(templates, float(begin), float(begin + period)):
                    file.write(part.data)


@contextmanager
def _open(path: Path, compression: str) -> Iterator[IO[bytes]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw:
        if compression == "gz":
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=1, mtime=0) as compressed:
                yield cast(IO[bytes], compressed)
        elif compression == "zst":
            with zstandard.ZstdCompressor(level=1).stream_writer(raw) as stream:
                yield cast(IO[bytes], stream)
        else:
            yield raw


def _counts(base: list[Line], copies: int, in_last: npt.NDArray[np.bool_]) -> dict[str, Any]:
    requests = events = 0
    by_code: Counter[str] = Counter()
    by_environment: Counter[str] = Counter()
    for line, last in zip(base, in_last, strict=True):
        many = 1 if line.request_id is None or copies == 1 else copies - 1 + int(last)
        if b'"status":' not in line.text or b'"route":' not in line.text:
            events += many
            continue
        requests += many
        by_environment[line.host.environment] += many
        code = _CODE.search(line.text)
        if code:
            by_code[code[1].decode()] += many
    return {
        "lines": requests + events,
        "requests": requests,
        "events": events,
        "by_code": dict(sorted(by_code.items())),
        "by_environment": dict(sorted(by_environment.items())),
    }
