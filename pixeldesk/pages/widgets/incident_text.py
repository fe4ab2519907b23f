"""Format an incident's times, rates and state for people, in UTC. None of it is log text."""

from datetime import datetime

from pixeldesk.pages.widgets.time_format import parsed, to_the_minute


def from_until(started_at: datetime | str, ended_at: datetime | str | None) -> str:
    """Format the time of an incident from two times.

    `12 Nov 2026 14:07 to 14:29 UTC`, with the day of its end if it is another; `since …` while it is open.
    """
    if ended_at is None:
        return f"since {to_the_minute(started_at)} UTC"
    same_day = parsed(started_at).date() == parsed(ended_at).date()
    until = f"{parsed(ended_at):%H:%M}" if same_day else to_the_minute(ended_at)
    return f"{to_the_minute(started_at)} to {until} UTC"


def duration(minutes: int) -> str:
    """Format a number of minutes as `22 min`, `4 h 54 min` or `2 d 3 h`."""
    hours, rest = divmod(minutes, 60)
    days, hours_of_day = divmod(hours, 24)
    if days:
        return f"{days} d {hours_of_day} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def state_badge(is_open: bool) -> str:
    """Return a Markdown badge that says whether an incident is still open."""
    return ":red-badge[Going on]" if is_open else ":green-badge[Over]"


def rate(per_minute: float) -> str:
    """Format a rate with two digits, or as a whole number: `31`, `9.3`, `0.0093`."""
    return f"{per_minute:,.0f}" if per_minute >= 10 else f"{per_minute:.2g}"
