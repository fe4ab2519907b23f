"""Ways to name a day without a date, and a part of a day."""

import re
from collections.abc import Iterator

from pixeldesk.tickets.times.parts import Day, Hours, Meaning, Written
from pixeldesk.tickets.times.time_words import TimeWords, any_of, spaced


def days(words: TimeWords) -> Iterator[Written]:
    """Yield the ways to write "yesterday", "Monday", "this morning", "in the evening"."""

    def day_and_part(match: re.Match[str]) -> tuple[Meaning, ...]:
        day, first, last = words.days_and_parts[spaced(match[0])]
        return Day(relative=day), Hours(first, last)

    def weekday_and_part(match: re.Match[str]) -> tuple[Meaning, ...]:
        return Day(weekday=words.weekdays[match["day"]]), Hours(*words.parts[match["part"]])

    yield any_of(words.days_and_parts), day_and_part
    # German writes both in one word.
    yield (
        r"(?<![a-z])(?P<day>(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)"
        r"(?P<part>vormittag|mittag|nachmittag|abend|nacht|fruh)s?(?![a-z])",
        weekday_and_part,
    )
    yield (
        r"(?<![a-z])(?P<day>(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)\s?(?P<part>morgen)s?(?![a-z])",
        lambda match: (
            Day(weekday=words.weekdays[match["day"]]),
            Hours(*words.parts["morgens"]),
        ),
    )
    yield any_of(words.relative_days), lambda match: (Day(relative=words.relative_days[spaced(match[0])]),)
    yield (
        any_of(words.weekdays) + r"s?(?![a-z])",
        lambda match: (
            Day(weekday=words.weekdays[spaced(match[0]).rstrip("s") if match[0] not in words.weekdays else match[0]]),
        ),
    )
    yield _short_weekday(words), lambda match: (Day(weekday=words.short_weekdays[match[0]], is_weak=True),)
    yield any_of(words.parts), lambda match: (Hours(*words.parts[spaced(match[0])]),)


def _short_weekday(words: TimeWords) -> str:
    """Return the pattern of short weekdays: those of two letters only before a date, "(月)" in brackets."""
    long = any_of(word for word in words.short_weekdays if len(word) > 2)
    two = any_of(word for word in words.short_weekdays if len(word) == 2)
    one = any_of(word for word in words.short_weekdays if len(word) == 1)
    return rf"(?:{long}|{two}(?=[.,]\s?\d)|(?<=\(){one}(?=\)))"
