"""Load lines into the tables of requests, events and unmapped lines, each line once.

The caller registers `lines(row, batch_id, source_id, line, line_number, byte_offset, byte_length)`. Good
requests of a large chunk are inserted directly; other lines are parsed into the temporary table `staged` first.
"""

from pathlib import Path

import pyarrow as pa

from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.parsing.parse_sql import NOTHING_KNOWN, Known, ParseSql
from pixeldesk.ingest.parsing.time_notation import Times
from pixeldesk.ingest.redaction.personal_data import PersonalData
from pixeldesk.ingest.writing.equal_lines import EqualLines
from pixeldesk.ingest.writing.joining import wait
from pixeldesk.ingest.writing.quarantine import EXCERPT_CHARACTERS
from pixeldesk.ingest.writing.redacting import redact_lines
from pixeldesk.sql_files import statements
from pixeldesk.store import Transaction

_REPEATED = statements(Path(__file__).with_name("repeated.sql"))
# With fewer lines, planning the direct insert costs more than it saves.
_MIN_DIRECT_LINES = 20_000
# With fewer paths to look for, it costs more to ask which of them occur.
_MANY_PATHS = 40
# Lines looked up to see whether a file was delivered before under another name, and the share of them that decides.
_SAMPLED_LINES = 500
_DELIVERED_SHARE = 0.1
_ORIGIN = "batch_id, source_id, line_number, line_hash, raw"
# Whether its text identifies a line is known of good lines only.
_OCCURRENCE = "CASE WHEN outcome NOT IN ('request', 'event') OR NOT has_identity THEN known_occurrence END"
_EVENT_FIELDS = "timestamp, request_id, environment, host, release, level, message, clock_suspect"
_IN_TRANSACTION = "batch_id >= $batch"
SourceCounts = list[tuple[int, int, int]]
"""(batch_id, source_id, number of lines) each."""


def stored(transaction: Transaction, table: str, batch: int) -> SourceCounts:
    """Count the rows that this transaction, whose first batch id is `batch`, has inserted into a table."""
    return _counted(transaction, f"{table} WHERE {_IN_TRANSACTION}", {"batch": batch})


class Staging:
    """Moves registered lines into their tables. `batch` is the first batch id of the current transaction.

    `personal_data` is the setting of that name.
    """

    def __init__(
        self,
        transaction: Transaction,
        log_format: LogFormat,
        times: Times,
        batch: int,
        personal_data: PersonalData,
        known: Known = NOTHING_KNOWN,
    ) -> None:
        self._transaction = transaction
        self._known = known
        self._personal_data = personal_data
        self._format = log_format
        self._times = times
        self._parse = ParseSql(log_format, times)
        self._batch = {"batch": batch}
        self._is_direct = False
        self._equal_lines = EqualLines(transaction, are_counted=known.occurrence is None)
        self._has_repeated = False

    def stage(self, lines: pa.Table) -> None:
        """Insert the good requests directly if that pays, and stage the other lines. `lines` are those registered."""
        run = self._transaction.execute
        rows = lines.num_rows
        redact_lines(self._transaction, self._format, lines, self._personal_data)
        self._narrow()
        # Aliases, and lines that may be second lines of a request, are handled only for staged lines.
        is_plain = not self._parse.has_aliases and not self._parse.has_seats and not self._parse.joins_lines
        is_direct = is_plain and rows >= _MIN_DIRECT_LINES and not self._were_delivered_before(rows)
        if is_direct:
            run(
                f"""INSERT INTO requests ({self._columns}, clock_suspect, {_ORIGIN})
                SELECT {self._columns}, clock_suspect, {_ORIGIN} FROM ({self._parsed("lines")})
                WHERE outcome = 'request' AND {"true" if self._format.strict else "has_identity"}"""
            )
        remaining = (
            f"""(SELECT lines.* FROM lines ANTI JOIN (
                SELECT source_id, line_number FROM requests WHERE {_IN_TRANSACTION}) AS stored
                ON stored.source_id = lines.source_id AND stored.line_number = lines.line_number)"""
            if is_direct
            else "lines"
        )
        run(
            f"""CREATE OR REPLACE TEMP TABLE staged AS
            SELECT *, false AS duplicate, CAST({_OCCURRENCE} AS INTEGER) AS occurrence
            FROM ({self._parsed(remaining)})""",
            self._batch if is_direct else {},
        )
        self._is_direct = is_direct

    def _narrow(self) -> None:
        """Leave out of the statement what no line has: formats know many more names than a program writes."""
        layers = list(self._format.layers)
        for number, layer in enumerate(layers):
            if len(layer.paths) >= _MANY_PATHS and not layer.is_text and not (layer.strict and len(layers) == 1):
                names = {name for (name,) in self._transaction.execute(self._parse.names_sql(number))}
                layers[number] = layer.narrowed(names)
                self._parse = ParseSql(self._format.with_layers(layers), self._times)

    def duplicates(self) -> SourceCounts:
        """Delete or mark the lines that are stored already, and count them."""
        repeated = self._delete_repeated() if self._is_direct else []
        self._has_repeated = bool(repeated)
        self._equal_lines.mark_duplicates()
        return repeated + _counted(self._transaction, "staged WHERE duplicate")

    def batches_with_occurrences(self) -> list[int]:
        """Return the batches of staged lines that their text does not identify."""
        return self._equal_lines.batches

    def batches_with_known_duplicates(self) -> list[int]:
        """Return the batches with duplicates of lines that were understood."""
        known = "SELECT batch_id FROM staged WHERE duplicate AND outcome IN ('request', 'event')"
        repeated = " UNION SELECT batch_id FROM repeated" if self._has_repeated else ""
        found = self._transaction.execute(f"SELECT DISTINCT batch_id FROM ({known}{repeated})")
        return [batch_id for (batch_id,) in found]

    def unknown_lines(self, most: int) -> list[str]:
        """Return the first of the staged lines that the format does not know."""
        first = f"SELECT row FROM staged WHERE NOT is_known ORDER BY row LIMIT {most}"
        sql = f"SELECT line FROM lines WHERE row IN ({first}) ORDER BY row"
        if not self._transaction.value("SELECT EXISTS (SELECT 1 FROM staged WHERE NOT is_known)"):
            return []
        return [line for (line,) in self._transaction.execute(sql)]

    def take_unknown(self, *, but_words: bool = False) -> pa.Table:
        """Remove the staged lines that the format does not know, and return them as `lines`.

        With `but_words`, what it can take as an event all the same stays.
        """
        unknown = "staged WHERE NOT is_known" + (" AND outcome <> 'event'" if but_words else "")
        sql = f"SELECT lines.* FROM lines SEMI JOIN (FROM {unknown}) AS unknown ON unknown.row = lines.row"
        found = self._transaction.arrow(sql)
        self._transaction.execute(f"DELETE FROM {unknown}")
        return found

    def insert_staged(self) -> None:
        """Insert the staged lines that are neither duplicates nor refused."""
        run = self._transaction.execute
        self._equal_lines.keep_counts()
        wait(self._transaction, self._parse)
        run(
            f"""INSERT INTO requests ({self._columns}, clock_suspect, {_ORIGIN}, occurrence)
            SELECT {self._columns}, clock_suspect, {_ORIGIN}, occurrence FROM staged
            WHERE outcome = 'request' AND NOT duplicate"""
        )
        run(
            f"""INSERT INTO events ({_EVENT_FIELDS}, {_ORIGIN}, occurrence)
            SELECT {_EVENT_FIELDS}, {_ORIGIN}, occurrence FROM staged WHERE outcome = 'event' AND NOT duplicate"""
        )
        run(
            f"""INSERT INTO unmapped BY NAME
            SELECT batch_id, source_id, line_number, byte_offset, byte_length, line_hash,
                left(raw, {EXCERPT_CHARACTERS}) AS excerpt, raw, occurrence
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
        return self._parse.select(lines, self._known)

    def _were_delivered_before(self, rows: int) -> bool:
        """Return whether many of the lines are stored already, by a sample: such lines are staged at once."""
        sample = f"SELECT {self._known.line_hash} FROM lines WHERE row % {max(1, rows // _SAMPLED_LINES)} = 0"
        known = self._transaction.value(f"SELECT count(DISTINCT line_hash) FROM requests WHERE line_hash IN ({sample})")
        return bool(known > _SAMPLED_LINES * _DELIVERED_SHARE)

    def _delete_repeated(self) -> SourceCounts:
        """Delete the directly inserted lines that are equal to a stored line, or to an earlier one of these lines."""
        run = self._transaction.run
        first, last = run(_REPEATED["inserted"], **self._batch)[0]
        span = {"first": first, "last": last}
        run(_REPEATED["candidates"], **self._batch, **span)
        if not self._transaction.value("SELECT count(*) FROM candidates"):
            return []
        run(_REPEATED["repeated"], **span)
        run(_REPEATED["delete"])
        return _counted(self._transaction, "repeated")


def _counted(transaction: Transaction, rows: str, parameters: dict[str, int] | None = None) -> SourceCounts:
    found = transaction.execute(
        f"SELECT batch_id, source_id, count(*) FROM {rows} GROUP BY batch_id, source_id", parameters
    )
    return [(batch_id, source_id, count) for batch_id, source_id, count in found]
