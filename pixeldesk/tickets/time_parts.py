"""Find the parts of times in a folded text: days, times of day, zones, spans. `named_times` joins them to times.

Every regular expression here is free of nested repetition, so that time grows linearly with the length of the text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from pixeldesk.tickets.time_words import TimeWords, any_of, time_words, zone_names

_LONGEST_LASTING_S, _LONGEST_AGO_S = 4 * 86400, 60 * 86400
_PAST, _FUTURE = datetime(2001, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Day:
    """A day: one of several readings (year, month, day), a number of days from now, or a weekday.

    A year may be None, a month 0, if the text does not say it.
    """

    dates: tuple[tuple[int | None, int, int], ...] = ()
    relative: int | None = None
    weekday: int | None = None
    is_weak: bool = False


@dataclass(frozen=True)
class Clock:
    """A time of day: seconds since midnight, how exact it is written (seconds), and whether it may be 12 h later."""

    seconds: float
    exact_to: int
    may_be_afternoon: bool = False
    is_weak: bool = False
    is_american: bool = False


@dataclass(frozen=True)
class Hours:
    """A part of a day, in hours since midnight."""

    first: int
    last: int


@dataclass(frozen=True)
class Zone:
    """A zone."""

    zone: tzinfo


@dataclass(frozen=True)
class Ago:
    """A time that lies so many seconds back; `lasts`: and has lasted since."""

    seconds: float
    unit: int
    lasts: bool


@dataclass(frozen=True)
class Week:
    """Several days, as `weeks` of the word list describes them."""

    kind: str


@dataclass(frozen=True)
class Instant:
    """A point in time with its zone, such as a Unix time."""

    moment: datetime
    exact_to: int


Meaning = Day | Clock | Hours | Zone | Ago | Week | Instant


@dataclass(frozen=True)
class Part:
    """A part of a time, and where it stands in the text."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]


def find_parts(text: str) -> list[Part]:
    """Return the parts of times in a folded text, in its order; none overlaps another."""
    found: list[Part] = []
    taken = bytearray(len(text))
    for pattern, read in _readers():
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            meanings = read(match)
            if meanings:
                taken[start:end] = b"\x01" * (end - start)
                found.append(Part(start, end, meanings))
    return sorted(found, key=lambda part: part.start)


Reader = Callable[[re.Match[str]], tuple[Meaning, ...]]


@cache
def _readers() -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Return a pattern and its reader for each way to write a part, in the order in which they are tried."""
    words = time_words()
    return tuple((re.compile(pattern, re.ASCII), read) for pattern, read in _written(words))


def _written(words: TimeWords) -> Iterator[tuple[str, Reader]]:
    yield from _timestamps()
    yield from _spans(words)
    yield from _dates(words)
    yield from _offsets()
    yield from _clocks(words)
    yield from _zones(words)
    yield from _days(words)


# --- whole times ------------------------------------------------------------------------------------------------


def _timestamps() -> Iterator[tuple[str, Reader]]:
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
    zone = (Zone(_offset(match["z"])),) if match["z"] else ()
    return (Day(day), Clock(seconds, 1 if match["s"] else 60), *zone)


def _offset(text: str) -> tzinfo:
    digits = re.sub(r"\D", "", text)
    if not digits:
        return UTC
    minutes = int(digits[:2]) * 60 + int(digits[2:4] or 0)
    return timezone(timedelta(minutes=-minutes if "-" in text else minutes))


def _unix_time(match: re.Match[str]) -> tuple[Meaning, ...]:
    whole, _, fraction = match[0].partition(".")
    seconds = int(whole) / 10 ** (len(whole) - 10) + float(f"0.{fraction or 0}")
    moment = datetime.fromtimestamp(seconds, UTC)
    return (Instant(moment, 1),) if _PAST < moment < _FUTURE else ()


# --- spans up to now --------------------------------------------------------------------------------------------


def _spans(words: TimeWords) -> Iterator[tuple[str, Reader]]:
    number = rf"(?P<n>\d{{1,3}}(?:[.,]\d)?|{any_of(words.numbers)})"
    length = rf"{number}\s?(?P<u>{any_of(words.units)})"
    slight = (
        r"(?:(?:about|over|more than|almost|uber|etwa|ca\.?|fast|plus de|environ|mas de|unas|mais de|piu di|circa)\s+)?"
    )
    last = r"(?:last|past|previous)"
    latest = r"(?:(?:den|der|die) (?:letzten|vergangenen)|(?:les|ces|des)\s+(?:dernieres|derniers)|ces)"

    def shaped(form: str) -> str:
        escaped = re.escape(form).replace(r"\ ", r"\s+")
        escaped = escaped.replace(r"\$last", last).replace(r"\$letzten", latest)
        before = r"(?<![a-z])" if form[0].isalpha() and form[0].isascii() else ""
        after = r"(?![a-z])" if form[-1].isalpha() and form[-1].isascii() else ""
        return before + escaped.replace(r"\$n", slight + length) + after

    for form in sorted(words.lasting, key=len, reverse=True):
        yield shaped(form), _lasting
    # "les 3 dernieres heures" and "the last hour" have the number elsewhere, or none.
    yield rf"(?:les|ces)\s+{number}\s+dernier(?:e)?s\s+(?P<u>{any_of(words.units)})", _lasting
    yield (
        rf"(?:the\s+{last}|der\s+letzten|la\s+derniere|la\s+ultima|na\s+ultima|nell'ultima)\s+(?P<u>hour|stunde|heure|hora|ora)(?![a-z])",
        _lasting,
    )
    for form in sorted(words.ago, key=len, reverse=True):
        yield shaped(form), _ago
    yield any_of(words.weeks), lambda match: (Week(words.weeks[_spaced(match[0])]),)


def _lasting(match: re.Match[str]) -> tuple[Meaning, ...]:
    return _back(match, lasts=True)


def _ago(match: re.Match[str]) -> tuple[Meaning, ...]:
    return _back(match, lasts=False)


def _back(match: re.Match[str], *, lasts: bool) -> tuple[Meaning, ...]:
    words = time_words()
    written = match.groupdict().get("n") or "1"
    number = words.numbers.get(_spaced(written))
    number = float(written.replace(",", ".")) if number is None else number
    unit = words.units[match["u"]]
    # "For 30 days" is what a report is about, not since when it fails.
    longest = _LONGEST_LASTING_S if lasts else _LONGEST_AGO_S
    return (Ago(number * unit, unit, lasts),) if number * unit <= longest else ()


# --- dates ------------------------------------------------------------------------------------------------------


def _dates(words: TimeWords) -> Iterator[tuple[str, Reader]]:
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


# --- times of day -----------------------------------------------------------------------------------------------

_AT = (
    r"(?:at|um|gegen|a\s+las?|las|as|alle|ore|vers|a|kl|by|before|after|nach|vor|ab|dalle|desde\s+las|sobre\s+las"
    r"|depuis|des|environ|de|das|entre|et|ate)"
)


def _clocks(words: TimeWords) -> Iterator[tuple[str, Reader]]:
    between = any_of(words.before["between"])
    half = r"(?P<half>\s*(?:半|y\s+media|e\s+meia|e\s+mezza|et\s+demie))?"
    yield (
        rf"{between}\s+(?:las\s+)?(?P<h>[0-2]?\d)\s?(?:and|to|und|bis|et|y|e|a|-)\s?(?:las\s+)?(?P<h2>[0-2]?\d)"
        r"\s?(?P<half_day>[ap]\.?\s?m\b\.?|uhr|h(?:eures|oras)?\b|o'clock|(?=de\s+la\s+(?:tarde|manana|noche)))",
        _two_clocks,
    )
    yield (
        r"(?<![\w:.])(?P<h>[0-2]?\d):(?P<min>[0-5]\d)(?::(?P<s>[0-5]\d)(?:[.,](?P<f>\d{1,9}))?)?"
        r"(?:\s?(?P<half_day>[ap]\.?\s?m\b\.?))?(?:\s?(?:uhr|h|hs|hrs)\b)?(?![\d:])",
        _clock,
    )
    yield r"(?<![\w:.])(?P<h>[01]?\d)(?:[.:h](?P<min>[0-5]\d))?\s?(?P<half_day>[ap]\.?\s?m\b\.?)", _clock
    yield r"(?<![\w:.])(?P<h>[0-2]?\d)[.:](?P<min>[0-5]\d)\s?(?:uhr|h)\b", _clock
    yield r"(?:gegen|um|halb)?\s?(?<![\w:.,])(?P<h>[0-2]?\d)\s?uhr(?:\s?(?P<min>[0-5]\d)(?![\d.:]))?", _clock
    yield r"(?<!\w)halb\s+(?P<to>\d{1,2}|eins|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf)\b", _half_to
    yield r"(?P<noon>午前|午後)\s?(?P<h>\d{1,2})\s?(?:時|:)\s?(?:(?P<min>[0-5]?\d)\s?分?)?" + half, _clock
    yield r"(?<!\d)(?P<h>\d{1,2})\s?時(?!間)\s?(?:(?P<min>[0-5]?\d)\s?分)?(?P<half>半)?", _clock
    yield rf"(?<![a-z]){_AT}\s+(?P<h>[0-2]?\d)\s?h(?:s|rs|oras|eures?)?\s?(?P<min>[0-5]\d)?(?![\w])", _clock
    yield r"(?<![\w:.,])(?P<h>[0-2]?\d)\s?h\s?(?P<min>[0-5]\d)(?!\w)", _clock
    yield r"(?<![\w:.,])(?P<h>[0-2]?\d)\s?(?:h|hs|heures?|horas|oclock|o'clock)(?![\w/])", _weak_clock
    yield (
        rf"(?<![a-z])(?:a\s+las?|sobre\s+las?|hacia\s+las?|alle|alle\s+ore|as|das|las)\s+(?P<h>[0-2]?\d)(?![\d:.,%/-]\d|\d){half}",
        _clock_maybe_later,
    )
    yield rf"(?<![a-z])(?:{_AT}|around|about)\s+(?P<h>[0-2]?\d)(?![\w%:]|[.,]\d|\s*[a-z0-9%$\u20ac])", _weak_clock
    yield r"(?<![\w:.])(?P<h>[0-2]\d)(?P<min>[0-5]\d)\s?(?=(?:utc|gmt|cest|cet|[ep][sd]t|hrs|hours)\b)", _clock
    yield any_of(words.clock_words), lambda match: (Clock(words.clock_words[_spaced(match[0])] * 60.0, 3600),)


def _clock(match: re.Match[str]) -> tuple[Meaning, ...]:
    groups = match.groupdict()
    hour, minute = int(groups["h"]), int(groups.get("min") or (30 if groups.get("half") else 0))
    later = {"p": 12, "午後": 12, "a": 0, "午前": 0}.get((groups.get("half_day") or "")[:1] or groups.get("noon") or "")
    if later is not None:
        hour = (hour % 12 if hour <= 12 else hour) + (later if hour <= 12 else 0)
    if hour > 24:
        return ()
    seconds = hour * 3600 + minute * 60 + int(groups.get("s") or 0) + float(f"0.{groups.get('f') or 0}")
    exact_to = 1 if groups.get("s") else (60 if groups.get("min") else 3600)
    return (Clock(seconds, exact_to, later is None and 0 < hour < 12, is_american=bool(groups.get("half_day"))),)


def _two_clocks(match: re.Match[str]) -> tuple[Meaning, ...]:
    first, last = int(match["h"]), int(match["h2"])
    afternoon = 12 if match["half_day"][:1] == "p" and last < 12 else 0
    # "From 11 to 1 pm" begins in the morning.
    begins = first + (afternoon if first < last else 0)
    if max(begins, last + afternoon) > 24:
        return ()
    maybe = match["half_day"][:1] not in ("a", "p")
    return tuple(Clock(hour * 3600.0, 3600, maybe and hour < 12) for hour in (begins, last + afternoon))


def _weak_clock(match: re.Match[str]) -> tuple[Meaning, ...]:
    return tuple(
        Clock(clock.seconds, clock.exact_to, clock.may_be_afternoon, is_weak=True)
        for clock in _clock(match)
        if isinstance(clock, Clock)
    )


def _clock_maybe_later(match: re.Match[str]) -> tuple[Meaning, ...]:
    return _weak_clock(match)


def _half_to(match: re.Match[str]) -> tuple[Meaning, ...]:
    names = ("eins", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwolf")
    hour = int(match["to"]) if match["to"].isdigit() else names.index(match["to"]) + 1
    return (Clock((hour * 60 - 30) * 60.0, 60, hour < 12),) if 1 <= hour <= 24 else ()


# --- days in words, parts of days, zones ------------------------------------------------------------------------


def _days(words: TimeWords) -> Iterator[tuple[str, Reader]]:
    def day_and_part(match: re.Match[str]) -> tuple[Meaning, ...]:
        day, first, last = words.days_and_parts[_spaced(match[0])]
        return Day(relative=day), Hours(first, last)

    yield any_of(words.days_and_parts), day_and_part
    yield any_of(words.relative_days), lambda match: (Day(relative=words.relative_days[_spaced(match[0])]),)
    yield (
        any_of(words.weekdays) + r"s?(?![a-z])",
        lambda match: (
            Day(weekday=words.weekdays[_spaced(match[0]).rstrip("s") if match[0] not in words.weekdays else match[0]]),
        ),
    )
    yield _short_weekday(words), lambda match: (Day(weekday=words.short_weekdays[match[0]], is_weak=True),)
    yield any_of(words.parts), lambda match: (Hours(*words.parts[_spaced(match[0])]),)


def _short_weekday(words: TimeWords) -> str:
    """Return the pattern of short weekdays: those of two letters only before a date, "(月)" in brackets."""
    long = any_of(word for word in words.short_weekdays if len(word) > 2)
    two = any_of(word for word in words.short_weekdays if len(word) == 2)
    one = any_of(word for word in words.short_weekdays if len(word) == 1)
    return rf"(?:{long}|{two}(?=[.,]\s?\d)|(?<=\(){one}(?=\)))"


def _offsets() -> Iterator[tuple[str, Reader]]:
    yield r"(?<![a-z])(?:utc|gmt)\s?(?P<sign>[+-])\s?(?P<h>1[0-4]|0?\d)(?::?(?P<min>[0-5]\d))?(?!\d)", _utc_offset
    # After hours and minutes alone, a minus begins the end of a range.
    yield r"(?<=\d:\d\d)\s?(?P<sign>\+)(?P<h>[01]\d):?(?P<min>[0-5]\d)(?![\d-])", _utc_offset
    yield r"(?<=\d:\d\d:\d\d)\s?(?P<sign>-)(?P<h>[01]\d):?(?P<min>[0-5]\d)(?![\d-])", _utc_offset


def _zones(words: TimeWords) -> Iterator[tuple[str, Reader]]:
    yield r"(?<![\w/])[a-z]{2,10}/[a-z]{2,20}(?:[_-][a-z]{2,20})?(?![\w/])", _iana_zone
    yield r"(?<![\w/])(?P<city>[a-z]{3,14}(?: [a-z]{3,14})?) time(?!\w)", _iana_zone
    yield any_of(word for word in words.zones if word != "z"), lambda match: (Zone(words.zones[_spaced(match[0])]),)
    yield r"(?<=\d)z(?!\w)", lambda _: (Zone(UTC),)


def _iana_zone(match: re.Match[str]) -> tuple[Meaning, ...]:
    city = match.groupdict().get("city") or match[0]
    name = next((zone_names()[each] for each in (city, city.rpartition(" ")[2]) if each in zone_names()), None)
    return (Zone(ZoneInfo(name)),) if name else ()


def _utc_offset(match: re.Match[str]) -> tuple[Meaning, ...]:
    minutes = int(match["h"]) * 60 + int(match["min"] or 0)
    return (Zone(timezone(timedelta(minutes=-minutes if match["sign"] == "-" else minutes))),)


def _spaced(text: str) -> str:
    return " ".join(text.split())
