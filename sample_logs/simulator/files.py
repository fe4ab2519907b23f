"""Write log files, one per host and day or week, compressed so that the same lines give the same bytes."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import zstandard

from sample_logs.simulator.fleet import Host
from sample_logs.simulator.simulation import Line

EXTENSION = {"gz": ".gz", "zst": ".zst", "none": ""}


def file_name(host: Host, at: float, compression: str) -> str:
    """Return a file's name: ``web-1/2026-11-09.ndjson.gz``, or ``dev-1/2026-W46.ndjson.zst`` for weekly files."""
    day = datetime.fromtimestamp(at, UTC)
    period = day.strftime("%G-W%V") if host.files == "weekly" else day.strftime("%Y-%m-%d")
    return f"{host.name}/{period}.ndjson{EXTENSION[compression]}"


def compress(data: bytes, compression: str) -> bytes:
    """Compress a file's content. gzip gets no name and a time of 0, so that the bytes are reproducible."""
    if compression == "gz":
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as file:
            file.write(data)
        return buffer.getvalue()
    if compression == "zst":
        return zstandard.ZstdCompressor(level=19).compress(data)
    return data


def group_into_files(lines: Iterable[Line], compression: str | None = None) -> dict[str, list[bytes]]:
    """Group lines, given in time order, by file. ``compression`` None means each host's own."""

    def name(line: Line) -> str:
        return file_name(line.host, line.at, compression or line.host.compression)

    ordered = sorted(lines, key=name)
    return {file: [line.text for line in found] for file, found in groupby(ordered, key=name)}


def write_file(root: Path, name: str, lines: list[bytes]) -> int:
    """Write a file under ``root`` and return its size, bytes."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = next((kind for kind, end in EXTENSION.items() if end and name.endswith(end)), "none")
    return path.write_bytes(compress(b"".join(line + b"\n" for line in lines), kind))
