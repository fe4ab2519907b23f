"""When another release began to answer: hosts that began to run it at about the same time are one deploy."""

from dataclasses import dataclass, replace
from datetime import datetime

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import DAY, HOUR, TimeRange


@dataclass(frozen=True)
class Deploy:
    """The first request that a host answered with a release, and all the hosts that followed within an hour each."""

    at: datetime
    environment: str | None
    release: str
    hosts: tuple[str | None, ...]


def deploys(store: Store, within: TimeRange, chosen: RequestFilter) -> list[Deploy]:
    """Those of the chosen environment and host, in order: to the minute, in long ranges to the hour.

    A host that had not answered in the day before the range is not known to have changed its release.
    """
    earliest = within.start - DAY
    rows = question("release_starts").rows(
        store,
        earliest=earliest,
        start=within.start,
        end=within.end,
        first_hour=earliest if within.width >= HOUR else within.end,
        environment=chosen.environment,
        host=chosen.host,
    )
    found: list[tuple[datetime, Deploy]] = []
    for row in rows:
        one = Deploy(row["moment"], row["environment"], row["release"], (row["host"],))
        place = next((n for n, (latest, other) in enumerate(found) if _is_same(other, one, latest)), None)
        if place is None:
            found.append((one.at, one))
        else:
            whole = replace(found[place][1], hosts=(*found[place][1].hosts, *one.hosts))
            found[place] = one.at, whole
    return [one for _, one in found]


def _is_same(deploy: Deploy, host: Deploy, latest: datetime) -> bool:
    return (
        (deploy.environment, deploy.release) == (host.environment, host.release)
        and host.at - latest <= HOUR
    )  # fmt: skip
