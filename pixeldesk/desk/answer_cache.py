"""Compute slow answers in the background, once for all callers, and cache them until new lines arrive."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from pixeldesk.queries import question
from pixeldesk.store import Store

Answer = TypeVar("Answer")
_THREADS = 2


class AnswerCache:
    """A cache of the last `most` answers over one store. Any thread may call it. Answers may contain log text."""

    def __init__(self, store: Store, most: int = 16) -> None:
        self._store = store
        self._most = most
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="pixeldesk-answers")
        self._batch: int | None = None
        self._answers: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def future(self, key: Hashable, work: Callable[[], Answer]) -> "Future[Answer]":
        """Return the future of `work` for this key, cached or started now. A failed one is started again."""
        batch = question("last_batch").rows(self._store)[0]["batch_id"]
        with self._lock:
            if batch != self._batch:
                self._answers.clear()
                self._batch = batch
            cached = self._answers.pop(key, None)
            if cached is None or (cached.done() and cached.exception()):
                cached = self._pool.submit(work)
            self._answers[key] = cached
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
            return cached

    def close(self) -> None:
        """Wait for the running work, and cancel what has not started."""
        self._pool.shutdown(wait=True, cancel_futures=True)
