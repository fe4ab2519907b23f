"""Quarantine refused lines, each with its position and the reason."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.parsing.refusal import why_refused
from pixeldesk.ingest.redaction.in_sql import redact_sql, suspect_sql
from pixeldesk.ingest.sources.byte_escapes import escaped, readable
from pixeldesk.ingest.sources.lines import UnreadableLine
from pixeldesk.ingest.sources.reason import Reason
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
        ("reason_kind", pa.string()),
        ("reason", pa.string()),
        ("excerpt", pa.string()),
        ("raw", pa.string()),
        ("raw_is_escaped", pa.bool_()),
    ]
)
_ORIGIN = ("batch_id", "source_id", "line_number", "byte_offset", "byte_length", "line_hash")
Unreadable = tuple[int, int | None, UnreadableLine]
"""The batch and the source of an unreadable line, and the line."""


def quarantine(transaction: Transaction, log_format: LogFormat, unreadable: list[Unreadable]) -> list[Unreadable]:
    """Quarantine the refused lines of `staged`, and the unreadable lines.

    Returns the unreadable lines that are duplicates of quarantined ones.
    """
    refused = transaction.execute(
        f"""SELECT {", ".join(_ORIGIN)}, raw FROM staged
        WHERE outcome = 'refused' AND NOT duplicate ORDER BY source_id, line_number"""
    )
    rows = [_row(origin, why_refused(raw, log_format), raw) for *origin, raw in refused]
    new, duplicates = _new_and_duplicates(transaction, unreadable)
    texts = _redacted(transaction, [escaped(line.content) for _, _, line in new])
    rows += [_unreadable_row(*line, text) for line, text in zip(new, texts, strict=True)]
    if rows:
        with transaction.registered("refused", pa.Table.from_pylist(rows, schema=_ROWS)):
            transaction.execute("INSERT INTO quarantine BY NAME SELECT * FROM refused")
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


def _redacted(transaction: Transaction, texts: list[str]) -> list[str]:
    """Return texts without their secrets. The engine's regular expressions take linear time, however hostile a text."""
    if not texts:
        return []
    with transaction.registered("texts", pa.table({"row": range(len(texts)), "text": pa.array(texts, pa.string())})):
        # The rules take long to plan, and most texts hold no secret.
        if not transaction.value(f"SELECT EXISTS (SELECT 1 FROM texts WHERE {suspect_sql('text')})"):
            return texts
        text = f"CASE WHEN {suspect_sql('text')} THEN {redact_sql('text')} ELSE text END"
        return [redacted for (redacted,) in transaction.execute(f"SELECT {text} FROM texts ORDER BY row")]


def _row(origin: Sequence[int | None], reason: Reason, raw: str) -> dict[str, Any]:
    return {
        **dict(zip(_ORIGIN, origin, strict=True)),
        "reason_kind": reason.kind,
        "reason": reason.text,
        "excerpt": raw[:EXCERPT_CHARACTERS],
        "raw": raw,
        "raw_is_escaped": False,
    }


def _unreadable_row(batch_id: int, source_id: int | None, line: UnreadableLine, text: str) -> dict[str, Any]:
    origin = (batch_id, source_id, line.line_number, line.byte_offset, line.byte_length, line.digest)
    return {
        **_row(origin, line.reason, readable(text[:EXCERPT_CHARACTERS])),
        "raw": text if line.is_whole else None,
        "raw_is_escaped": line.is_whole,
    }
