"""Find deploys: hosts that begin to answer with another release at about the same time."""

from dataclasses import dataclass, replace
from datetime import datetime

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import DAY, HOUR, TimeRange


@dataclass(frozen=True)
class Deploy:
    """A release's first answer on a host, with all hosts that followed, each within an hour of the host before."""

    at: datetime
    environment: str | None
    release: str
    hosts: tuple[str | None, ...]


def deploys(store: Store, within: TimeRange, chosen: RequestFilter) -> list[Deploy]:
    """Return the deploys of the chosen environment and host in time order: to the minute, in long ranges to the hour.

    A host without an answer in the day before the range is not known to have changed its release.
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
        started = Deploy(row["moment"], row["environment"], row["release"], (row["host"],))
        index = next((n for n, (latest, deploy) in enumerate(found) if _is_same(deploy, started, latest)), None)
        if index is None:
            found.append((started.at, started))
        else:
            deploy = found[index][1]
            found[index] = started.at, replace(deploy, hosts=(*deploy.hosts, *started.hosts))
    return [deploy for _, deploy in found]


def _is_same(deploy: Deploy, started: Deploy, latest: datetime) -> bool:
    is_same_release = (deploy.environment, deploy.release) == (started.environment, started.release)
    return is_same_release and started.at - latest <= HOUR
