"""Compute a slow answer once for all callers, and again in the background after new lines, with rests in between.

Lines may arrive each second, and an answer about the whole store may take half a minute. So a page gets the newest
answer there is, which says whether it is current, and only the first answer is waited for. After each refresh comes a
rest of REST times its duration: however fast lines arrive, refreshing an answer takes a tenth of one processor's time
at most. Who must have the exact answer, such as the command line, asks for it and waits.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pixeldesk.errors import PixeldeskError
from pixeldesk.queries import question
from pixeldesk.store import Store

REST = 9
"""The rest after a refresh, in durations of the refresh."""

SHORT_WAIT_S = 0.3
"""Pages wait for a refresh if the one before took no longer, seconds."""

_log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Snapshot(Generic[Answer]):
    """An answer as of a batch of lines, as `last_batch` tells it. `is_current`: there are no newer lines."""

    answer: Answer
    batch: Hashable
    is_current: bool = True


def last_batch(store: Store) -> Hashable:
    """Return what changes with each batch of lines, and when a backup takes the place of the store.

    A restored store gives ids again that the former one gave to other batches.
    """
    return store.generation, question("last_batch").rows(store)[0]["batch_id"]


class Refreshed(Generic[Answer]):
    """The answer of `find`, refreshed by the threads of `executor`. Any thread may call it; one `find` runs at a time.

    An error of `find` is raised to those who wait for it, and the next caller tries again; while there is a former
    answer, callers get that, and the rest comes first.
    """

    def __init__(
        self,
        find: Callable[[], Answer],
        last_batch: Callable[[], Hashable],
        executor: Executor,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # May be replaced by a newer one to the same effect.
        self.find = find
        self._last_batch = last_batch
        self._executor = executor
        self._clock = clock
        self._finding = threading.Lock()
        self._starting = threading.Lock()
        self._refresh: Future[Snapshot[Answer]] | None = None
        self._newest: Snapshot[Answer] | None = None
        self._took = 0.0
        self._rests_until = float("-inf")

    def exact(self) -> Answer:
        """Return the answer as of the newest lines, computed in this thread unless it is known."""
        return self._exact().answer

    def shown(self) -> Snapshot[Answer]:
        """Return the newest answer for a page. Waits for the first, and shortly for a short refresh."""
        return self.future().result()

    def known(self) -> Snapshot[Answer] | None:
        """Return the newest answer, or None while the first is being computed, after a short wait."""
        pending = self.future()
        wait([pending], SHORT_WAIT_S)
        return pending.result() if pending.done() and not pending.exception() else None

    def future(self) -> "Future[Snapshot[Answer]]":
        """Return a future of the first answer, or of the newest there is. Starts a refresh if one is due."""
        last, newest = self._last_batch(), self._newest
        if newest is None:
            return self.refresh()
        is_current = newest.batch == last
        if not is_current and self._clock() >= self._rests_until:
            pending = self.refresh()
            if self._took <= SHORT_WAIT_S:
                wait([pending], SHORT_WAIT_S)
                newest = self._newest or newest
                is_current = newest.batch == self._last_batch()
        done: Future[Snapshot[Answer]] = Future()
        done.set_result(replace(newest, is_current=is_current))
        return done

    def refresh(self) -> "Future[Snapshot[Answer]]":
        """Start a refresh in the background, or return the future of the running one."""
        with self._starting:
            if self._refresh is None or self._refresh.done():
                self._refresh = self._executor.submit(self._exact)
                self._refresh.add_done_callback(_log_a_defect)
            return self._refresh

    def _exact(self) -> Snapshot[Answer]:
        with self._finding:
            # Read before the answer is computed: with lines that arrive meanwhile, it does not count as current.
            batch = self._last_batch()
            if self._newest is None or self._newest.batch != batch:
                began = self._clock()
                try:
                    self._newest = Snapshot(self.find(), batch)
                finally:
                    self._took = self._clock() - began
                    self._rests_until = self._clock() + REST * self._took
            return self._newest


def _log_a_defect(refresh: "Future[Snapshot[Any]]") -> None:
    """Log an error that is none of ours. Perhaps nobody waits for it, and pages would show an old answer for ever."""
    error = refresh.exception()
    if error is not None and not isinstance(error, PixeldeskError):
        _log.error("a refresh failed; the next caller will try again", exc_info=error)


class RefreshedAnswers:
    """The answers of the last `most` keys asked for, each refreshed, by two threads together."""

    _THREADS = 2

    def __init__(
        self, last_batch: Callable[[], Hashable], most: int = 16, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._last_batch = last_batch
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(self._THREADS, thread_name_prefix="pixeldesk-answers")
        self._answers: OrderedDict[Hashable, Refreshed[Any]] = OrderedDict()

    def future(self, key: Hashable, find: Callable[[], Answer]) -> "Future[Snapshot[Answer]]":
        """Return a future of the answer for this key. See Refreshed.future; the next refresh calls this `find`."""
        with self._lock:
            refreshed = self._answers.pop(key, None)
            if refreshed is None:
                refreshed = Refreshed(find, self._last_batch, self._executor, self._clock)
            refreshed.find = find
            self._answers[key] = refreshed
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return refreshed.future()

    def close(self) -> None:
        """Wait for the refreshes. Close the store for reading before: that ends those that run, and those that wait."""
        self._executor.shutdown(wait=True)
