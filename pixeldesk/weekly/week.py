"""ISO 8601 weeks in UTC: from Monday 00:00 up to the next Monday 00:00, numbered 01 to 52 or 53.

A week belongs to the year in which its Thursday lies.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from pixeldesk.errors import UsageError

LENGTH = timedelta(days=7)
HOURS_IN_A_WEEK = 168
_WRITTEN = re.compile(r"([12]\d{3})-W(\d\d)", re.ASCII)


@dataclass(frozen=True, order=True)
class Week:
    """One week, by the year and the number that ISO 8601 gives it."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> "Week":
        """The week that a time of the store lies in: UTC without a zone."""
        year, number, _ = moment.isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, text: str) -> "Week":
        """A week as a person writes it, `2026-W47`. Raises UsageError."""
        written = _WRITTEN.fullmatch(text.strip().upper())
        if written is None:
            raise UsageError(f"{text!r} is no week; write it like 2026-W47")
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
        """The next Monday 00:00, which is no part of it."""
        return self.start + LENGTH

    @property
    def last_day(self) -> datetime:
        """Sunday 00:00."""
        return self.end - timedelta(days=1)

    def earlier(self, weeks: int) -> "Week":
        """The week so many weeks before this one."""
        return Week.of(self.start - weeks * LENGTH)

    def __str__(self) -> str:
        """`2026-W47`."""
        return f"{self.year}-W{self.number:02}"


def weeks_between(first: datetime, last: datetime) -> list[Week]:
    """Every week from the one of `first` to the one of `last`, newest first."""
    newest, oldest = Week.of(last), Week.of(first)
    return [newest.earlier(count) for count in range((newest.start - oldest.start) // LENGTH + 1)]
