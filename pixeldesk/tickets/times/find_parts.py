"""Find the parts of times in a folded text; `named_times` joins them to times.

Every regular expression of the ways to write a part is free of nested repetition, so that time grows linearly with the
length of the text.
"""

import re
from collections.abc import Iterator
from functools import cache

from pixeldesk.tickets.times.clocks import clocks, ranges
from pixeldesk.tickets.times.dates import dates, timestamps
from pixeldesk.tickets.times.days import days
from pixeldesk.tickets.times.parts import Part, Reader
from pixeldesk.tickets.times.spans import spans
from pixeldesk.tickets.times.time_words import TimeWords, time_words
from pixeldesk.tickets.times.zones import offsets, zones


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


@cache
def _readers() -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Return a pattern and its reader for each way to write a part, in the order in which they are tried."""
    words = time_words()
    return tuple((re.compile(pattern, re.ASCII), read) for pattern, read in _written(words))


def _written(words: TimeWords) -> Iterator[tuple[str, Reader]]:
    yield from timestamps()
    yield from spans(words)
    yield from ranges(words)
    yield from dates(words)
    yield from offsets()
    yield from clocks(words)
    yield from zones(words)
    yield from days(words)
