"""Find environments with too little traffic for the detector to see an incident."""

from datetime import timedelta

from pixeldesk.incidents.rules import FEWEST_FAILURES
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.coverage import coverage

# Below this, even if a quarter of the requests failed, there would be too few failures to fire.
_FEWEST_REQUESTS = 4 * FEWEST_FAILURES
_SPAN = timedelta(hours=1)


def too_quiet(store: Store) -> list[str]:
    """Return a sentence for each environment with too few requests in the logs' last hour."""
    newest = coverage(store).newest
    if newest is None:
        return []
    end = newest + timedelta(microseconds=1)
    rows = question("quiet_environments").rows(store, start=end - _SPAN, end=end, fewest=_FEWEST_REQUESTS)
    return [
        f"{row['environment'] or 'Requests that name no environment'}: {int(row['requests'])} requests in the last"
        f" hour, not enough traffic to judge (an incident needs {FEWEST_FAILURES} failures)."
        for row in rows
    ]
