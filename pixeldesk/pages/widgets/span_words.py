"""A span of time as people read it, in UTC."""

from pixeldesk.trends.time_range import TimeRange


def span_words(span: TimeRange) -> str:
    """`Sun 22 Nov 10:00 to 10:15`; with the day of its end where that is another."""
    same_day = span.end.date() == span.start.date()
    end = f"{span.end:%H:%M}" if same_day else f"{span.end:%a %-d %b %H:%M}"
    return f"{span.start:%a %-d %b %H:%M} to {end}"
