"""List the values that a page offers as filters."""

from collections import defaultdict

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.time_range import TimeRange

_MOST_VALUES = 200


def values_met(store: Store, within: TimeRange) -> dict[str, list[str]]:
    """Return the values of each field in a range, most frequent first. Only customers with errors are listed."""
    values: defaultdict[str, list[str]] = defaultdict(list)
    for row in question("values_met").rows(store, start=within.start, end=within.end, limit=_MOST_VALUES):
        values[row["field"]].append(row["value"])
    return values
