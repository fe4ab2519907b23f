"""Refused lines into quarantine, each with the place where it stands and the reason."""

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
"""A line that is no text, with its batch and its source."""


def quarantine(transaction: Transaction, log_format: LogFormat, unreadable: list[Unreadable]) -> list[Unreadable]:
    """Put the refused lines of `staged` and the unreadable ones into quarantine.

    Returns the unreadable lines that were there already: duplicates.
    """
    refused = transaction.execute(
        """SELECT batch_id, source_id, line_number, byte_offset, byte_length, line_hash, raw FROM staged
        WHERE outcome = 'refused' AND NOT duplicate ORDER BY source_id, line_number"""
    )
    rows = [(*place, why_refused(raw, log_format), raw[:EXCERPT_CHARACTERS]) for *place, raw in refused]
    new, known = _told_apart(transaction, unreadable)
    rows += [_row(*line) for line in new]
    if rows:
        columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), _ROWS.types, strict=True)]
        with transaction.registered("refused", pa.Table.from_arrays(columns, schema=_ROWS)):
            transaction.execute("INSERT INTO quarantine SELECT * FROM refused")
    return known


def _told_apart(transaction: Transaction, lines: list[Unreadable]) -> tuple[list[Unreadable], list[Unreadable]]:
    new: dict[tuple[int, int], Unreadable] = {}
    known: list[Unreadable] = []
    for batch_id, source_id, line in lines:
        identity = (line.digest, line.byte_length)
        there = "SELECT count(*) FROM quarantine WHERE line_hash = $digest AND byte_length = $length"
        if identity in new or transaction.value(there, {"digest": identity[0], "length": identity[1]}):
            known.append((batch_id, source_id, line))
        else:
            new[identity] = (batch_id, source_id, line)
    return list(new.values()), known


def _row(batch_id: int, source_id: int | None, line: UnreadableLine) -> tuple[Any, ...]:
    excerpt = redact(line.sample.decode(errors="replace"))[:EXCERPT_CHARACTERS]
    place = (line.line_number, line.byte_offset, line.byte_length, line.digest)
    return (batch_id, source_id, *place, line.reason, excerpt)
