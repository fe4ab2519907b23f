"""Ways to write a date, and a whole time as machines write it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from pixeldesk.tickets.times.parts import Clock, Day, Instant, Meaning, Written, Zone
from pixeldesk.tickets.times.time_words import TimeWords, any_of, time_words
from pixeldesk.tickets.times.zones import offset_of

_PAST, _FUTURE = datetime(2001, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def timestamps() -> Iterator[Written]:
    """Yield the ways to write a whole time: ISO 8601, as access logs have it, Unix time."""
    yield (
        r"(?<![\d.-])(?P<y>20\d\d)-?(?P<m>[01]\d)-?(?P<d>[0-3]\d)[t_ ](?P<h>[0-2]\d):?(?P<min>[0-5]\d)"
        r"(?::?(?P<s>[0-5]\d)(?:[.,](?P<f>\d{1,9}))?)?\s?(?P<z>z|utc|[+-][01]\d:?[0-5]\d)?(?![\d:])",
        _timestamp,
    )
    yield (
        r"(?<![\d/])(?P<d>[0-3]\d)/(?P<name>[a-z]{3})/(?P<y>20\d\d):(?P<h>[0-2]\d):(?P<min>[0-5]\d):(?P<s>[0-5]\d)"
        r"(?P<f>)(?:\s(?P<z>[+-][01]\d[0-5]\d))?",
        _timestamp,
    )
    yield r"(?<![\w.+/=-])1[0-9]{9}(?:\.\d{1,9}|\d{3}|\d{6}|\d{9})?(?![\w/=-]|\.\d)", _unix_time


def _timestamp(match: re.Match[str]) -> tuple[Meaning, ...]:
    name = match.groupdict().get("name")
    month = time_words().months.get(name, 0) if name else int(match["m"])
    day = _checked_dates([(int(match["y"]), month, int(match["d"]))])
    hour = int(match["h"])
    if not day or hour > 23:
        return ()
    seconds = hour * 3600 + int(match["min"]) * 60 + int(match["s"] or 0) + float(f"0.{match['f'] or 0}")
    zone = (Zone(offset_of(match["z"])),) if match["z"] else ()
    return (Day(day), Clock(seconds, 1 if match["s"] else 60), *zone)


def _unix_time(match: re.Match[str]) -> tuple[Meaning, ...]:
    whole, _, fraction = match[0].partition(".")
    seconds = int(whole) / 10 ** (len(whole) - 10) + float(f"0.{fraction or 0}")
    moment = datetime.fromtimestamp(seconds, UTC)
    return (Instant(moment, 1),) if _PAST < moment < _FUTURE else ()


def dates(words: TimeWords) -> Iterator[Written]:
    """Yield the ways to write a date, with or without its year or its month."""
    month = any_of(words.months)
    any_month = any_of([*words.months, *words.short_months])
    year = r"(?P<y>20\d\d|'\d\d)"
    th = r"(?:st|nd|rd|th|er|re|o|a|\u00ba|\u00aa|\.)?"
    of = r"(?:\s*,?\s*(?:of|de|del|di|the)\s+|[\s./-]{1,2}|,\s)"
    named = rf"(?P<d>[0-3]?\d){th}{of}?"
    yield r"(?<![\d.])(?P<y>20\d\d)\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日", _date
    yield r"(?<!\d)(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日", _date
    yield r"(?<![\d./:-])(?P<y>20\d\d)([-/])(?P<m>[01]?\d)\2(?P<d>[0-3]?\d)(?![\d/-])", _date
    yield r"(?<![\d./:-])(?P<y>20\d\d)\.(?P<m>[01]\d)\.(?P<d>[0-3]\d)(?!\d|\.\d)", _date
    yield (
        r"(?<![\w./:-])(?P<a>[0-3]?\d)(?P<sep>[./-])\s?(?P<b>[0-3]?\d)(?P=sep)\s?(?P<y>20\d\d|2[4-9])(?![\d/-]|\.\d)",
        _numeric,
    )
    yield rf"(?<![\w.:/-]){named}(?P<name>{any_month})\.?{of}\s?{year}(?!\d)", _date
    yield rf"(?<![\w.:/-]){named}(?P<name>{month})\.?(?!\w)", _date
    short = any_of(words.short_months)
    yield rf"(?<![\w.:/-])(?P<d>[0-3]?\d)(?:\s+de\s+(?P<name>{short})|\.?\s(?P<name2>{short})\.)", _date
    yield rf"(?P<name>{any_month})\.?\s+(?:the\s+)?(?P<d>[0-3]?\d){th},?\s+(?:of\s+)?{year}(?!\d)", _date
    no_verb = r"(?<!we )(?<!you )(?<!it )(?<!i )(?<!they )"
    ordinal = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?![\w%]|[.:,]\d)"
    yield rf"{no_verb}(?P<name>{month})\.?\s+(?:the\s+)?{ordinal}", _date
    yield r"(?<![\w./:-])(?P<d>[0-3]?\d)\.\s?(?P<m>[01]?\d)\.(?!\d)", _date
    yield r"(?<![\w./:-])(?P<d>[0-3]?\d)\.(?P<m>[01]?\d)(?=,?\s\d{1,2}:\d\d)", _date
    weekday = any_of([*words.weekdays, *(word for word in words.short_weekdays if len(word) > 2)])
    no_month = r"(?!\d|[.,:/]\d|\s*[/%\u20ac$:]|\s?(?:uhr|h)\b)"
    yield r"(?:(?<=on )|(?<=since )|(?<=from )|(?<=until )|(?<=by ))(?:the\s+)?(?P<d>[0-3]?\d)(?:st|nd|rd|th)\b", _date
    yield (
        rf"{weekday},?\s+(?:the\s+|den\s+|dem\s+|dia\s+|le\s+)?(?P<d>[0-3]?\d)(?:st|nd|rd|th|er|\.)?{no_month}(?!\w)",
        _date,
    )
    yield r"(?<![a-z])(?:am|seit\s+dem|vom|bis\s+zum)\s+(?P<d>[0-3]?\d)\.(?!\s?\d)", _date
    yield rf"(?<![a-z])(?:dia|le|il|el)\s+(?P<d>[0-3]?\d){no_month}(?=\s*(?:[,.;)!]|$|a\s|as\s|alle\s|vers\s))", _date
    yield r"(?<![\d月])(?P<d>[0-3]?\d)\s?日(?!間|前)", _date
    yield r"(?<![\w./:-])(?P<a>[0-3]?\d)(?P<sep>/)(?P<b>[0-3]?\d)(?![\w/-]|\.\d)", _numeric


def _date(match: re.Match[str]) -> tuple[Meaning, ...]:
    words, groups = time_words(), match.groupdict()
    name = groups.get("name") or groups.get("name2")
    month = {**words.months, **words.short_months}[name] if name else int(groups.get("m") or 0)
    dates = _checked_dates([(_year(groups.get("y")), month, int(groups["d"]))])
    return (Day(dates),) if dates else ()


def _numeric(match: re.Match[str]) -> tuple[Meaning, ...]:
    """Read a date in numbers: the day first, unless only the other order is a date. Between slashes, both may be."""
    first, second, year = int(match["a"]), int(match["b"]), _year(match.groupdict().get("y"))
    readings = [(year, second, first)]
    if match["sep"] != ".":
        readings.append((year, first, second))
    dates = _checked_dates(readings)
    return (Day(dates, is_weak=year is None),) if dates else ()


def _year(text: str | None) -> int | None:
    if not text:
        return None
    digits = int(text.strip("'"))
    return digits if digits >= 2000 else 2000 + digits


def _checked_dates(readings: list[tuple[int | None, int, int]]) -> tuple[tuple[int | None, int, int], ...]:
    return tuple(dict.fromkeys(reading for reading in readings if _is_date(*reading)))


def _is_date(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2024, month or 1, day)
    except ValueError:
        return False
    return True
