"""Ways to write a time of day."""

import re
from collections.abc import Iterator

from pixeldesk.tickets.times.parts import Clock, Meaning, Written
from pixeldesk.tickets.times.time_words import TimeWords, any_of, spaced, time_words

_AT = (
    r"(?:at|um|gegen|a\s+las?|las|as|alle|ore|vers|a|kl|by|before|after|nach|vor|ab|dalle|desde\s+las|sobre\s+las"
    r"|depuis|des|environ|de|das|entre)"
)


def clocks(words: TimeWords) -> Iterator[Written]:
    """Yield the ways to write a time of day, or two with a word between them."""
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
    yield r"(?<![\w:.])(?P<h>[0-2]\d)(?P<min>[0-5]\d)\s?(?=(?:utc|gmt|cest|cet|edt|pst|pdt|hrs|hours)\b|\ue000)", _clock
    hour = any_of(words.hours)
    yield rf"(?<![a-z])(?:(?:a|sobre|hacia|desde|de)\s+las?|alle|as|das)\s+(?P<word>{hour})(?!\s+hora)", _hour_in_words
    of_day = r"\s+(?:in the (?:morning|afternoon|evening)|(?:nach|vor)mittags|morgens|abends|nachts|heures?)"
    yield (
        rf"(?<![a-z])(?:um|gegen|at|around|about|a|vers)\s+(?P<word>{hour})"
        rf"(?:\s+(?P<half_day>[ap]\.?m\b\.?|uhr|o'?clock)|(?={of_day}))",
        _hour_in_words,
    )
    yield rf"(?P<noon>午前|午後)?(?P<word>{hour})時(?!間)", _hour_in_words
    yield any_of(words.clock_words), lambda match: (Clock(words.clock_words[spaced(match[0])] * 60.0, 3600),)


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


def ranges(words: TimeWords) -> Iterator[Written]:
    """Yield "tra le 14 e le 16", which dates look like."""
    between = any_of(words.before["between"])
    article = r"(?:las|le|as)"
    yield (
        rf"{between}\s+{article}\s+(?P<h>[0-2]?\d)\s+(?:e|y)\s+{article}\s+(?P<h2>[0-2]?\d)(?P<half_day>)(?![\d:.,%/-])",
        _two_clocks,
    )


def _hour_in_words(match: re.Match[str]) -> tuple[Meaning, ...]:
    groups = match.groupdict()
    hour = time_words().hours[match["word"]]
    half_day = groups.get("noon") or (groups.get("half_day") or "")[:1]
    is_sure = half_day in ("p", "a", "午後", "午前")
    later = 12 if half_day in ("p", "午後") else 0
    return (Clock((hour % 12 + later) * 3600.0 if is_sure else hour * 3600.0, 3600, not is_sure, is_weak=True),)


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
