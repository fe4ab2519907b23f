"""The one thread that stores posts: what waits when it is free goes into the store by one transaction.

So a lone sender waits for its own commit only, and two hundred at once share a few.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from pixeldesk.errors import StoreError, StoreFull
from pixeldesk.server.push.post import Post, Taken
from pixeldesk.server.push.refusals import Refusal, not_writable
from pixeldesk.server.push.storing import store_posts
from pixeldesk.settings import MIB, Settings
from pixeldesk.store import Store

# What one transaction takes at most.
_MOST_POSTS = 256
_MOST_BYTES = 64 * MIB
_log = logging.getLogger(__name__)
Stored = Callable[[list[Post], float], None]


class Writer:
    """Stores posts in the order they came. `told` is called with the posts and the seconds of each transaction."""

    def __init__(self, store: Store, settings: Settings, told: Stored = lambda *_: None) -> None:
        self._store = store
        self._settings = settings
        self._told = told
        self._changed = threading.Condition()
        self._queue: list[tuple[Post, Future[Taken]]] = []
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="pixeldesk-push", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether posts are still taken."""
        return self._thread.is_alive() and not self._is_closing

    def submit(self, post: Post) -> "Future[Taken]":
        """Have a post stored. The future ends once it is committed, or with the Refusal that says why it is not."""
        future: Future[Taken] = Future()
        with self._changed:
            if not self.is_alive:
                raise not_writable("the server is stopping")
            self._queue.append((post, future))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Store what waits, and end."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next():
            posts = [post for post, _ in group]
            for (_, future), result in zip(group, self._stored(posts), strict=True):
                if isinstance(result, Refusal):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def _next(self) -> list[tuple[Post, "Future[Taken]"]]:
        """The posts of the next transaction; none when it is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closing)
            group: list[tuple[Post, Future[Taken]]] = []
            left: list[tuple[Post, Future[Taken]]] = []
            keys: set[tuple[str, str]] = set()
            size = 0
            for one in self._queue:
                post = one[0]
                # A key twice: the second is answered by what the first has committed.
                key = (post.sender.name, post.key or "")
                is_full = len(group) >= _MOST_POSTS or (group and size + post.size > _MOST_BYTES)
                if is_full or (post.key and key in keys):
                    left.append(one)
                    continue
                keys.add(key)
                size += post.size
                group.append(one)
            self._queue = left
            return group

    def _stored(self, posts: list[Post]) -> list[Taken | Refusal]:
        """Store posts together; where that fails, one by one, so that one does not take the others with it."""
        begun = time.perf_counter()
        try:
            found = store_posts(self._store, self._settings, posts)
        except Exception as error:
            if len(posts) > 1 and not isinstance(error, StoreFull):
                return [result for post in posts for result in self._stored([post])]
            return [_refusal(error)] * len(posts)
        self._told(posts, time.perf_counter() - begun)
        return found


def _refusal(error: Exception) -> Refusal:
    """What the senders are told; the server's own log tells the rest."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, StoreError):
        _log.error("pushed logs were not stored: %s", error)
        full = isinstance(error, StoreFull)
        return not_writable("the server has no space left" if full else "the store cannot be written now")
    _log.error("pushed logs were not stored", exc_info=error)
    return not_writable("the server failed at it, and its log says more")
