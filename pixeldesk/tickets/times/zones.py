"""Ways to write a zone: an offset, an abbreviation, a name, a city."""

import re
from collections.abc import Iterator
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from pixeldesk.tickets.times.parts import Meaning, Written, Zone
from pixeldesk.tickets.times.time_words import TimeWords, any_of, spaced, zone_names


def offsets() -> Iterator[Written]:
    """Yield the ways to write an offset. They are tried before times of day, which they look like."""
    yield r"(?<![a-z])(?:utc|gmt)\s?(?P<sign>[+-])\s?(?P<h>1[0-4]|0?\d)(?::?(?P<min>[0-5]\d))?(?!\d)", _utc_offset
    # After hours and minutes alone, a minus begins the end of a range.
    yield r"(?<=\d:\d\d)\s?(?P<sign>\+)(?P<h>[01]\d):?(?P<min>[0-5]\d)(?![\d-])", _utc_offset
    yield r"(?<=\d:\d\d:\d\d)\s?(?P<sign>-)(?P<h>[01]\d):?(?P<min>[0-5]\d)(?![\d-])", _utc_offset


def zones(words: TimeWords) -> Iterator[Written]:
    """Yield the ways to name a zone."""
    yield r"(?<![\w/])[a-z]{2,10}/[a-z]{2,20}(?:[_-][a-z]{2,20})?(?![\w/])", _iana_zone
    yield r"(?<![\w/])(?P<city>[a-z]{3,14}(?: [a-z]{3,14})?) time(?!\w)", _iana_zone
    yield r"(?<=\()(?P<city>[a-z]{4,14}(?: [a-z]{4,14})?)(?=\))", _iana_zone
    yield any_of(word for word in words.zones if word != "z"), lambda match: (Zone(words.zones[spaced(match[0])]),)
    yield r"(?<=\d)z(?!\w)", lambda _: (Zone(UTC),)


def _iana_zone(match: re.Match[str]) -> tuple[Meaning, ...]:
    city = match.groupdict().get("city") or match[0]
    name = next((zone_names()[each] for each in (city, city.rpartition(" ")[2]) if each in zone_names()), None)
    return (Zone(ZoneInfo(name)),) if name else ()


def _utc_offset(match: re.Match[str]) -> tuple[Meaning, ...]:
    minutes = int(match["h"]) * 60 + int(match["min"] or 0)
    return (Zone(timezone(timedelta(minutes=-minutes if match["sign"] == "-" else minutes))),)


def offset_of(text: str) -> tzinfo:
    """Return the zone of an offset such as `+01:00` or `Z`."""
    digits = re.sub(r"\D", "", text)
    if not digits:
        return UTC
    minutes = int(digits[:2]) * 60 + int(digits[2:4] or 0)
    return timezone(timedelta(minutes=-minutes if "-" in text else minutes))
