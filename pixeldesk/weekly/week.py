"""Compute ISO 8601 weeks in UTC: from Monday 00:00 to before the next Monday 00:00, numbered 01 to 52 or 53.

A week belongs to the year that contains its Thursday.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from pixeldesk.errors import UsageError

LENGTH = timedelta(days=7)
HOURS_IN_A_WEEK = 168
_WRITTEN = re.compile(r"([12]\d{3})-W(\d\d)", re.ASCII)


@dataclass(frozen=True, order=True)
class Week:
    """A week, by its ISO 8601 year and number."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> "Week":
        """Return the week that contains a time, UTC without a zone."""
        year, number, _ = moment.isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Parse a week like `2026-W47`. Raises UsageError."""
        written = _WRITTEN.fullmatch(text.strip().upper())
        if written is None:
            raise UsageError(f"{text!r} is not a week; write it like 2026-W47")
        year, number = int(written[1]), int(written[2])
        try:
            return cls.of(datetime.fromisocalendar(year, number, 1))
        except ValueError:
            raise UsageError(f"{year} has no week {number}; a year has 52 or 53") from None

    @property
    def start(self) -> datetime:
        """Monday 00:00, UTC without a zone."""
        return datetime.fromisocalendar(self.year, self.number, 1)

    @property
    def end(self) -> datetime:
        """The next Monday 00:00, which is not part of the week."""
        return self.start + LENGTH

    @property
    def last_day(self) -> datetime:
        """The week's Sunday, at 00:00."""
        return self.end - timedelta(days=1)

    def earlier(self, weeks: int) -> "Week":
        """Return the week this many weeks before."""
        return Week.of(self.start - weeks * LENGTH)

    def __str__(self) -> str:
        """Return the week as `2026-W47`."""
        return f"{self.year}-W{self.number:02}"


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Week.parse(value)
    except UsageError as error:
        raise ValueError(str(error)) from error


WrittenWeek = Annotated[Week, BeforeValidator(_parsed), PlainSerializer(str, return_type=str, when_used="json")]
"""A week whose JSON is `2026-W47`."""


def weeks_between(first: datetime, last: datetime) -> list[Week]:
    """Return every week from that of `first` to that of `last`, newest first."""
    newest, oldest = Week.of(last), Week.of(first)
    return [newest.earlier(count) for count in range((newest.start - oldest.start) // LENGTH + 1)]
