"""Expose metrics to Prometheus from a registry of our own. Label values are ours: sender names, statuses, outcomes."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.report import OUTCOMES
from pixeldesk.server.push.backpressure import Backpressure

NOBODY = "none"
"""Label of a post from an unknown sender."""
_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PUSHED, _PIPED = "push", "pipe"


class Metrics:
    """Counters since the server's start, and gauges that read the store at each scrape."""

    def __init__(self, desk: Desk, backpressure: Backpressure) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # Would add a _created sample to each counter.
        self._registry = CollectorRegistry()
        self._posts = Counter("pixeldesk_push_posts", "Posts answered.", ["sender", "status"], registry=self._registry)
        self._seconds = Histogram(
            "pixeldesk_push_batch_seconds", "Seconds of one transaction of pushed posts.",
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._batch_posts = Counter(
            "pixeldesk_push_batch_posts", "Posts that were stored by those transactions.", registry=self._registry
        )
        self._registry.register(_StoreCollector(desk, backpressure))
        ProcessCollector(registry=self._registry)

    def answered(self, sender: str | None, status: int) -> None:
        """Count an answered post."""
        self._posts.labels(sender or NOBODY, str(status)).inc()

    def stored(self, posts: int, seconds: float) -> None:
        """Count a transaction that stored `posts` posts in `seconds` seconds."""
        self._seconds.observe(seconds)
        self._batch_posts.inc(posts)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format. Raises StoreError."""
        return generate_latest(self._registry)


class _StoreCollector(Collector):
    def __init__(self, desk: Desk, backpressure: Backpressure) -> None:
        self._desk = desk
        self._backpressure = backpressure

    def describe(self) -> list[Metric]:
        """Describe nothing: without this method, registering would collect, and query the store, at the start."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield self._lines()
        yield _gauge("pixeldesk_push_waiting_bytes", "Bytes being received or waiting.", self._backpressure.bytes)
        yield _gauge("pixeldesk_push_waiting_posts", "Posts being received or waiting.", self._backpressure.posts)
        newest = self._desk.coverage().newest
        if newest is not None:
            age = (datetime.now(UTC).replace(tzinfo=None) - newest).total_seconds()
            yield _gauge("pixeldesk_newest_record_age_seconds", "How old the newest record is.", age)
        yield _gauge("pixeldesk_store_bytes", "The store's size on disk, its log included.", self._store_bytes())
        states = [follower.latest for follower in self._desk.following.followers()]
        yield _gauge("pixeldesk_followed_files", "Files being followed.", sum(state.files for state in states))
        unreadable = sum(len(state.unreadable) for state in states)
        yield _gauge("pixeldesk_followed_unreadable", "Followed files that cannot be read now.", unreadable)

    def _lines(self) -> Metric:
        family = CounterMetricFamily(
            "pixeldesk_lines", "Lines in the store, by the kind of their source and what became of them.",
            labels=["source", "outcome"],
        )  # fmt: skip
        counted: dict[tuple[str, str], int] = defaultdict(int)
        for row in self._desk.query("sources_read"):
            for outcome in OUTCOMES:
                counted[_kind(row["source"]), outcome] += row[outcome] or 0
        for (kind, outcome), lines in sorted(counted.items()):
            family.add_metric([kind, outcome], lines)
        return family

    def _store_bytes(self) -> int:
        path = self._desk.store.path
        files = [path, path.with_name(path.name + ".wal")]
        return sum(file.stat().st_size for file in files if file.exists())


def _kind(source: str) -> str:
    for kind in (_PUSHED, "upload"):
        if source.startswith(f"{kind}:"):
            return kind
    if source == "-":
        return _PIPED
    return "object" if "://" in source else "file"


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)
