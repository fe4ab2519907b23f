"""Where no incident is said, though nobody could have seen one: too few requests, or too little history."""

from datetime import timedelta

from pixeldesk.incidents.rules import FEWEST_FAILURES
from pixeldesk.queries import question
from pixeldesk.store import Store

# With a quarter of the requests failing there would still not be enough failures to fire.
_FEWEST_REQUESTS = 4 * FEWEST_FAILURES
_SPAN = timedelta(hours=1)


def too_quiet(store: Store) -> list[str]:
    """A sentence an environment whose last hour of the logs has too few requests to judge."""
    (coverage,) = question("coverage").rows(store)
    if coverage["newest"] is None:
        return []
    end = coverage["newest"] + timedelta(microseconds=1)
    rows = question("quiet_environments").rows(store, start=end - _SPAN, end=end, fewest=_FEWEST_REQUESTS)
    return [
        f"{row['environment'] or 'Requests that name no environment'}: {int(row['requests'])} requests in the last"
        f" hour, not enough traffic to judge (an incident needs {FEWEST_FAILURES} failures)."
        for row in rows
    ]
