"""Load lines into the tables of requests, events and unmapped lines, each line once.

The caller registers `lines(row, batch_id, source_id, line, line_number, byte_offset, byte_length)`. Good
requests of a large chunk are inserted directly; other lines are parsed into the temporary table `staged` first.
"""

from typing import Any

from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.parsing.parse_sql import ParseSql, redact_suspects_sql, suspects_exist_sql
from pixeldesk.ingest.writing.quarantine import EXCERPT_CHARACTERS
from pixeldesk.store import Transaction

# With fewer lines, planning the direct insert costs more than it saves.
_MIN_DIRECT_LINES = 20_000
# Lines looked up to see whether a file was delivered before under another name, and the share of them that decides.
_SAMPLED_LINES = 500
_DELIVERED_SHARE = 0.1
_ORIGIN = "batch_id, source_id, line_number, line_hash, raw"
_EVENT_FIELDS = "timestamp, request_id, environment, host, release, level, message, clock_suspect"
_IN_TRANSACTION = "batch_id >= $batch"
SourceCounts = list[tuple[int, int, int]]
"""(batch_id, source_id, number of lines) each."""


def stored(transaction: Transaction, table: str, batch: int) -> SourceCounts:
    """Count the rows that this transaction, whose first batch id is `batch`, has inserted into a table."""
    return _counted(transaction, f"{table} WHERE {_IN_TRANSACTION}", {"batch": batch})


class Staging:
    """Moves registered lines into their tables. `batch` is the first batch id of the current transaction."""

    def __init__(self, transaction: Transaction, log_format: LogFormat, oldest: str, newest: str, batch: int) -> None:
        self._transaction = transaction
        self._format = log_format
        self._parse = ParseSql(log_format, oldest, newest)
        self._batch = {"batch": batch}

    def stage(self, rows: int) -> SourceCounts:
        """Insert the good requests directly if that pays, stage the other lines, and return the duplicates so far."""
        run = self._transaction.execute
        self._redact(rows)
        # Aliases, and lines that may be second lines of a request, are handled only for staged lines.
        is_plain = not self._parse.has_aliases and not self._parse.has_seats
        is_direct = is_plain and rows >= _MIN_DIRECT_LINES and not self._were_delivered_before(rows)
        if is_direct:
            run(
                f"""INSERT INTO requests ({self._columns}, clock_suspect, {_ORIGIN})
                SELECT {self._columns}, clock_suspect, {_ORIGIN} FROM ({self._parsed("lines")})
                WHERE outcome = 'request'"""
            )
        remaining = (
            f"""(SELECT lines.* FROM lines ANTI JOIN (
                SELECT source_id, line_number FROM requests WHERE {_IN_TRANSACTION}) AS stored
                ON stored.source_id = lines.source_id AND stored.line_number = lines.line_number)"""
            if is_direct
            else "lines"
        )
        run(
            f"CREATE OR REPLACE TEMP TABLE staged AS SELECT *, false AS duplicate FROM ({self._parsed(remaining)})",
            self._batch if is_direct else {},
        )
        repeated = self._delete_repeated() if is_direct else []
        self._mark_duplicates()
        return repeated + _counted(self._transaction, "staged WHERE duplicate")

    def _redact(self, rows: int) -> None:
        """Create the table `redacted` with the few lines that may hold a secret."""
        run = self._transaction.execute
        # In a small chunk there often is none, and the rules take longer to plan than the chunk takes to parse.
        if rows < _MIN_DIRECT_LINES and not self._transaction.value(suspects_exist_sql()):
            run("CREATE OR REPLACE TEMP TABLE redacted (row BIGINT, raw VARCHAR, presented_key VARCHAR)")
        else:
            run(f"CREATE OR REPLACE TEMP TABLE redacted AS {redact_suspects_sql(self._format)}")

    def insert_staged(self) -> None:
        """Insert the staged lines that are neither duplicates nor refused."""
        run = self._transaction.execute
        run(
            f"""INSERT INTO requests ({self._columns}, clock_suspect, {_ORIGIN})
            SELECT {self._columns}, clock_suspect, {_ORIGIN} FROM staged WHERE outcome = 'request' AND NOT duplicate"""
        )
        run(
            f"""INSERT INTO events ({_EVENT_FIELDS}, {_ORIGIN})
            SELECT {_EVENT_FIELDS}, {_ORIGIN} FROM staged WHERE outcome = 'event' AND NOT duplicate"""
        )
        run(
            f"""INSERT INTO unmapped
            SELECT batch_id, source_id, line_number, byte_offset, byte_length, line_hash,
                left(raw, {EXCERPT_CHARACTERS})
            FROM staged WHERE outcome = 'unmapped' AND NOT duplicate"""
        )
        if self._parse.has_aliases:
            run(
                """INSERT INTO aliases (kind, alias, request_id, batch_id)
                SELECT DISTINCT split_part(named, ':', 1) AS kind, named[strlen(kind) + 2:] AS alias,
                    request_id, batch_id
                FROM (
                    SELECT unnest(aliases) AS named, request_id, batch_id FROM staged
                    WHERE outcome IN ('request', 'event') AND NOT duplicate AND request_id IS NOT NULL)
                WHERE alias NOT IN ('', request_id)"""
            )

    @property
    def _columns(self) -> str:
        return ", ".join(self._parse.columns)

    def _parsed(self, lines: str) -> str:
        return self._parse.select(lines)

    def _were_delivered_before(self, rows: int) -> bool:
        """Return whether many of the lines are stored already, by a sample: such lines are staged at once."""
        sample = f"SELECT hash(line) FROM lines WHERE row % {max(1, rows // _SAMPLED_LINES)} = 0"
        known = self._transaction.value(f"SELECT count(DISTINCT line_hash) FROM requests WHERE line_hash IN ({sample})")
        return bool(known > _SAMPLED_LINES * _DELIVERED_SHARE)

    def _delete_repeated(self) -> SourceCounts:
        """Delete the directly inserted lines that are equal to a stored line, or to an earlier one of these lines."""
        run = self._transaction.execute
        new = f"""SELECT requests.batch_id, requests.source_id, requests.line_number, requests.line_hash,
                requests.timestamp, lines.row, {{raw}}
            FROM requests JOIN lines
                ON lines.source_id = requests.source_id AND lines.line_number = requests.line_number
            WHERE requests.{_IN_TRANSACTION}"""
        first, last = run(f"SELECT min(timestamp), max(timestamp) FROM ({new.format(raw='true')})", self._batch)[0]
        same = f"""FROM ({new}) AS new
            JOIN (SELECT requests.source_id, requests.line_number, requests.line_hash, requests.timestamp,
                    lines.row, {{raw}}
                FROM requests LEFT JOIN lines
                    ON lines.source_id = requests.source_id AND lines.line_number = requests.line_number
                    AND requests.{_IN_TRANSACTION}
                WHERE requests.timestamp BETWEEN $first AND $last) AS stored
            ON new.line_hash = stored.line_hash AND new.timestamp = stored.timestamp AND new.raw = stored.raw
            WHERE stored.row IS NULL OR stored.row < new.row"""
        span: dict[str, Any] = {**self._batch, "first": first, "last": last}
        # Texts are compared only if a hash and a time are equal, since reading them back is expensive.
        if not self._transaction.value(f"SELECT count(*) {same.format(raw='true AS raw')}", span):
            return []
        text = same.format(raw="requests.raw AS raw")
        run(
            f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT DISTINCT batch_id, new.source_id, new.line_number {text}",
            span,
        )
        run(
            """DELETE FROM requests USING repeated WHERE requests.batch_id = repeated.batch_id
            AND requests.source_id = repeated.source_id AND requests.line_number = repeated.line_number"""
        )
        return _counted(self._transaction, "repeated")

    def _mark_duplicates(self) -> None:
        """Mark the staged lines that are equal to a stored line, or to an earlier staged one.

        The hash only finds candidates. A duplicate has the same text too, so no line is lost to a hash collision.
        """
        run = self._transaction.execute
        rows, hashes, first, last, refused = run(
            """SELECT count(*), count(DISTINCT line_hash), min(timestamp), max(timestamp),
                count(*) FILTER (WHERE outcome IN ('refused', 'unmapped')) FROM staged"""
        )[0]
        mark = "UPDATE staged SET duplicate = true WHERE row IN"
        if hashes < rows:
            run(
                f"""{mark} (SELECT row FROM staged QUALIFY row_number() OVER (
                    PARTITION BY line_hash, raw ORDER BY row) > 1)"""
            )
        span = {"first": first, "last": last}
        tables = ("requests", "events", *(("second_lines",) if self._parse.has_seats else ()))
        for table in tables if first is not None else ():
            same = f"""FROM staged JOIN {table} AS stored
                ON staged.line_hash = stored.line_hash AND staged.timestamp = stored.timestamp
                WHERE stored.timestamp BETWEEN $first AND $last"""
            if self._transaction.value(f"SELECT count(*) {same}", span):
                run(f"{mark} (SELECT staged.row {same} AND staged.raw = stored.raw)", span)
        for table in ("quarantine", "unmapped") if refused else ():
            run(
                f"""{mark} (SELECT staged.row FROM staged JOIN {table} AS stored
                    ON staged.line_hash = stored.line_hash AND staged.byte_length = stored.byte_length
                    WHERE staged.outcome IN ('refused', 'unmapped'))"""
            )


def _counted(transaction: Transaction, rows: str, parameters: dict[str, int] | None = None) -> SourceCounts:
    found = transaction.execute(
        f"SELECT batch_id, source_id, count(*) FROM {rows} GROUP BY batch_id, source_id", parameters
    )
    return [(batch_id, source_id, count) for batch_id, source_id, count in found]
