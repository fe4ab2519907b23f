"""An incident's times as people read them, in UTC. No log text is in them."""

from pixeldesk.pages.widgets.time_format import moment, to_the_minute


def from_until(started_at: str, ended_at: str | None) -> str:
    """`12 Nov 2026 14:07 to 14:29 UTC`, with the second day where it is another; `since …` while it goes on."""
    if ended_at is None:
        return f"since {to_the_minute(started_at)} UTC"
    same_day = moment(started_at).date() == moment(ended_at).date()
    until = f"{moment(ended_at):%H:%M}" if same_day else to_the_minute(ended_at)
    return f"{to_the_minute(started_at)} to {until} UTC"


def lasting(minutes: int) -> str:
    """`22 min`, `4 h 54 min`, `2 d 3 h`."""
    hours, rest = divmod(minutes, 60)
    days, hours_of_day = divmod(hours, 24)
    if days:
        return f"{days} d {hours_of_day} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def state_badge(is_open: bool) -> str:
    """As Markdown: whether it goes on or is over."""
    return ":red-badge[Going on]" if is_open else ":green-badge[Over]"


def rate(per_minute: float) -> str:
    """`31`, `9.3`, `0.0093`: two digits, or a whole number."""
    return f"{per_minute:,.0f}" if per_minute >= 10 else f"{per_minute:.2g}"
