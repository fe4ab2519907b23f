"""Recognise a source by its bytes, since paths get renamed and inode numbers get reused.

The fingerprint of a source consists of digests: of its head, of the bytes before the position where reading stopped,
and of the end of a last line that was stored without its line feed.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

from pixeldesk.ingest.sources.byte_stream import LAST_BYTES, ByteStream, CompressedStream
from pixeldesk.ingest.sources.format_name import FormatName
from pixeldesk.ingest.sources.lines import Checkpoint
from pixeldesk.ingest.sources.source_name import SourceRow


def was_read_as_documents(row: SourceRow) -> bool:
    """Return whether a source was read as documents, so that its position counts the bytes of a DocumentStream."""
    return FormatName.parse(row["format"]).are_documents


def bytes_read(row: SourceRow) -> int:
    """Return how many bytes of a source were read, including a last line that was stored without its line feed."""
    return int(row["position"] + row["unended_bytes"])


def resume_point(stream: ByteStream, row: SourceRow) -> Checkpoint | None:
    """Return the checkpoint to resume from, or None if the stream does not begin with what the row says was read.

    The stream must be at its start.
    """
    position, head_length, tail_length = (row[name] for name in ("position", "head_length", "tail_length"))
    head = stream.read(head_length)
    if digest(head) != row["head_digest"]:
        return None
    gap = position - tail_length - head_length
    overlap = head[gap:] if gap < 0 else b""
    stream.skip(max(gap, 0))
    tail = overlap + stream.read(tail_length - len(overlap))
    if digest(tail) != row["tail_digest"]:
        return None
    if row["unended_bytes"]:
        compared = min(row["unended_bytes"], LAST_BYTES)
        stream.skip(row["unended_bytes"] - compared)
        if digest(stream.read(compared)) != row["unended_digest"]:
            return None
    return Checkpoint(position, row["lines"], head, tail)


def is_unchanged(stream: ByteStream, row: SourceRow) -> bool:
    """Return whether a file of unchanged size and mtime still holds what was read: a cheaper `resume_point`.

    Of a compressed file only the head is compared, which spares decompressing all of it.
    """
    if isinstance(stream, CompressedStream) and row["head_length"]:
        return digest(stream.read(row["head_length"])) == str(row["head_digest"])
    return resume_point(stream, row) is not None


class KnownSources:
    """The fingerprints of the sources read so far, to find a source again under another path."""

    def __init__(self, rows: Iterable[SourceRow]) -> None:
        self._by_head: dict[bool, dict[int, dict[str, list[SourceRow]]]] = {}
        for row in rows:
            length, head_digest = _head(row)
            if length:
                by_length = self._by_head.setdefault(was_read_as_documents(row), {})
                by_length.setdefault(length, {}).setdefault(head_digest, []).append(row)

    def longest_match(self, stream_as: Callable[[SourceRow], ByteStream]) -> SourceRow | None:
        """Return the row whose content a source begins with, the longest of several; None if there is none.

        `stream_as` opens the source in the format of a row.
        """
        candidates = [row for by_length in self._by_head.values() for row in _same_head(by_length, stream_as)]
        for row in sorted(candidates, key=bytes_read, reverse=True):
            with closing(stream_as(row)) as stream:
                if resume_point(stream, row) is not None:
                    return row
        return None


def has_fingerprint(row: SourceRow) -> bool:
    """Return whether enough of a source was read to recognise it."""
    return _head(row)[0] > 0


def _head(row: SourceRow) -> tuple[int, str]:
    """Return the length and the digest of the head of a source."""
    if not row["position"] and row["unended_bytes"] <= LAST_BYTES:
        return row["unended_bytes"], row["unended_digest"]
    return row["head_length"], row["head_digest"]


def _same_head(
    by_length: dict[int, dict[str, list[SourceRow]]], stream_as: Callable[[SourceRow], ByteStream]
) -> Iterator[SourceRow]:
    any_row = next(row for by_digest in by_length.values() for rows in by_digest.values() for row in rows)
    with closing(stream_as(any_row)) as stream:
        head = stream.read(max(by_length))
    for length, by_digest in by_length.items():
        if length <= len(head):
            yield from by_digest.get(digest(head[:length]), ())


def digest(content: bytes) -> str:
    """Return the digest that recognises content: SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
