r"""Generate the SQL that parses a time written as text: see time_notation for the notations.

Casting text to TIMESTAMP silently drops the UTC offset in DuckDB 2.0, so only a time that ends in Z is cast that way;
the others are cast to TIMESTAMPTZ.
"""

from datetime import datetime

from pixeldesk.ingest.parsing.time_notation import (
    BARE_OFFSET,
    COMMON,
    EPOCH,
    MONTHS,
    NO_ZONE,
    OTHERS,
    RFC3339,
    UTC_TIME,
    ZONES,
    latest_leap_year,
)
from pixeldesk.ingest.sql import literal

_MONTHS = f"[{', '.join(map(literal, MONTHS))}]"


def timestamp_sql(text: str, newest: str, timezone: str | None = "UTC", *, in_any_notation: bool = True) -> str:
    """Return the expression for a UTC timestamp, NULL for a text that is no time.

    `newest` is a UTC time: a time without a year is the latest one that is not after it. `timezone` is the IANA name of
    the zone of times without one; with None they are no times. Without `in_any_notation` the rarer notations are no
    times either: to plan them takes as long as all others.

    The unit of an epoch follows from its magnitude: seconds below 1e11, milliseconds below 1e14, microseconds below
    1e17, nanoseconds above. Each unit is therefore read correctly from 1973 on, and seconds up to the year 5138. The
    branches are ordered by how many lines take them: the engine evaluates each only for what those before it left.
    """
    number = f"TRY_CAST({text} AS DECIMAL(28, 9))"
    bare_offset = f"regexp_replace(replace({text}, ',', '.'), '(\\d\\d)$', ':\\1')"
    local = f"TRY_CAST(replace({text}, ',', '.') AS TIMESTAMP)"
    no_zone = f"WHEN regexp_full_match({text}, '{NO_ZONE}') THEN {_in_utc(local, timezone)}" if timezone else ""
    return f"""CASE
        WHEN regexp_full_match({text}, '{UTC_TIME}') THEN TRY_CAST({text} AS TIMESTAMP)
        WHEN regexp_full_match({text}, '{RFC3339}') THEN TRY_CAST(upper({text}) AS TIMESTAMPTZ)::TIMESTAMP
        WHEN regexp_full_match({text}, '{EPOCH}') THEN make_timestamp(TRY_CAST(floor({number} *
            CASE WHEN abs({number}) < 1e11 THEN 1000000 WHEN abs({number}) < 1e14 THEN 1000
                WHEN abs({number}) < 1e17 THEN 1 ELSE 0.001 END) AS BIGINT))
        {no_zone}
        WHEN regexp_full_match({text}, '{BARE_OFFSET}') THEN TRY_CAST({bare_offset} AS TIMESTAMPTZ)::TIMESTAMP
        WHEN regexp_full_match({text}, '{COMMON}') THEN try_strptime({text}, '%d/%b/%Y:%H:%M:%S %z')::TIMESTAMP
        {f"ELSE {_other(text, newest, timezone)}" if in_any_notation else ""} END"""


def _in_utc(local: str, timezone: str) -> str:
    return local if timezone == "UTC" else f"({local} AT TIME ZONE {literal(timezone)})::TIMESTAMP"


def _other(text: str, newest: str, timezone: str | None) -> str:
    """Return the expression for the rarer notations: rewritten to parts, of which the time is made."""
    parts = f"replace({text}, '|', '?')"
    for pattern, replacement in OTHERS:
        parts = f"regexp_replace({parts}, {literal(f'^{pattern}$')}, {literal(replacement)})"
    for pattern, replacement in ZONES:
        parts = f"regexp_replace({parts}, {literal(pattern)}, {literal(replacement)})"
    last = datetime.fromisoformat(newest)
    month = f"coalesce(list_position({_MONTHS}, part[2])::VARCHAR, part[2])"
    # A leap second is the first moment of the next minute.
    written = f"concat(year, '-', {month}, '-', part[3], ' ', replace(replace(part[4], ':60', ':59'), ',', '.'))"
    local = _in_utc(f"TRY_CAST({written} AS TIMESTAMP)", timezone) if timezone else "NULL"
    years = f"""CASE WHEN len(part) IS DISTINCT FROM 5 THEN [] WHEN part[1] <> '' THEN [part[1]]
        WHEN part[2] = 'Feb' AND part[3] = '29' THEN ['{latest_leap_year(last)}']
        ELSE ['{last.year}', '{last.year - 1}'] END"""
    time = f"""CASE WHEN part[5] = '' THEN {local}
        ELSE TRY_CAST({written} || part[5] AS TIMESTAMPTZ)::TIMESTAMP END + to_seconds(contains(part[4], ':60')::INT)"""
    # The lambdas name what is used several times, so that the expression stays small: planning it costs time.
    return f"""list_transform([string_split({parts}, '|')], lambda part:
        list_filter(list_transform({years}, lambda year: {time}),
            lambda found: part[1] <> '' OR found <= TIMESTAMP '{newest}')[1])[1]"""
