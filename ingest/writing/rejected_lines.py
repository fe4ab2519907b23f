"""Lines that were not understood, in quarantine or unmapped, and their bytes as they lie in their sources today."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pixeldesk.errors import InputError
from pixeldesk.ingest.sources.byte_stream import ByteStream, byte_stream
from pixeldesk.ingest.sources.documents import DocumentStream
from pixeldesk.ingest.sources.fingerprint import RETIRED_NAME
from pixeldesk.ingest.sources.source import Source
from pixeldesk.settings import Settings
from pixeldesk.store import Transaction

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class RejectedLine:
    """One such line. `place` is its row in `table`; `path`, `format` and `provisional` are those of its source."""

    table: str
    place: int
    source_id: int
    line_number: int
    byte_offset: int
    byte_length: int
    line_hash: int
    reason: str | None
    excerpt: str
    path: str
    format: str
    provisional: bool


def rejected_lines(transaction: Transaction, source: str | None, reason: str | None) -> list[RejectedLine]:
    """The lines of a source, or of all, in the order in which they stand there.

    Of one kind of reason there are only quarantined ones.
    """
    quarantined = _select("quarantine", "reason", "$reason IS NULL OR f_reason_kind(reason) = $reason")
    unmapped = _select("unmapped", "NULL", "$reason IS NULL")
    rows = transaction.execute(
        f"""SELECT * FROM ({quarantined} UNION ALL {unmapped})
        WHERE $source IS NULL OR path = $source
        ORDER BY source_id, byte_offset, line_number""",
        {"source": source, "reason": reason},
    )
    return [RejectedLine(*row) for row in rows]


def _select(table: str, reason: str, condition: str) -> str:
    return f"""SELECT '{table}', {table}.rowid, {table}.source_id, line_number, byte_offset, byte_length, line_hash,
            {reason}, excerpt, path, format,
            {table}.batch_id IN (SELECT batch_id FROM batches WHERE provisional)
        FROM {table} JOIN sources ON sources.source_id = {table}.source_id
        WHERE {condition}"""


def with_bytes(lines: Iterable[RejectedLine], settings: Settings) -> Iterator[tuple[RejectedLine, bytes]]:
    """Each line with what stands in its place now, which may be something else; its excerpt where nothing does."""
    for _, of_source in groupby(lines, key=lambda one: one.source_id):
        yield from _with_bytes_of_source(list(of_source), settings)


def _with_bytes_of_source(lines: list[RejectedLine], settings: Settings) -> Iterator[tuple[RejectedLine, bytes]]:
    try:
        stream = _opened(lines[0], settings)
    except InputError:
        stream = None
    if stream is None:
        yield from ((line, line.excerpt.encode()) for line in lines)
        return
    with closing(stream):
        for line in lines:
            try:
                found = _read(stream, line)
            except OSError:
                found = b""
            yield line, found or line.excerpt.encode()


def _opened(line: RejectedLine, settings: Settings) -> ByteStream | None:
    """The source from its start; None for what is no file, such as what was piped in. Raises InputError."""
    past = RETIRED_NAME.fullmatch(line.path)
    path = Path(past[1] if past else line.path)
    if not path.is_absolute():
        return None
    stream = byte_stream(Source(line.path, path).open(), settings.max_expansion, settings.max_expansion_from)
    return DocumentStream(stream) if line.format.startswith("documents/") else stream


def _read(stream: ByteStream, line: RejectedLine) -> bytes:
    """The bytes of a line. Elements of one document have one place, and are not found by it."""
    if line.byte_offset < stream.position:
        return b""
    stream.skip(line.byte_offset - stream.position)
    found = stream.read(line.byte_length)
    if line.byte_offset or not found.startswith(_BOM):
        return found
    return found.removeprefix(_BOM) + stream.read(len(_BOM))
