r"""Generate the SQL that parses a time written as text.

Casting text to TIMESTAMP silently drops the UTC offset in DuckDB 2.0, so only a time that ends in Z is cast that way;
the others are cast to TIMESTAMPTZ.
"""

_UTC = r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(\.\d+)?Z"
_RFC3339 = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
_NUMBER = r"-?\d{1,19}(\.\d+)?([eE][+-]?\d{1,2})?"
# Without the colon in the offset, as log4j and Python write it.
_BARE_OFFSET = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d([.,]\d+)?[+-]\d{4}"
# The time of the common log format: 10/Oct/2000:13:55:36 -0700.
_COMMON = r"\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"


def timestamp_sql(text: str, *, strict: bool = True) -> str:
    """Return the expression for a UTC timestamp: from RFC 3339 with an offset, or from a Unix epoch, else NULL.

    A leap second counts as the first moment of the next minute, as in POSIX time. The unit of an epoch follows from
    its magnitude: seconds below 1e11, milliseconds below 1e14, microseconds below 1e17, nanoseconds above. Each unit
    is therefore read correctly from 1973 on, and seconds up to the year 5138. Unless `strict`, two notations of other
    programs are accepted: an offset without a colon, and the time of the common log format.
    """
    zoned = f"TRY_CAST(replace(upper({text}), ':59:60', ':59:59') AS TIMESTAMPTZ)::TIMESTAMP"
    number = f"TRY_CAST({text} AS DECIMAL(28, 9))"
    bare_offset = f"regexp_replace(replace({text}, ',', '.'), '(\\d\\d)$', ':\\1')"
    others = f"""
        WHEN regexp_full_match({text}, '{_BARE_OFFSET}') THEN TRY_CAST({bare_offset} AS TIMESTAMPTZ)::TIMESTAMP
        WHEN regexp_full_match({text}, '{_COMMON}')
            THEN try_strptime({text}, '%d/%b/%Y:%H:%M:%S %z')::TIMESTAMP"""
    return f"""CASE
        WHEN regexp_full_match({text}, '{_UTC}') THEN TRY_CAST({text} AS TIMESTAMP)
        WHEN regexp_full_match({text}, '{_RFC3339}')
            THEN {zoned} + to_seconds(CASE WHEN contains({text}, ':59:60') THEN 1 ELSE 0 END)
        WHEN regexp_full_match({text}, '{_NUMBER}') THEN make_timestamp(TRY_CAST(floor({number} *
            CASE WHEN abs({number}) < 1e11 THEN 1000000 WHEN abs({number}) < 1e14 THEN 1000
                WHEN abs({number}) < 1e17 THEN 1 ELSE 0.001 END) AS BIGINT))
        {"" if strict else others} END"""
