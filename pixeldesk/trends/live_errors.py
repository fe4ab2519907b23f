"""All numbers of the page of live errors but those of a drill, worked out together."""

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
    """What the logs say of a range; `worst` is None where they have nothing of it."""

    series: ErrorSeries
    usual: Usual
    worst: WorstNow | None
    deploys: list[Deploy]
    missing: tuple[TimeRange, ...]
    logged: LoggedTime

    def is_partial(self, place: int) -> bool:
        """Whether the logs or the range have only a part of a bucket, so that its number is too small."""
        bucket = self.series.bucket_at(place)
        seen = bucket.overlap(self.logged.span)
        if seen is None or seen.overlap(self.series.range) is None:
            return False
        is_over = bucket.end <= self.logged.newest and self.logged.first_minute <= bucket.start
        return not (is_over and self.series.range.contains(bucket))


def live_errors(store: Store, within: TimeRange, chosen: RequestFilter, logged: LoggedTime) -> LiveErrors:
    """Count a range, and what it has to be compared with."""
    part = newest_part(within, logged)
    return LiveErrors(
        error_series(store, within, chosen),
        usual(store, within, chosen, logged),
        worst_now(store, part, chosen, logged) if part else None,
        deploys(store, within, chosen),
        logged.missing(within),
        logged,
    )
