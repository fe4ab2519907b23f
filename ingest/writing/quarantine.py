"""Quarantine refused lines, each with its position and the reason."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.parsing.refusal import why_refused
from pixeldesk.ingest.redaction.in_sql import redact_sql, suspect_sql
from pixeldesk.ingest.redaction.personal_data import PersonalData, personal_data_sql
from pixeldesk.ingest.sources.byte_escapes import escaped, is_mostly_text, readable
from pixeldesk.ingest.sources.lines import UnreadableLine
from pixeldesk.ingest.sources.reason import Reason
from pixeldesk.store import Transaction

EXCERPT_CHARACTERS = 200
# How much of a line is redacted for its excerpt, bytes.
_SAMPLE_BYTES = 400
# A chunk of a binary file can be hundreds of thousands of lines.
_INSERTED_AT_ONCE = 20_000
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
        ("occurrence", pa.int32()),
    ]
)
_ORIGIN = ("batch_id", "source_id", "line_number", "byte_offset", "byte_length", "line_hash", "occurrence")
Unreadable = tuple[int, int | None, UnreadableLine]
"""The batch and the source of an unreadable line, and the line."""


def quarantine_refused(transaction: Transaction, log_format: LogFormat, timezone: str | None) -> None:
    """Quarantine the refused lines of `staged`, which were read in this format. `timezone`: see `why_refused`."""
    refused = transaction.execute(
        f"""SELECT {", ".join(_ORIGIN)}, raw FROM staged
        WHERE outcome = 'refused' AND NOT duplicate ORDER BY source_id, line_number"""
    )
    # Equal lines have one reason, and there may be many of them.
    reasons = {raw: why_refused(raw, log_format, timezone) for raw in {raw for *_, raw in refused}}
    _insert(transaction, [_row(origin, reasons[raw], raw) for *origin, raw in refused])


def quarantine_unreadable(
    transaction: Transaction, unreadable: list[Unreadable], personal_data: PersonalData
) -> list[Unreadable]:
    """Quarantine the unreadable lines, and return those that are duplicates of quarantined ones."""
    duplicates: list[Unreadable] = []
    for first in range(0, len(unreadable), _INSERTED_AT_ONCE):
        new, repeated = _new_and_duplicates(transaction, unreadable[first : first + _INSERTED_AT_ONCE])
        duplicates += repeated
        texts = _redacted(transaction, [_stored_text(line) for _, _, line in new], personal_data)
        _insert(transaction, [_unreadable_row(*line, text) for line, text in zip(new, texts, strict=True)])
    return duplicates


def _insert(transaction: Transaction, rows: list[dict[str, Any]]) -> None:
    if rows:
        with transaction.registered("refused", pa.Table.from_pylist(rows, schema=_ROWS)):
            transaction.execute("INSERT INTO quarantine BY NAME SELECT * FROM refused")


def _new_and_duplicates(transaction: Transaction, lines: list[Unreadable]) -> tuple[list[Unreadable], list[Unreadable]]:
    if not lines:
        return [], []
    identities = [(line.digest, line.byte_length) for _, _, line in lines]
    digests, lengths = zip(*identities, strict=True)
    table = pa.table({"line_hash": pa.array(digests, pa.uint64()), "byte_length": pa.array(lengths, pa.int64())})
    with transaction.registered("read", table):
        equal = "SELECT line_hash, byte_length FROM read SEMI JOIN quarantine USING (line_hash, byte_length)"
        known = set(transaction.execute(equal))
    new: list[Unreadable] = []
    duplicates: list[Unreadable] = []
    for line, identity in zip(lines, identities, strict=True):
        (duplicates if identity in known else new).append(line)
        known.add(identity)
    return new, duplicates


def _redacted(transaction: Transaction, texts: list[str], personal_data: PersonalData) -> list[str]:
    """Return texts without their secrets, and their personal data as the setting has it.

    The engine's regular expressions take linear time, however hostile a text is.
    """
    if not texts:
        return []
    with transaction.registered("texts", pa.table({"row": range(len(texts)), "text": pa.array(texts, pa.string())})):
        # The rules take long to plan, and most texts hold no secret.
        if personal_data == "keep" and not transaction.value(
            f"SELECT EXISTS (SELECT 1 FROM texts WHERE {suspect_sql('text')})"
        ):
            return texts
        text = f"CASE WHEN {suspect_sql('text')} THEN {redact_sql('text')} ELSE text END"
        text = personal_data_sql(text, personal_data)
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
    origin = (batch_id, source_id, line.line_number, line.byte_offset, line.byte_length, line.digest, None)
    is_whole = _is_stored_whole(line)
    return {
        **_row(origin, line.reason, readable(text[:EXCERPT_CHARACTERS])),
        "raw": text if is_whole else None,
        "raw_is_escaped": is_whole,
    }


def _stored_text(line: UnreadableLine) -> str:
    return escaped(line.content if _is_stored_whole(line) else line.content[:_SAMPLE_BYTES])


def _is_stored_whole(line: UnreadableLine) -> bool:
    # Of a binary file in a folder of logs, an excerpt is enough: it would make the store larger than the file.
    return line.is_whole and is_mostly_text(line.content)
