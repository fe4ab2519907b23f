"""Quarantine refused lines, each with its position and the reason."""

from typing import Any

import pyarrow as pa

from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.parsing.refusal import why_refused
from pixeldesk.ingest.redaction.in_python import redact
from pixeldesk.ingest.sources.lines import UnreadableLine
from pixeldesk.store import Transaction

EXCERPT_CHARACTERS = 200
_ROWS = pa.schema(
    [
        ("batch_id", pa.int32()),
        ("source_id", pa.int32()),
        ("line_number", pa.int64()),
        ("byte_offset", pa.int64()),
        ("byte_length", pa.int64()),
        ("line_hash", pa.uint64()),
        ("reason", pa.string()),
        ("excerpt", pa.string()),
    ]
)
Unreadable = tuple[int, int | None, UnreadableLine]
"""The batch and the source of an unreadable line, and the line."""


def quarantine(transaction: Transaction, log_format: LogFormat, unreadable: list[Unreadable]) -> list[Unreadable]:
    """Quarantine the refused lines of `staged`, and the unreadable lines.

    Returns the unreadable lines that are duplicates of quarantined ones.
    """
    refused = transaction.execute(
        """SELECT batch_id, source_id, line_number, byte_offset, byte_length, line_hash, raw FROM staged
        WHERE outcome = 'refused' AND NOT duplicate ORDER BY source_id, line_number"""
    )
    rows = [(*origin, why_refused(raw, log_format), raw[:EXCERPT_CHARACTERS]) for *origin, raw in refused]
    new, duplicates = _new_and_duplicates(transaction, unreadable)
    rows += [_row(*line) for line in new]
    if rows:
        columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), _ROWS.types, strict=True)]
        with transaction.registered("refused", pa.Table.from_arrays(columns, schema=_ROWS)):
            transaction.execute("INSERT INTO quarantine SELECT * FROM refused")
    return duplicates


def _new_and_duplicates(transaction: Transaction, lines: list[Unreadable]) -> tuple[list[Unreadable], list[Unreadable]]:
    new: dict[tuple[int, int], Unreadable] = {}
    duplicates: list[Unreadable] = []
    for batch_id, source_id, line in lines:
        identity = (line.digest, line.byte_length)
        equal = "SELECT count(*) FROM quarantine WHERE line_hash = $digest AND byte_length = $length"
        if identity in new or transaction.value(equal, {"digest": identity[0], "length": identity[1]}):
            duplicates.append((batch_id, source_id, line))
        else:
            new[identity] = (batch_id, source_id, line)
    return list(new.values()), duplicates


def _row(batch_id: int, source_id: int | None, line: UnreadableLine) -> tuple[Any, ...]:
    excerpt = redact(line.sample.decode(errors="replace"))[:EXCERPT_CHARACTERS]
    origin = (batch_id, source_id, line.line_number, line.byte_offset, line.byte_length, line.digest)
    return (*origin, line.reason, excerpt)
