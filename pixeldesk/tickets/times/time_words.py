"""Read `time_words.toml`, the words by which tickets name times, as regular expressions over folded text."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_FILE = Path(__file__).with_name("time_words.toml")
_MARK, _FEW_LETTERS = "\ue000", 8
_LATIN = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u202f": " "})


def folded(text: str) -> str:
    """Return a text in lower case, after NFKC normalisation, without accents on Latin letters."""
    normal = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_QUOTES).lower()
    return _LATIN.sub(lambda letter: unicodedata.normalize("NFD", letter[0])[0], normal)


def with_marked_zones(text: str) -> str:
    """Mark the abbreviations of zones that folding would turn into words, such as EST and ET.

    In a text that shouts, capitals tell nothing.
    """
    letters = [letter for letter in text if letter.isalpha()]
    shouts = sum(map(str.isupper, letters)) > len(letters) / 2 > _FEW_LETTERS
    marked = text if shouts else _capitals().sub(rf"{_MARK}\1", text)
    return _after_half_day().sub(rf"\1{_MARK}\2", marked)


@cache
def _capitals() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z@.])({'|'.join(_ambiguous()).upper()})(?![A-Za-z])")


@cache
def _after_half_day() -> re.Pattern[str]:
    return re.compile(rf"(?i)([\dap]\.?m\.? ?\(?)({'|'.join(_ambiguous())})(?![A-Za-z])")


def _ambiguous() -> list[str]:
    names: list[str] = tomllib.loads(_FILE.read_text("utf-8"))["zones_in_capitals"]["names"]
    return names


@dataclass(frozen=True)
class TimeWords:
    """The words of the file, each table as a mapping from a word to its meaning."""

    months: Mapping[str, int]
    short_months: Mapping[str, int]
    weekdays: Mapping[str, int]
    short_weekdays: Mapping[str, int]
    relative_days: Mapping[str, int]
    parts: Mapping[str, tuple[int, int]]
    days_and_parts: Mapping[str, tuple[int, int, int]]
    clock_words: Mapping[str, int]
    hours: Mapping[str, int]
    weeks: Mapping[str, str]
    numbers: Mapping[str, float]
    units: Mapping[str, int]
    ago: tuple[str, ...]
    lasting: tuple[str, ...]
    before: Mapping[str, tuple[str, ...]]
    after: Mapping[str, tuple[str, ...]]
    filler: tuple[str, ...]
    headers: tuple[str, ...]
    wrote: tuple[str, ...]
    zones: Mapping[str, tzinfo]


def spaced(text: str) -> str:
    """Return a text with one blank where it has several, or a line end."""
    return " ".join(text.split())


def any_of(words: Iterable[str]) -> str:
    """Return a regular expression for one of these words, the longest first, as whole words where they have letters."""
    ordered = [
        (_is_letters(word), re.escape(word).replace(r"\ ", r"\s+")) for word in sorted(words, key=_longest_first)
    ]
    lettered = "|".join(word for has_letters, word in ordered if has_letters)
    others = "|".join(word for has_letters, word in ordered if not has_letters)
    whole = [rf"(?<![a-z])(?:{lettered})(?![a-z])"] if lettered else []
    return f"(?:{'|'.join([*whole, *([others] if others else [])])})"


def _longest_first(word: str) -> tuple[int, str]:
    return -len(word), word


def _is_letters(word: str) -> bool:
    return word[0].isascii() and word[0].isalpha() and word[-1].isascii() and word[-1].isalpha()


@cache
def zone_names() -> Mapping[str, str]:
    """Return the names of the IANA database by what tickets call them: `europe/berlin`, and `berlin` alone."""
    names: dict[str, str] = {}
    for name in sorted(available_timezones()):
        area, _, city = name.rpartition("/")
        if area and area not in ("Etc", "SystemV"):
            names |= {folded(name): name, folded(city.replace("_", " ")): name}
    return names


@cache
def time_words() -> TimeWords:
    """Return the words, read once."""
    table = tomllib.loads(_FILE.read_text("utf-8"))
    return TimeWords(
        months=_by_word(table["months"], int),
        short_months=_by_word(table["short_months"], int),
        weekdays=_by_word(table["weekdays"], int),
        short_weekdays=_by_word(table["short_weekdays"], int),
        relative_days=_by_word(table["relative_days"], int),
        parts=_by_word(table["parts"], _hours),
        days_and_parts=_by_word(table["days_and_parts"], _day_and_hours),
        clock_words=_by_word(table["clock_words"], int),
        hours=_by_word(table["hours"], int),
        weeks=_by_word(table["weeks"], str),
        numbers=_by_word(table["numbers"], float),
        units=_by_word(table["units"], int),
        ago=tuple(table["spans"]["ago"]),
        lasting=tuple(table["spans"]["lasting"]),
        before={name: tuple(words) for name, words in table["before"].items()},
        after={name: tuple(words) for name, words in table["after"].items()},
        filler=tuple(folded(word) for word in table["filler"]["words"]),
        headers=tuple(table["mail"]["headers"]),
        wrote=tuple(table["mail"]["wrote"]),
        zones=_zones(table),
    )


def _by_word(table: Mapping[str, Iterable[str]], meaning: Any) -> dict[str, Any]:
    return {word: meaning(key) for key, words in table.items() for word in words}


def _hours(key: str) -> tuple[int, int]:
    first, last = key.split("-")
    return int(first), int(last)


def _day_and_hours(key: str) -> tuple[int, int, int]:
    day, hours = key.split(" ")
    return (int(day), *_hours(hours))


def _zones(table: Mapping[str, Any]) -> dict[str, tzinfo]:
    zones: dict[str, tzinfo] = {}
    for hours, words in table["zones"].items():
        zones |= dict.fromkeys(words, timezone(timedelta(hours=float(hours))))
    for name, words in table["seasonal_zones"].items():
        try:
            zones |= dict.fromkeys(words, ZoneInfo(name))
        except ZoneInfoNotFoundError:  # A system without the IANA database knows fixed offsets only.
            continue
    return {
        f"{_MARK}{name}" if name in table["zones_in_capitals"]["names"] else name: zone for name, zone in zones.items()
    }
