r"""The SQL that turns a column of lines into typed columns, written from a log format.

It reads `lines(line, line_number, byte_offset, byte_length)` and yields one row a line:
outcome ('request', 'event', 'unmapped' or 'refused'), where the line is, its hash, the redacted line `raw`,
and one column a field. Good lines are parsed, checked and redacted here and never pass through Python.

Two things about DuckDB 2.0 that shaped it. Casting text to TIMESTAMP drops the zone without a word, so only a
time that ends in Z goes that way and the others go through TIMESTAMPTZ. And `from_json` makes NULL of what it
cannot convert, so every field is taken as text first and a text that does not convert refuses the line.
"""

import json
from typing import Any

from ingest import redaction
from ingest.log_format import Field, LogFormat

_UTC = r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(\.\d+)?Z"
_RFC3339 = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
# What lies outside is no time that Python could show.
_FIRST = "TIMESTAMP '0001-01-01'"
_LAST = "TIMESTAMP '9999-12-31 23:59:59.999999'"
_NUMBER = r"-?\d{1,19}(\.\d+)?([eE][+-]?\d{1,2})?"
_WHOLE = r"-?\d+(\.0+)?"


def redact_suspects_sql() -> str:
    """One SELECT over `lines`: row, raw and presented_key of the few lines that may hold a secret.

    A statement of its own, for its rules take longer to plan than a small chunk takes to parse.
    """
    return f"""SELECT row, {redaction.redact_sql("line")} AS raw,
            {redaction.presented_key_sql("line")} AS presented_key
        FROM lines WHERE {redaction.suspect_sql("line")}"""


def parse_sql(log_format: LogFormat, oldest: str, newest: str, lines: str = "lines") -> str:
    """One SELECT over `lines`, a table or a subquery, and `redacted`, the result of redact_suspects_sql.

    Lines dated before `oldest` or after `newest` (UTC) get clock_suspect.
    """
    return f"""
        WITH received AS (
            SELECT given.row, batch_id, source_id, line_number, byte_offset, byte_length, hash(line) AS line_hash,
                coalesce(redacted.raw, line) AS raw, presented_key
            FROM {lines} AS given LEFT JOIN redacted ON redacted.row = given.row
        ), parsed AS (
            SELECT *, TRY(from_json(raw, '{json.dumps(_structure(log_format))}')) AS r FROM received
        ), typed AS (
            SELECT *, {", ".join(f"{_typed(field)} AS {field.column}" for field in log_format.fields)}
            FROM parsed
        )
        SELECT {_outcome(log_format)} AS outcome,
            row, batch_id, source_id, line_number, byte_offset, byte_length, line_hash, raw,
            {", ".join(_kept(field) for field in log_format.fields)},
            coalesce(timestamp < TIMESTAMP '{oldest}' OR timestamp > TIMESTAMP '{newest}', false)
                AS clock_suspect
        FROM typed"""


def timestamp_sql(text: str) -> str:
    """RFC 3339 with offset, or Unix epoch by magnitude, as a UTC timestamp; NULL for anything else.

    A leap second counts as the first moment of the next minute, as in POSIX time. The epoch's unit follows from
    its size: under 1e11 seconds, 1e14 milliseconds, 1e17 microseconds, above that nanoseconds; so each unit is
    read right from 1973 on, and seconds to the year 5138.
    """
    zoned = f"TRY_CAST(replace(upper({text}), ':59:60', ':59:59') AS TIMESTAMPTZ)::TIMESTAMP"
    number = f"TRY_CAST({text} AS DECIMAL(28, 9))"
    return f"""CASE
        WHEN regexp_full_match({text}, '{_UTC}') THEN TRY_CAST({text} AS TIMESTAMP)
        WHEN regexp_full_match({text}, '{_RFC3339}')
            THEN {zoned} + to_seconds(CASE WHEN contains({text}, ':59:60') THEN 1 ELSE 0 END)
        WHEN regexp_full_match({text}, '{_NUMBER}') THEN make_timestamp(TRY_CAST(floor({number} *
            CASE WHEN abs({number}) < 1e11 THEN 1000000 WHEN abs({number}) < 1e14 THEN 1000
                WHEN abs({number}) < 1e17 THEN 1 ELSE 0.001 END) AS BIGINT))
        END"""


def _structure(log_format: LogFormat) -> dict[str, Any]:
    """What `from_json` is to take out of a line, every leaf as text."""
    structure: dict[str, Any] = {}
    for field in log_format.fields:
        for path in field.paths:
            *parents, leaf = path.split(".")
            level = structure
            for parent in parents:
                level = level.setdefault(parent, {})
            level[leaf] = ["VARCHAR"] if field.type == "texts" else "VARCHAR"
    return structure


def _taken(path: str) -> str:
    return "r." + ".".join(f'"{name}"' for name in path.split("."))


def _text(field: Field) -> str:
    taken = [_taken(path) for path in field.paths]
    if field.type == "text" and field.min:
        taken = [f"nullif({one}, '')" for one in taken]
    return taken[0] if len(taken) == 1 else f"coalesce({', '.join(taken)})"


def _typed(field: Field) -> str:
    text = _text(field)
    match field.type:
        case "timestamp":
            moment = timestamp_sql(text)
            return f"CASE WHEN {moment} BETWEEN {_FIRST} AND {_LAST} THEN {moment} END"
        case "integer":
            number = f"CASE WHEN regexp_full_match({text}, '{_WHOLE}') THEN TRY_CAST({text} AS BIGINT) END"
            return f"CASE WHEN ({number}) BETWEEN {field.min} AND {field.max} THEN {number} END"
        case "number":
            return f"CASE WHEN isfinite(TRY_CAST({text} AS DOUBLE)) THEN TRY_CAST({text} AS DOUBLE) END"
        case "text" if field.max:
            return f"CASE WHEN length({text}) <= {field.max} THEN {text} END"
        case _:
            return text


def _kept(field: Field) -> str:
    # Where a server logged the key itself, what may be known of it is derived and the key is gone.
    derived = {
        "key_fingerprint": "coalesce(key_fingerprint, left(sha256(presented_key), 16)) AS key_fingerprint",
        "key_prefix": "left(coalesce(key_prefix, presented_key), 12) AS key_prefix",
        "key_length": "coalesce(key_length, length(presented_key)) AS key_length",
    }
    return derived.get(field.column, field.column)


def _outcome(log_format: LogFormat) -> str:
    unfit = [
        f"({_text(field)} IS NOT NULL AND {field.column} IS NULL)"
        for field in log_format.fields
        if field.type in ("timestamp", "integer", "number") or field.max
    ]
    groups = [" AND ".join(f"{_taken(path)} IS NOT NULL" for path in group) for group in log_format.recognised_by]
    status, request_id = (
        _text(next(field for field in log_format.fields if field.column == name)) for name in ("status", "request_id")
    )
    return f"""CASE
        WHEN r IS NULL THEN 'refused'
        WHEN NOT ({" OR ".join(f"({group})" for group in groups)}) THEN
            CASE WHEN json_type(raw) = 'OBJECT' THEN 'unmapped' ELSE 'refused' END
        WHEN timestamp IS NULL THEN 'refused'
        WHEN {status} IS NULL THEN
            CASE WHEN {request_id} IS NOT NULL AND request_id IS NULL THEN 'refused' ELSE 'event' END
        WHEN request_id IS NULL OR {" OR ".join(unfit)} THEN 'refused'
        WHEN {" OR ".join(_wrong_kinds(log_format))} THEN 'refused'
        ELSE 'request' END"""


def _wrong_kinds(log_format: LogFormat) -> list[str]:
    """True for a text where an object belongs, or anything but a list where a list belongs.

    `from_json` makes NULLs of both, so only where all is NULL is the line looked at again. A key logged in
    clear is a text in the place of the object `api_key`; what may be known of it has been derived.
    """
    kinds = []
    for name in log_format.objects:
        leaves = [path for path in log_format.paths if path.startswith(name + ".")]
        nothing = " AND ".join(f"{_taken(path)} IS NULL" for path in leaves)
        allowed = "'OBJECT', 'VARCHAR'" if name == "api_key" else "'OBJECT'"
        kinds.append(
            f"CASE WHEN {_taken(name)} IS NOT NULL AND {nothing} "
            f"THEN json_type(raw, '$.{name}') NOT IN ({allowed}) ELSE false END"
        )
    for field in (field for field in log_format.fields if field.type == "texts"):
        (path,) = field.paths
        parent = path.rpartition(".")[0]
        kinds.append(
            f"CASE WHEN {_taken(parent)} IS NOT NULL AND {_taken(path)} IS NULL "
            f"THEN coalesce(json_type(raw, '$.{path}') NOT IN ('ARRAY', 'NULL'), false) ELSE false END"
        )
    return kinds
