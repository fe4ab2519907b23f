"""Store posts in one thread, with a group commit: each transaction stores all posts that are queued at its start.

A single sender waits for its own commit only, and two hundred concurrent senders share a few commits.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from pixeldesk.errors import StoreError, StoreFull
from pixeldesk.server.push.post import Post, PostResult
from pixeldesk.server.push.refusals import Refusal, not_writable
from pixeldesk.server.push.storing import store_posts
from pixeldesk.settings import MIB, Settings
from pixeldesk.store import Store

# Limits of one transaction.
_MOST_POSTS = 256
_MOST_BYTES = 64 * MIB
_log = logging.getLogger(__name__)
OnCommit = Callable[[list[Post], float], None]
"""Called with the posts of a transaction and its duration, seconds."""


class Writer:
    """Stores posts in the order of their arrival, and calls `on_commit` after each transaction.

    It needs the store's write transaction only, not the desk's ingest lock: see desk.desk.Desk.
    """

    def __init__(self, store: Store, settings: Settings, on_commit: OnCommit = lambda *_: None) -> None:
        self._store = store
        self._settings = settings
        self._on_commit = on_commit
        self._changed = threading.Condition()
        self._queue: list[tuple[Post, Future[PostResult]]] = []
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="pixeldesk-push", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the writer still accepts posts."""
        return self._thread.is_alive() and not self._is_closing

    def submit(self, post: Post) -> "Future[PostResult]":
        """Queue a post. Its future gives the result after the commit, or raises a Refusal if it was not stored."""
        future: Future[PostResult] = Future()
        with self._changed:
            if not self.is_alive:
                raise not_writable("the server is stopping")
            self._queue.append((post, future))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Store the queued posts, then end the thread."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            posts = [post for post, _ in group]
            for (_, future), result in zip(group, self._store_posts(posts), strict=True):
                if isinstance(result, Refusal):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def _next_group(self) -> list[tuple[Post, "Future[PostResult]"]]:
        """Wait for the posts of the next transaction; empty if the thread must end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closing)
            group: list[tuple[Post, Future[PostResult]]] = []
            left: list[tuple[Post, Future[PostResult]]] = []
            identities: set[tuple[str, str]] = set()
            size = 0
            for queued in self._queue:
                post = queued[0]
                # Two posts with one key or one body: the second waits for the next group, and is a repeat then.
                of_post = {(post.sender.name, identity) for identity in (post.key, post.spool.digest.hex()) if identity}
                is_full = len(group) >= _MOST_POSTS or (group and size + post.size > _MOST_BYTES)
                if is_full or of_post & identities:
                    left.append(queued)
                    continue
                identities |= of_post
                size += post.size
                group.append(queued)
            self._queue = left
            return group

    def _store_posts(self, posts: list[Post]) -> list[PostResult | Refusal]:
        """Store posts in one transaction; if that fails, each in its own, so that one bad post does not fail others."""
        started = time.perf_counter()
        try:
            results = store_posts(self._store, self._settings, posts)
        except Exception as error:
            if len(posts) > 1 and not isinstance(error, StoreFull):
                return [result for post in posts for result in self._store_posts([post])]
            return [_refusal(error)] * len(posts)
        self._on_commit(posts, time.perf_counter() - started)
        return results


def _refusal(error: Exception) -> Refusal:
    """Return what senders may see of an error. The server's log has the details."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, StoreError):
        _log.error("pushed logs were not stored: %s", error)
        full = isinstance(error, StoreFull)
        return not_writable("the server has no space left" if full else "the store cannot be written now")
    _log.error("pushed logs were not stored", exc_info=error)
    return not_writable("the server failed at it, and its log says more")
