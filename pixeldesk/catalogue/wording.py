"""Format numbers, spans of time and log values the same way in every reply, evidence and page."""

from datetime import datetime

_LONGEST_VALUE = 120
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def counted(number: int, noun: str) -> str:
    """Format a number with its noun: `1 request`, `1,204 requests`, `2 queries`, `3 diagnoses`."""
    return f"{number:,} {noun if number == 1 else _plural(noun)}"


def spell_seconds(seconds: float) -> str:
    """Format a span of time: `45 seconds`, `12 minutes`, `5.2 hours`, `3.1 days`."""
    for size, noun in ((86400, "days"), (3600, "hours"), (120, "minutes")):
        if seconds >= size * (1 if noun == "minutes" else 2):
            unit = 60 if noun == "minutes" else size
            return f"{seconds / unit:.0f} {noun}" if noun == "minutes" else f"{seconds / unit:.1f} {noun}"
    return counted(round(seconds), "second")


def spell_day(moment: datetime) -> str:
    """Spell the day of a time: `29 November 2026`, whatever the language of the machine."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def spell_moment(moment: datetime) -> str:
    """Spell a time in UTC: `29 November 2026, 14:03 UTC`."""
    return f"{spell_day(moment)}, {moment:%H:%M} UTC"


def spell_span(since: datetime, until: datetime) -> str:
    """Spell a span of time in UTC as short as it can be said.

    `on 29 November 2026 at 14:03 UTC`, `on 29 November 2026 from 14:03 to 15:00 UTC`, or `spell_days` for several days.
    """
    if since.date() != until.date():
        return spell_days(since, until)
    first, last = f"{since:%H:%M}", f"{until:%H:%M}"
    return f"on {spell_day(since)} {f'at {first}' if first == last else f'from {first} to {last}'} UTC"


def spell_days(since: datetime, until: datetime) -> str:
    """Spell the days of a span: `from 17 to 30 November 2026`, `from 30 December 2025 to 2 January 2026`."""
    if since.date() == until.date():
        return f"on {spell_day(since)}"
    if since.year != until.year:
        return f"from {spell_day(since)} to {spell_day(until)}"
    month = "" if since.month == until.month else f" {_MONTHS[since.month - 1]}"
    return f"from {since.day}{month} to {spell_day(until)}"


def listed(words: list[str]) -> str:
    """Join words for a sentence: `a`, `a and b`, `a, b and c`. Raises ValueError for an empty list."""
    if not words:
        raise ValueError("there is no word to list")
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def one_line(value: object) -> str:
    """Format a log value as part of a sentence: printable, on one line, truncated to 120 characters."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in str(value)).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _plural(noun: str) -> str:
    if noun.endswith("sis"):
        return f"{noun[:-2]}es"
    consonant = len(noun) > 1 and noun[-2] not in "aeiou"
    return f"{noun[:-1]}ies" if noun.endswith("y") and consonant else f"{noun}s"
