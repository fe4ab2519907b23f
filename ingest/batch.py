"""One batch: chunks of lines into the store's tables, inside one transaction.

Rows, quarantine, duplicates, each source's position, the counts and the rollups commit together or not at all.
"""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from errors import StoreError
from ingest import redaction
from ingest.lines import START, Chunk, Mark, UnreadableLine
from ingest.log_format import LogFormat
from ingest.parse_sql import parse_sql, redact_suspects_sql
from ingest.refusal import why_refused
from ingest.report import LineCounts
from settings import Settings
from store import Transaction

_ROLLUPS = (Path(__file__).parent / "rollups.sql").read_text().partition("\n\n")[2].split(";\n")[:-1]
_EXCERPT_CHARACTERS = 200
# Lines of a source looked up to see whether it was delivered before under another name.
_FIRST_LINES = 100
# Below so many lines in a chunk, planning the quick way costs more than it saves.
_STRAIGHT_FROM_LINES = 20_000
_PLACE = "batch_id, source_id, line_number, line_hash, raw"
_EVENT_FIELDS = "timestamp, request_id, environment, host, release, level, message, clock_suspect"


@dataclass
class Reading:
    """A source being read: what the store knows of it and how far it has come."""

    name: str
    log_format: LogFormat
    source_id: int | None = None
    size: int | None = None
    modified_ns: int | None = None
    mark: Mark = START
    grown: bool = False
    """It was read before and is now longer: a last line taken without a line end is read again."""
    delivered_before: bool | None = None
    """Its first lines stood in the store already, under another name perhaps; None until it was looked."""
    ended: bool = False
    problem: str | None = None
    counts: dict[int, LineCounts] = field(default_factory=dict)
    """By batch, as not yet recorded."""


class Batch:
    """Takes chunks until it is finished. Use it within `store.transaction()`."""

    def __init__(self, transaction: Transaction, settings: Settings, now: datetime) -> None:
        self._transaction = transaction
        self._now = now.astimezone(UTC).replace(tzinfo=None)
        self._oldest = str(self._now.replace(microsecond=0) - timedelta(days=settings.oldest_years * 365.25))
        self._newest = str(self._now.replace(microsecond=0) + timedelta(hours=settings.newest_hours))
        self._batch_id = self._next("batch_ids")
        self._readings: dict[str, Reading] = {}
        transaction.execute("CREATE OR REPLACE TEMP TABLE touched (minute TIMESTAMP)")

    def take(self, reading: Reading, chunk: Chunk | None) -> LineCounts:
        """Store a chunk of a source, or None at its end; returns what became of the lines."""
        if reading.source_id is None:
            reading.source_id = self._next("source_ids")
        self._readings[reading.name] = reading
        if reading.grown:
            self._withdraw_unterminated(reading)
            reading.grown = False
        if chunk is None:
            reading.ended = True
            return LineCounts()
        batch_id = self._batch_id if chunk.terminated else self._next("batch_ids")
        counts = self._store(reading, chunk, batch_id)
        if not counts.balanced:
            raise StoreError(f"{reading.name}: the line counts do not add up ({counts}); nothing was stored")
        reading.counts.setdefault(batch_id, LineCounts()).add(counts)
        reading.mark = chunk.mark
        return counts

    def finish(self) -> None:
        """Count the rollups anew and record how far each source was read."""
        self._count_rollups()
        for reading in self._readings.values():
            self._record(reading)

    def _next(self, sequence: str) -> int:
        return int(self._transaction.value(f"SELECT nextval('{sequence}')"))

    def _store(self, reading: Reading, chunk: Chunk, batch_id: int) -> LineCounts:
        place = {"batch": batch_id, "source": reading.source_id}
        with self._transaction.lent("lines", chunk.table):
            self._transaction.execute(f"CREATE OR REPLACE TEMP TABLE redacted AS {redact_suspects_sql()}")
            worth_it = chunk.table.num_rows >= _STRAIGHT_FROM_LINES and not self._was_delivered_before(reading)
            straight = self._insert_straight(reading, place) if worth_it else 0
            self._stage_the_rest(reading, place)
        repeated = self._delete_repeated(place, chunk.line_numbers) if straight else 0
        self._mark_duplicates()
        refused = self._refused(reading, chunk, batch_id)
        value = self._transaction.value
        return LineCounts(
            lines=chunk.lines,
            requests=straight - repeated + self._insert_staged(reading, place),
            events=value(
                f"""INSERT INTO events ({_EVENT_FIELDS}, {_PLACE})
                SELECT {_EVENT_FIELDS}, $batch, $source, line_number, line_hash, raw
                FROM staged WHERE outcome = 'event' AND NOT duplicate""",
                place,
            ),
            quarantined=len(refused),
            duplicates=repeated
            + value("SELECT count(*) FROM staged WHERE duplicate")
            + len(chunk.unreadable)
            - sum(row["unreadable"] for row in refused),
            blank=chunk.blank,
            unmapped=value(
                f"""INSERT INTO unmapped
                SELECT $batch, $source, line_number, byte_offset, byte_length, line_hash,
                    left(raw, {_EXCERPT_CHARACTERS})
                FROM staged WHERE outcome = 'unmapped' AND NOT duplicate""",
                place,
            ),
            bytes=chunk.size,
        )

    def _was_delivered_before(self, reading: Reading) -> bool:
        """Whether the first lines of a source stand in the store: then the others are likely to as well."""
        if reading.delivered_before is None:
            reading.delivered_before = bool(
                self._transaction.value(
                    f"""SELECT count(*) FROM requests WHERE line_hash IN (
                        SELECT hash(line) FROM lines ORDER BY line_number LIMIT {_FIRST_LINES})"""
                )
            )
        return reading.delivered_before

    def _insert_straight(self, reading: Reading, place: dict[str, Any]) -> int:
        """The quick way for the usual line, a good request: parsed straight into its table."""
        columns = _columns(reading)
        return int(
            self._transaction.value(
                f"""INSERT INTO requests ({columns}, clock_suspect, {_PLACE})
                SELECT {columns}, clock_suspect, $batch, $source, line_number, line_hash, raw
                FROM ({self._parse(reading)}) WHERE outcome = 'request'""",
                place,
            )
        )

    def _stage_the_rest(self, reading: Reading, place: dict[str, Any]) -> None:
        """Every line that is in no table yet, parsed, to be looked at more closely."""
        numbers = "SELECT line_number FROM requests WHERE batch_id = $batch AND source_id = $source"
        lines = f"(SELECT * FROM lines WHERE line_number NOT IN ({numbers}))"
        self._transaction.execute(
            f"CREATE OR REPLACE TEMP TABLE staged AS SELECT *, false AS duplicate FROM ({self._parse(reading, lines)})",
            place,
        )

    def _insert_staged(self, reading: Reading, place: dict[str, Any]) -> int:
        columns = _columns(reading)
        return int(
            self._transaction.value(
                f"""INSERT INTO requests ({columns}, clock_suspect, {_PLACE})
                SELECT {columns}, clock_suspect, $batch, $source, line_number, line_hash, raw
                FROM staged WHERE outcome = 'request' AND NOT duplicate""",
                place,
            )
        )

    def _parse(self, reading: Reading, lines: str = "lines") -> str:
        return parse_sql(reading.log_format, self._oldest, self._newest, lines)

    def _delete_repeated(self, place: dict[str, Any], chunk_lines: tuple[int, int]) -> int:
        """Of the lines that went in straight, take out those that stood in the store, or earlier in the chunk."""
        new = "batch_id = $batch AND source_id = $source AND line_number BETWEEN $first_line AND $last_line"
        chunk = {**place, "first_line": chunk_lines[0], "last_line": chunk_lines[1]}
        first, last = self._transaction.execute(
            f"""SELECT min(timestamp), max(timestamp)
            FROM requests WHERE {new}""",
            chunk,
        )[0]
        same = f"""FROM (SELECT line_number, line_hash, timestamp, {{raw}} FROM requests WHERE {new}) AS new
            JOIN (SELECT batch_id, source_id, line_number, line_hash, timestamp, {{raw}} FROM requests
                WHERE timestamp BETWEEN $first AND $last) AS kept
            ON new.line_hash = kept.line_hash AND new.timestamp = kept.timestamp AND new.raw = kept.raw
            WHERE kept.line_number < new.line_number OR kept.batch_id <> $batch OR kept.source_id <> $source"""
        chunk |= {"first": first, "last": last}
        # The text is compared only where a hash and a time are the same: reading it back is what costs.
        if not self._transaction.value(f"SELECT count(*) {same.format(raw='true AS raw')}", chunk):
            return 0
        return int(
            self._transaction.value(
                f"""DELETE FROM requests WHERE {new}
                AND line_number IN (SELECT new.line_number {same.format(raw="raw")})""",
                chunk,
            )
        )

    def _mark_duplicates(self) -> None:
        """Mark the staged lines that stand in the store, or earlier in the chunk.

        The hash only finds candidates: a duplicate has the same text too, so no line is lost to a collision.
        """
        rows, hashes, first, last, refused = self._transaction.execute(
            """SELECT count(*), count(DISTINCT line_hash), min(timestamp), max(timestamp),
                count(*) FILTER (WHERE outcome IN ('refused', 'unmapped')) FROM staged"""
        )[0]
        mark = "UPDATE staged SET duplicate = true WHERE line_number IN"
        if hashes < rows:
            self._transaction.execute(
                f"""{mark} (SELECT line_number FROM staged QUALIFY row_number() OVER (
                    PARTITION BY line_hash, raw ORDER BY line_number) > 1)"""
            )
        span = {"first": first, "last": last}
        for table in ("requests", "events") if first is not None else ():
            same = f"""FROM staged JOIN {table} AS kept
                ON staged.line_hash = kept.line_hash AND staged.timestamp = kept.timestamp
                WHERE kept.timestamp BETWEEN $first AND $last"""
            if self._transaction.value(f"SELECT count(*) {same}", span):
                # Only now is the text compared: reading it back is what costs.
                self._transaction.execute(
                    f"{mark} (SELECT staged.line_number {same} AND staged.raw = kept.raw)", span
                )
        for table in ("quarantine", "unmapped") if refused else ():
            self._transaction.execute(
                f"""{mark} (SELECT staged.line_number FROM staged JOIN {table} AS kept
                    ON staged.line_hash = kept.line_hash AND staged.byte_length = kept.byte_length
                    WHERE staged.outcome IN ('refused', 'unmapped'))"""
            )

    def _refused(self, reading: Reading, chunk: Chunk, batch_id: int) -> list[dict[str, Any]]:
        """Quarantine what was refused; returns the rows, `unreadable` true for lines that are no text."""
        rows = [
            {
                "line_number": number,
                "byte_offset": offset,
                "byte_length": length,
                "line_hash": line_hash,
                "reason": why_refused(raw, reading.log_format),
                "excerpt": raw[:_EXCERPT_CHARACTERS],
                "unreadable": False,
            }
            for number, offset, length, line_hash, raw in self._transaction.execute(
                """SELECT line_number, byte_offset, byte_length, line_hash, raw FROM staged
                WHERE outcome = 'refused' AND NOT duplicate ORDER BY line_number"""
            )
        ]
        rows += [_quarantined(line) for line in self._new_unreadable(chunk.unreadable)]
        if rows:
            with self._transaction.lent("refused", pa.Table.from_pylist(rows, schema=_REFUSED)):
                self._transaction.execute(
                    """INSERT INTO quarantine
                    SELECT $batch, $source, line_number, byte_offset, byte_length, line_hash, reason, excerpt
                    FROM refused""",
                    {"batch": batch_id, "source": reading.source_id},
                )
        return rows

    def _new_unreadable(self, lines: list[UnreadableLine]) -> list[UnreadableLine]:
        new: dict[tuple[int, int], UnreadableLine] = {}
        for line in lines:
            new.setdefault((line.digest, line.byte_length), line)
        for digest, length in list(new):
            known = "SELECT count(*) FROM quarantine WHERE line_hash = $digest AND byte_length = $length"
            if self._transaction.value(known, {"digest": digest, "length": length}):
                del new[digest, length]
        return list(new.values())

    def _withdraw_unterminated(self, reading: Reading) -> None:
        """Take back a last line that had no line end when the source was read before: it may have grown."""
        source = {"source": reading.source_id}
        unterminated = "SELECT batch_id FROM batches WHERE source_id = $source AND provisional"
        self._transaction.execute(
            f"""INSERT INTO touched SELECT DISTINCT date_trunc('minute', timestamp) FROM requests
            WHERE batch_id IN ({unterminated}) AND NOT clock_suspect""",
            source,
        )
        for table in ("requests", "events", "quarantine", "unmapped"):
            self._transaction.execute(f"DELETE FROM {table} WHERE batch_id IN ({unterminated})", source)
        self._transaction.execute("DELETE FROM batches WHERE source_id = $source AND provisional", source)

    def _count_rollups(self) -> None:
        self._transaction.execute(
            """INSERT INTO touched SELECT DISTINCT date_trunc('minute', timestamp) FROM requests
            WHERE batch_id >= $batch AND NOT clock_suspect""",
            {"batch": self._batch_id},
        )
        first, past = self._transaction.execute(
            "SELECT min(minute), max(minute) + INTERVAL 1 MINUTE FROM touched"
        )[0]
        if first is not None:
            for statement in _ROLLUPS:
                self._transaction.execute(statement, {"first": first, "past": past} if "$" in statement else {})

    def _record(self, reading: Reading) -> None:
        run = self._transaction.execute
        for batch_id, counts in reading.counts.items():
            run(
                """INSERT INTO batches VALUES ($batch_id, $source_id, $now, $provisional, $lines, $requests,
                $events, $quarantined, $duplicates, $blank, $unmapped, $bytes)""",
                {
                    "batch_id": batch_id,
                    "source_id": reading.source_id,
                    "now": self._now,
                    "provisional": batch_id != self._batch_id,
                    **asdict(counts),
                },
            )
        reading.counts = {}
        head, tail = reading.mark.head, reading.mark.tail
        first_read_at = run(
            "SELECT first_read_at FROM sources WHERE source_id = $source", {"source": reading.source_id}
        )
        run("DELETE FROM sources WHERE source_id = $source", {"source": reading.source_id})
        self._transaction.append(
            "sources",
            [
                (
                    reading.source_id,
                    reading.name,
                    reading.log_format.name,
                    # Size and time are noted only once all is read: they say that nothing is left to read.
                    reading.size if reading.ended else None,
                    reading.modified_ns if reading.ended else None,
                    reading.mark.position,
                    reading.mark.lines,
                    len(head),
                    hashlib.sha256(head).hexdigest(),
                    len(tail),
                    hashlib.sha256(tail).hexdigest(),
                    reading.problem,
                    first_read_at[0][0] if first_read_at else self._now,
                    self._now,
                )
            ],
        )


def _columns(reading: Reading) -> str:
    return ", ".join(field.column for field in reading.log_format.fields)


_REFUSED = pa.schema(
    [
        ("line_number", pa.int64()),
        ("byte_offset", pa.int64()),
        ("byte_length", pa.int64()),
        ("line_hash", pa.uint64()),
        ("reason", pa.string()),
        ("excerpt", pa.string()),
    ]
)


def _quarantined(line: UnreadableLine) -> dict[str, Any]:
    return {
        "line_number": line.line_number,
        "byte_offset": line.byte_offset,
        "byte_length": line.byte_length,
        "line_hash": line.digest,
        "reason": line.reason,
        "excerpt": redaction.redact(line.sample.decode(errors="replace"))[:_EXCERPT_CHARACTERS],
        "unreadable": True,
    }
