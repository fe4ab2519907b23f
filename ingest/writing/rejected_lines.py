"""Find rejected lines, which are quarantined or unmapped, and read their bytes again from their sources."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pixeldesk.errors import InputError
from pixeldesk.ingest.sources.byte_stream import ByteStream, byte_stream
from pixeldesk.ingest.sources.documents import DocumentStream
from pixeldesk.ingest.sources.format_name import FormatName
from pixeldesk.ingest.sources.source import Source
from pixeldesk.ingest.sources.stored_name import path_of
from pixeldesk.settings import Settings
from pixeldesk.store import Transaction

_BOM = b"\xef\xbb\xbf"
_TABLES = {
    "quarantine": ("reason", "NOT raw_is_escaped", "$reason IS NULL OR reason_kind = $reason"),
    "unmapped": ("NULL", "true", "$reason IS NULL"),
}
"""Each table with its expressions for the reason, for whether raw is the text of the line, and for the selection."""


@dataclass(frozen=True)
class RejectedLine:
    """A rejected line. `row_id` is its rowid in `table`. `source` is the name that people are shown.

    `path`, `format` and `provisional` are those of its source; `is_stored`: the whole line is in the store, redacted.
    """

    table: str
    row_id: int
    source_id: int
    line_number: int
    byte_offset: int
    byte_length: int
    line_hash: int
    occurrence: int | None
    reason: str | None
    is_stored: bool
    path: str
    source: str
    provisional: bool
    format: FormatName


def rejected_lines(transaction: Transaction, source: str | None, reason: str | None) -> list[RejectedLine]:
    """Return the rejected lines of a source, or of all sources, in the order of their sources and offsets.

    `reason`: only quarantined lines whose reason is of this kind; unmapped lines have no reason.
    """
    rows = transaction.execute(
        f"""SELECT * FROM ({" UNION ALL ".join(map(_select, _TABLES))})
        WHERE $source IS NULL OR source = $source
        ORDER BY source_id, byte_offset, line_number""",
        {"source": source, "reason": reason},
    )
    return [RejectedLine(*[*row, FormatName.parse(name)]) for *row, name in rows]


def _select(table: str) -> str:
    reason, _, condition = _TABLES[table]
    return f"""SELECT '{table}', {table}.rowid, {table}.source_id, line_number, byte_offset, byte_length, line_hash,
            occurrence, {reason}, raw IS NOT NULL, path, f_source_name(path, state, retired_at) AS source,
            {table}.batch_id IN (SELECT batch_id FROM batches WHERE provisional), format
        FROM {table} JOIN sources ON sources.source_id = {table}.source_id
        WHERE {condition}"""


def stored_texts(transaction: Transaction, lines: Iterable[RejectedLine]) -> dict[RejectedLine, str]:
    """Return the redacted texts of the lines that are stored whole, except those that are no text."""
    texts: dict[RejectedLine, str] = {}
    by_row = {(line.table, line.row_id): line for line in lines if line.is_stored}
    for table, (_, is_text, _) in _TABLES.items():
        row_ids = [row_id for of_table, row_id in by_row if of_table == table]
        sql = f"SELECT rowid, raw FROM {table} WHERE rowid IN $rows AND {is_text}"
        texts |= {by_row[table, row_id]: raw for row_id, raw in transaction.execute(sql, {"rows": [*row_ids, -1]})}
    return texts


def with_bytes(lines: Iterable[RejectedLine], settings: Settings) -> Iterator[tuple[RejectedLine, bytes]]:
    """Yield each line with the bytes now at its offset, which may be another line, or with none."""
    for _, same_source in groupby(lines, key=lambda line: line.source_id):
        yield from _with_bytes_of_source(list(same_source), settings)


def _with_bytes_of_source(lines: list[RejectedLine], settings: Settings) -> Iterator[tuple[RejectedLine, bytes]]:
    try:
        stream = _opened(lines[0], settings)
    except InputError:
        stream = None
    if stream is None:
        yield from ((line, b"") for line in lines)
        return
    with closing(stream):
        for line in lines:
            try:
                found = _read(stream, line)
            except OSError:
                found = b""
            yield line, found


def _opened(line: RejectedLine, settings: Settings) -> ByteStream | None:
    """Open the source of a line; return None for a source that is not a file, such as a pipe. Raises InputError."""
    path = Path(path_of(line.path))
    if not path.is_absolute():
        return None
    stream = byte_stream(Source(line.path, path).open(), settings.max_expansion, settings.max_expansion_from)
    return DocumentStream(stream) if line.format.are_documents else stream


def _read(stream: ByteStream, line: RejectedLine) -> bytes:
    """Return the bytes of a line. Elements of a document share one offset, by which they cannot be found."""
    if line.byte_offset < stream.position:
        return b""
    stream.skip(line.byte_offset - stream.position)
    found = stream.read(line.byte_length)
    if line.byte_offset or not found.startswith(_BOM):
        return found
    return found.removeprefix(_BOM) + stream.read(len(_BOM))
