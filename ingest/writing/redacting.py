"""Redact the lines of a chunk that may hold a secret, each by as few rules as it needs.

To plan the rules takes a tenth of a second, whatever the number of lines. Python redacts a line in three milliseconds,
to the same bytes, so it has the suspects of a chunk that has few; and the rules for what is escaped are planned only
if a suspect has an escape.
"""

import pyarrow as pa

from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.parsing.parse_sql import suspects_sql
from pixeldesk.ingest.redaction.in_sql import needs_sql, redact_fully_sql, redact_simple_sql, suspect_sql
from pixeldesk.ingest.redaction.personal_data import PersonalData, personal_data_sql
from pixeldesk.store import Transaction

# Python's regular expressions are no match for a long hostile line.
_FEW_LINES = 24
_SHORT_CHARACTERS = 8192
_ROWS = pa.schema([("row", pa.int64()), ("raw", pa.string()), ("presented_key", pa.string())])


def redact_lines(transaction: Transaction, log_format: LogFormat, lines: pa.Table, personal_data: PersonalData) -> None:
    """Create the table `redacted` of the registered `lines` that are stored otherwise than they came.

    It has row, raw and presented_key. `lines` are those registered.
    """
    run, value = transaction.execute, transaction.value
    run("CREATE OR REPLACE TEMP TABLE redacted (row BIGINT, raw VARCHAR, presented_key VARCHAR)")
    are_scanned = not lines["is_suspect"].null_count
    run(f"CREATE OR REPLACE TEMP TABLE suspects AS {suspects_sql(log_format, are_scanned=are_scanned)}")
    count, mended, longest = run("SELECT count(*), count(*) FILTER (is_mended), max(strlen(line)) FROM suspects")[0]
    if mended:
        # What is a secret is asked again of the mended line: the name of one may be in colours.
        _move(transaction, f"is_mended AND NOT {suspect_sql('line')}", "line")
        count = value("SELECT count(*) FROM suspects")
    if 0 < count <= _FEW_LINES and longest <= _SHORT_CHARACTERS:
        _redact_in_python(transaction)
    elif count:
        _move(transaction, f"NOT ({needs_sql('line')})", redact_simple_sql("line"))
        if value("SELECT EXISTS (SELECT 1 FROM suspects)"):
            _move(transaction, "true", redact_fully_sql("line"))
    if personal_data != "keep":
        raw = personal_data_sql("coalesce(redacted.raw, lines.line)", personal_data)
        run(
            f"""CREATE OR REPLACE TEMP TABLE redacted AS
            SELECT lines.row, {raw} AS raw, redacted.presented_key
            FROM lines LEFT JOIN redacted ON redacted.row = lines.row"""
        )


def _move(transaction: Transaction, which: str, made: str) -> None:
    transaction.execute(f"INSERT INTO redacted SELECT row, {made}, presented_key FROM suspects WHERE {which}")
    transaction.execute("DELETE FROM suspects WHERE row IN (SELECT row FROM redacted)")


def _redact_in_python(transaction: Transaction) -> None:
    from pixeldesk.ingest.redaction.in_python import (
        redact,  # Compiles the rules, which a process without suspects spares.
    )

    found = transaction.execute("SELECT row, line, presented_key FROM suspects")
    made = [{"row": row, "raw": redact(line), "presented_key": key} for row, line, key in found]
    with transaction.registered("made", pa.Table.from_pylist(made, schema=_ROWS)):
        transaction.execute("INSERT INTO redacted SELECT * FROM made")
