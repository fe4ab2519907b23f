"""Compute the numbers of the Live errors page, except those of a drill-down."""

from dataclasses import dataclass

from pixeldesk.store import Store
from pixeldesk.trends.deploys import Deploy, deploys
from pixeldesk.trends.error_series import ErrorSeries, error_series
from pixeldesk.trends.logged_time import LoggedTime
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import TimeRange
from pixeldesk.trends.usual import Usual, usual
from pixeldesk.trends.worst_codes import WorstNow, newest_part, worst_now


@dataclass(frozen=True)
class LiveErrors:
    """The numbers of a range. `worst` is None if the logs do not cover any of it."""

    series: ErrorSeries
    usual: Usual
    worst: WorstNow | None
    deploys: list[Deploy]
    missing: tuple[TimeRange, ...]
    logged: LoggedTime

    def is_partial(self, index: int) -> bool:
        """Return whether the logs or the range have only a part of a bucket, so that its number is too small."""
        bucket = self.series.bucket_at(index)
        seen = bucket.overlap(self.logged.span)
        if seen is None or seen.overlap(self.series.range) is None:
            return False
        is_over = bucket.end <= self.logged.newest and self.logged.first_minute <= bucket.start
        return not (is_over and self.series.range.contains(bucket))


def live_errors(store: Store, within: TimeRange, chosen: RequestFilter, logged: LoggedTime) -> LiveErrors:
    """Count a range, what is usual then, its worst codes and its deploys."""
    part = newest_part(within, logged)
    return LiveErrors(
        error_series(store, within, chosen),
        usual(store, within, chosen, logged),
        worst_now(store, part, chosen, logged) if part else None,
        deploys(store, within, chosen),
        logged.missing(within),
        logged,
    )
