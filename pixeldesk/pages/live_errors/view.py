"""Read what Live errors shows from its address, and write it there.

`/errors?from=2026-11-21T00:00Z&to=…&environment=…&code=…&route=…&host=…&customer=…&measure=rate`, and with a drill-down
`&drill_from=…&drill_to=…`: all in absolute time, so that a link shows the same numbers later. Only `live=1&last=1 h`
follows the newest record. An address without a time shows the last 24 hours. Invalid parameters are ignored.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

import streamlit as st

from pixeldesk.errors import UsageError
from pixeldesk.incidents.incident import ANY_SERVER_ERROR
from pixeldesk.pages.widgets.query_value import query_value
from pixeldesk.queries.values import parse_time
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import LENGTHS, LONGEST, MINUTE, TimeRange, ceiling, floor, last

Measure = Literal["errors", "requests", "rate"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
FIELDS = {
    "environment": "environment",
    "code": "error_code",
    "route": "route",
    "host": "host",
    "customer": "customer_id",
}
"""The filters: the query parameter of each, and the field of a request."""

_DEFAULT_LENGTH = "24 h"
_EARLIEST, _LATEST = datetime(2000, 1, 1), datetime(2100, 1, 1)
_CHANGED = "live_errors_view_changed"


@dataclass(frozen=True)
class View:
    """What the page shows. `live` is the name of the range's length while it follows the newest record, else None."""

    range: TimeRange
    values: dict[str, str]
    measure: Measure
    drill: TimeRange | None
    live: str | None

    @property
    def chosen(self) -> RequestFilter:
        """Return the filters by the fields of a request."""
        code = self.values.get("code")
        return RequestFilter(
            environment=self.values.get("environment"),
            route=self.values.get("route"),
            host=self.values.get("host"),
            customer_id=self.values.get("customer"),
            error_code=None if code == ANY_SERVER_ERROR else code,
            server_errors_only=code == ANY_SERVER_ERROR,
        )

    def length_back_from(self, newest: datetime) -> str | None:
        """Return the name of the range's length if the range ends at the newest record, and None otherwise."""
        names = [name for name, length in LENGTHS.items() if self.range == last(length, newest)]
        return names[0] if names else None


def asked_view(newest: datetime) -> View:
    """Read the view from the address. `newest` is the time of the newest record."""
    asked = st.query_params
    live = asked.get("last", _DEFAULT_LENGTH) if asked.get("live") == "1" else None
    if live is not None and live not in LENGTHS:
        live = _DEFAULT_LENGTH
    values = {name: value for name in FIELDS if (value := query_value(name))}
    return View(
        range=last(LENGTHS[live], newest) if live else _asked_range(newest),
        values=values,
        measure=next((measure for measure in MEASURES if measure == asked.get("measure")), "errors"),
        drill=_asked_span("drill_from", "drill_to"),
        live=live,
    )


def address_of(view: View) -> dict[str, str]:
    """Return the query parameters of a view."""
    time = {"live": "1", "last": view.live} if view.live else _written(view.range, "from", "to")
    measure = {} if view.measure == "errors" else {"measure": view.measure}
    drill = _written(view.drill, "drill_from", "drill_to") if view.drill else {}
    return {**time, **view.values, **measure, **drill}


def go_to(view: View) -> None:
    """Show another view. Call it from a callback; the browser's back button leads to the former one."""
    st.query_params.from_dict(address_of(view))
    st.session_state[_CHANGED] = True


def view_has_changed() -> bool:
    """Return whether a callback chose another view since this was last asked.

    A fragment cannot tell from its address: a timed refresh brings the address that the browser had when it was sent,
    which on a slow machine is still the former one.
    """
    return bool(st.session_state.pop(_CHANGED, False))


def go_to_time(view: View, time: TimeRange) -> None:
    """Show another range. A drill-down within it stays open. Call it from a callback."""
    drill = view.drill if view.drill and time.contains(view.drill) else None
    go_to(replace(view, range=time, drill=drill))


def names_its_time() -> bool:
    """Return whether the address names the time that the page shows."""
    return _asked_span("from", "to") is not None or st.query_params.get("live") == "1"


def whole_minutes(start: datetime, end: datetime) -> TimeRange | None:
    """Return the whole minutes that cover a range, or the newest LONGEST of them. Return None for an invalid range."""
    if not _EARLIEST <= start < end <= _LATEST:
        return None
    past = ceiling(end, MINUTE)
    return TimeRange(max(floor(start, MINUTE), past - LONGEST), past)


def _asked_range(newest: datetime) -> TimeRange:
    return _asked_span("from", "to") or last(LENGTHS[_DEFAULT_LENGTH], newest)


def _asked_span(start: str, end: str) -> TimeRange | None:
    try:
        return whole_minutes(parse_time(st.query_params.get(start, "")), parse_time(st.query_params.get(end, "")))
    except UsageError:
        return None


def _written(span: TimeRange, start: str, end: str) -> dict[str, str]:
    return {start: f"{span.start:%Y-%m-%dT%H:%MZ}", end: f"{span.end:%Y-%m-%dT%H:%MZ}"}
