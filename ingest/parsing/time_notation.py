r"""Define the notations of a time that are read, once for the engine and once for Python.

`timestamp_sql` generates the SQL from these patterns, for the lines; `read_time` reads the few that a reason or a test
is about. Both must read a text alike. The patterns are RE2 and `re` alike.

- RFC 3339, also with a blank for the T, a comma before the fraction, slashes in the date, without seconds, and with an
  offset written +0000, +00, UTC, GMT, or followed by the name of its zone: `2026-11-20T10:00:00.123Z[UTC]`,
  `2026-11-20 10:00:00.123 +0000 UTC` (Go), `20261120T100000Z` (ISO 8601 without its separators).
- A Unix epoch in s, ms, us or ns, as a number or as text: its unit follows from its magnitude.
- The common log format, `20/Nov/2026:10:00:00 +0000`, also in brackets and with a fraction (Apache, HAProxy).
- Tornado's, `261120 10:00:00`, and Gin's, `2026/11/20 - 10:00:00`.
- RFC 9110 and RFC 5322: `Fri, 20 Nov 2026 10:00:00 GMT`.
- asctime of C, `Fri Nov 20 10:00:00.123 2026` (the error log of Apache), and Date of JavaScript,
  `Fri Nov 20 2026 10:00:00 GMT+0000 (Coordinated Universal Time)`.
- RFC 3164, `Nov 20 10:00:00`: it has no year; it is the latest such time that does not lie in the future.

A leap second counts as the first moment of the next minute, as in POSIX time. An offset of -00:00 is UTC.
"""

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

# A month by its name; the days of the week are not checked.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = f"({'|'.join(MONTHS)})"
_DAY_NAME = r"(?:[A-Z][a-z]{2,8},? )?"
_CLOCK = r"((?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?|24:00(?::00(?:[.,]0+)?)?)"
_HOURS = r"[+-](?:0\d|1[0-8])"
_OFFSET = rf"{_HOURS}(?::?[0-5]\d)?"
# The name of the zone after an offset says nothing more. Alone, only the names of UTC are certain.
_ZONE_NAME = r"(?: [A-Z]{3,4}| ?\([^)]*\)|\[[A-Za-z0-9_/+-]+\])?"
_ZONE = rf"(?: ?(Z|z|UTC|GMT|(?:UTC|GMT)?{_OFFSET}){_ZONE_NAME})?"

UTC_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(\.\d+)?Z"
"""What the native format writes: the engine casts it as it is."""
RFC3339 = rf"\d{{4}}-\d\d-\d\d[Tt ]\d\d:\d\d:[0-5]\d(\.\d+)?([Zz]|{_HOURS}:[0-5]\d)"
EPOCH = r"-?\d{1,19}(\.\d+)?([eE][+-]?\d{1,2})?"
BARE_OFFSET = rf"\d{{4}}-\d\d-\d\d[Tt ]\d\d:\d\d:[0-5]\d([.,]\d+)?{_HOURS}[0-5]\d"
"""Without the colon in the offset, as log4j and Python write it."""
COMMON = rf"\d\d/[A-Z][a-z][a-z]/\d{{4}}:\d\d:\d\d:[0-5]\d {_HOURS}[0-5]\d"
"""The time of the common log format: 10/Oct/2000:13:55:36 -0700."""
NO_ZONE = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:[0-5]\d([.,]\d+)?"
"""What Python's logging writes; which zone it means is a setting."""


class OtherNotation(NamedTuple):
    """A pattern, and the same time as `PARTS`, in the groups of the pattern."""

    pattern: str
    parts: str


# year|month|day|clock|zone: what the rarer notations are rewritten to.
OTHERS = (
    OtherNotation(rf" *\[?(\d{{4}})[-/](\d\d)[-/](\d\d)(?:[Tt ]| - ){_CLOCK}{_ZONE}\]? *", r"\1|\2|\3|\4|\5"),
    OtherNotation(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d+)?)(Z)", r"\1|\2|\3|\4:\5:\6|\7"),
    OtherNotation(rf"(\d\d)(\d\d)(\d\d) {_CLOCK}", r"20\1|\2|\3|\4|"),
    OtherNotation(
        rf" *\[?{_DAY_NAME}(\d{{1,2}})[/ -]{_MONTH}[/ -](\d{{4}})[: ]{_CLOCK}{_ZONE}\]? *", r"\3|\2|\1|\4|\5"
    ),
    OtherNotation(rf" *\[?{_DAY_NAME}{_MONTH} {{1,2}}(\d{{1,2}}) {_CLOCK} (\d{{4}})\]? *", r"\4|\1|\2|\3|"),
    OtherNotation(rf" *{_DAY_NAME}{_MONTH} {{1,2}}(\d{{1,2}}) (\d{{4}}) {_CLOCK}{_ZONE} *", r"\3|\1|\2|\4|\5"),
    OtherNotation(rf" *{_DAY_NAME}{_MONTH} {{1,2}}(\d{{1,2}}) {_CLOCK}{_ZONE} *", r"|\1|\2|\3|\4"),
)
"""The notations of other programs, which are rarer. A time without a year is the last of them."""
ZONES = ((r"\|(?:UTC|GMT)?([+-][^|]+)$", r"|\1"), (r"\|(?:Z|z|UTC|GMT)$", "|+00"))
"""What the zone is rewritten to, so that an offset remains, or nothing."""

_EPOCH_ZERO = datetime(1970, 1, 1)


class Times(NamedTuple):
    """How the times of lines are read: from `oldest` to `newest` they are plausible, both UTC as text for SQL.

    `timezone` is the IANA name of the zone of times without one; None if nobody said so: they are then UTC, except in
    the native format, which refuses them.
    """

    oldest: str
    newest: str
    timezone: str | None = None

    def zone(self, *, strict: bool) -> str | None:
        """Return the zone of times without one; None if they are refused."""
        return self.timezone or (None if strict else "UTC")


def latest_leap_year(newest: datetime) -> int:
    """Return the year of the latest 29 February that does not lie after a time."""
    year = newest.year
    while year % 4 or (not year % 100 and year % 400) or datetime(year, 2, 29) > newest:
        year -= 1
    return year


def read_time(text: str, newest: datetime, timezone: str | None = "UTC") -> datetime | None:
    """Return the time that a text means, UTC without a zone; None if it is none. `newest` is UTC without a zone.

    `timezone` is the zone of a time without one; with None it is no time.
    """
    if re.fullmatch(EPOCH, text, re.ASCII):
        return _from_epoch(text)
    text = text.replace("|", "?")
    for pattern, parts in (*OTHERS, *ZONES):
        anchored = pattern if pattern.endswith("$") else f"^{pattern}$"
        text = re.sub(anchored, parts, text, count=1, flags=re.ASCII)
    year, *rest = text.split("|")
    if len(rest) != 4 or (not rest[3] and timezone is None):
        return None
    month, day, clock, offset = rest
    number = MONTHS.index(month) + 1 if month in MONTHS else int(month)
    if year:
        years = [int(year)]
    else:
        leap_day = (number, int(day)) == (2, 29)
        years = [latest_leap_year(newest)] if leap_day else [newest.year, newest.year - 1]
    times = [_utc(each, number, int(day), clock, offset, timezone or "UTC") for each in years]
    return next((time for time in times if time is not None and (year or time <= newest)), None)


def _utc(year: int, month: int, day: int, clock: str, offset: str, timezone: str) -> datetime | None:
    hour, minute, second, fraction = [*re.split("[:.,]", clock), "0", "0"][:4]
    past_midnight, leap = int(hour) == 24, int(second) == 60
    try:
        local = datetime(year, month, day, int(hour) % 24, int(minute), 59 if leap else int(second))
        local += timedelta(days=past_midnight, seconds=leap, microseconds=int(f"{fraction:0<6}"[:6]))
        return local - (_offset(offset) if offset else _offset_in(local, timezone))
    except (ValueError, OverflowError):
        return None


def _offset(written: str) -> timedelta:
    sign, digits = written[0], written[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -offset if sign == "-" else offset


def _offset_in(local: datetime, timezone: str) -> timedelta:
    """Return the offset from UTC that the engine's ICU assumes, also where a clock is set forward or back.

    An hour that comes twice is the second one; a time that was skipped counts as if the clock had not been set.
    """
    zone = ZoneInfo(timezone)
    offsets = [local.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
    return min(offsets)


def _from_epoch(text: str) -> datetime | None:
    number = Decimal(text)
    scale = (10**6, 10**3, 1, Decimal("0.001"))[sum(abs(number) >= bound for bound in (10**11, 10**14, 10**17))]
    try:
        return _EPOCH_ZERO + timedelta(microseconds=math.floor(number * scale))
    except OverflowError:
        return None
