"""Answers that take a while: worked out in the background, once for all who ask, and kept until new lines come."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from pixeldesk.queries import question
from pixeldesk.store import Store

Answer = TypeVar("Answer")
_AT_ONCE = 2


class Kept:
    """The last few answers over one store. Any thread may ask; log text in them goes with them."""

    def __init__(self, store: Store, most: int = 16) -> None:
        self._store = store
        self._most = most
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pixeldesk-kept")
        self._batch: int | None = None
        self._answers: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def of(self, key: Hashable, work: Callable[[], Answer]) -> "Future[Answer]":
        """What `work` gives for this key, perhaps still on its way. What failed is tried anew the next time."""
        batch = question("last_batch").rows(self._store)[0]["batch_id"]
        with self._lock:
            if batch != self._batch:
                self._answers.clear()
                self._batch = batch
            known = self._answers.pop(key, None)
            if known is None or (known.done() and known.exception()):
                known = self._pool.submit(work)
            self._answers[key] = known
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
            return known

    def close(self) -> None:
        """Let what runs come to its end and begin nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)
