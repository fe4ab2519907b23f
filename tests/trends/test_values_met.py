"""Compare the values to filter by with the sample's own lines."""

from collections import Counter
from datetime import datetime

from pixeldesk.desk.desk import Desk
from pixeldesk.trends.time_range import TimeRange
from pixeldesk.trends.values_met import values_met
from tests.trends.recount import requests_of


def test_values_of_each_field_the_most_frequent_first(sample_desk: Desk) -> None:
    within = TimeRange(datetime(2026, 11, 18, 7, 30), datetime(2026, 11, 18, 9))
    met = requests_of(within.start.replace(minute=0), within.end)
    expected = {}
    for field in ("environment", "route", "host", "error_code", "customer_id"):
        counted = Counter(
            str(getattr(request, field))
            for request in met
            if getattr(request, field) is not None and (field != "customer_id" or request.status >= 400)
        )
        expected[field] = sorted(counted, key=lambda value: (-counted[value], value))
    assert values_met(sample_desk.store, within) == expected
    assert len(expected["customer_id"]) > 3
