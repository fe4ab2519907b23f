"""Whether a source holds what was read before: by its bytes, since names move on and inode numbers are used again.

What was read is recognised by its first bytes, the last ones before the place where reading stopped, and the end of
a last line that was taken without its line end.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

from pixeldesk.ingest.sources.byte_stream import LAST_BYTES, ByteStream, CompressedStream
from pixeldesk.ingest.sources.lines import Checkpoint

SourceRow = Mapping[str, Any]
"""A row of the table `sources`."""
RETIRED_NAME = re.compile(r"(.*?)( \((gone|replaced) [^()]*\))+", re.DOTALL)
"""What a source is called whose file has no name any more, or whose name another has now."""


def was_read_as_documents(known: SourceRow) -> bool:
    """Whether the source was read as documents, so that positions in it are those of a DocumentStream."""
    return str(known["format"]).startswith("documents/")


def resume_point(stream: ByteStream, known: SourceRow) -> Checkpoint | None:
    """The place to go on from, if the stream, which stands at its start, begins with what was read; else None."""
    position, head_length, tail_length = (known[name] for name in ("position", "head_length", "tail_length"))
    head = stream.read(head_length)
    if digest(head) != known["head_digest"]:
        return None
    between = position - tail_length - head_length
    overlap = head[between:] if between < 0 else b""
    stream.skip(max(between, 0))
    tail = overlap + stream.read(tail_length - len(overlap))
    if digest(tail) != known["tail_digest"]:
        return None
    if known["unended_bytes"]:
        compared = min(known["unended_bytes"], LAST_BYTES)
        stream.skip(known["unended_bytes"] - compared)
        if digest(stream.read(compared)) != known["unended_digest"]:
            return None
    return Checkpoint(position, known["lines"], head, tail)


def is_unchanged(stream: ByteStream, known: SourceRow) -> bool:
    """The same for a file whose size and time of change are what they were: of a packed one, the start is enough."""
    if isinstance(stream, CompressedStream) and known["head_length"]:
        return digest(stream.read(known["head_length"])) == str(known["head_digest"])
    return resume_point(stream, known) is not None


class KnownSources:
    """What was read of some sources, to detect_format it under another name."""

    def __init__(self, rows: Iterable[SourceRow]) -> None:
        self._by_head: dict[bool, dict[int, dict[str, list[SourceRow]]]] = {}
        for row in rows:
            length, start = _start(row)
            if length:
                by_length = self._by_head.setdefault(was_read_as_documents(row), {})
                by_length.setdefault(length, {}).setdefault(start, []).append(row)

    def beginning(self, stream_as: Callable[[SourceRow], ByteStream]) -> SourceRow | None:
        """The row whose content a source begins with, the longest of several; None where there is none.

        `stream_as` opens the source as a row's format has it.
        """
        alike = [row for by_length in self._by_head.values() for row in _alike(by_length, stream_as)]
        for row in sorted(alike, key=lambda one: int(one["position"]), reverse=True):
            with closing(stream_as(row)) as stream:
                if resume_point(stream, row) is not None:
                    return row
        return None


def has_fingerprint(row: SourceRow) -> bool:
    """Whether anything of a source was read that it could be recognised by."""
    return _start(row)[0] > 0


def _start(row: SourceRow) -> tuple[int, str]:
    """The length and the digest of what a source begins with."""
    if not row["position"] and row["unended_bytes"] <= LAST_BYTES:
        return row["unended_bytes"], row["unended_digest"]
    return row["head_length"], row["head_digest"]


def _alike(
    by_length: dict[int, dict[str, list[SourceRow]]], stream_as: Callable[[SourceRow], ByteStream]
) -> Iterator[SourceRow]:
    any_row = next(row for by_digest in by_length.values() for rows in by_digest.values() for row in rows)
    with closing(stream_as(any_row)) as stream:
        start = stream.read(max(by_length))
    for length, by_digest in by_length.items():
        if length <= len(start):
            yield from by_digest.get(digest(start[:length]), ())


def digest(content: bytes) -> str:
    """What content is recognised by."""
    return hashlib.sha256(content).hexdigest()
