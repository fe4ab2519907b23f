"""Ways to write a time that counts back from now, and spans that last until now."""

import re
from collections.abc import Iterator

from pixeldesk.tickets.times.parts import Ago, Meaning, Week, Written
from pixeldesk.tickets.times.time_words import TimeWords, any_of, spaced, time_words

_LONGEST_LASTING_S, _LONGEST_AGO_S = 4 * 86400, 60 * 86400


def spans(words: TimeWords) -> Iterator[Written]:
    """Yield the ways to write "two hours ago", "for two hours", "last week"."""
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
    yield any_of(words.weeks), lambda match: (Week(words.weeks[spaced(match[0])]),)


def _lasting(match: re.Match[str]) -> tuple[Meaning, ...]:
    return _back(match, lasts=True)


def _ago(match: re.Match[str]) -> tuple[Meaning, ...]:
    return _back(match, lasts=False)


def _back(match: re.Match[str], *, lasts: bool) -> tuple[Meaning, ...]:
    words = time_words()
    written = match.groupdict().get("n") or "1"
    number = words.numbers.get(spaced(written))
    number = float(written.replace(",", ".")) if number is None else number
    unit = words.units[match["u"]]
    # "For 30 days" is what a report is about, not since when it fails.
    longest = _LONGEST_LASTING_S if lasts else _LONGEST_AGO_S
    return (Ago(number * unit, unit, lasts),) if number * unit <= longest else ()
