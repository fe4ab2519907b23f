"""Keep track of the followers that run in this process, stop them, and restart them after a failure."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from pixeldesk.background import in_background
from pixeldesk.errors import PixeldeskError

if TYPE_CHECKING:  # They import Arrow, which a command that follows nothing need not load.
    from pixeldesk.ingest.following.files import FileFollower
    from pixeldesk.ingest.following.objects import ObjectFollower
    from pixeldesk.ingest.load import Progress

Follow = Callable[[threading.Event, "Callable[[Progress], None]"], object]
# Seconds until the next attempt after a failure, such as a store that cannot be written.
_RETRY_AFTER = 10.0
_log = logging.getLogger(__name__)


class RunningFollowers:
    """The followers that run now, each under a name of its own. Any thread may call any method."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stops: dict[str, threading.Event] = {}
        self._followers: dict[str, FileFollower | ObjectFollower] = {}
        self.is_closing = False

    def followers(self) -> "list[FileFollower | ObjectFollower]":
        """Return the followers that run now."""
        with self._changed:
            return list(self._followers.values())

    @contextmanager
    def registered(self, name: str, follower: "FileFollower | ObjectFollower", stop: threading.Event) -> Iterator[None]:
        """Register a follower while the block runs. `stop` is set when the follower has to stop."""
        with self._changed:
            self._stops[name] = stop
            self._followers[name] = follower
            if self.is_closing:
                stop.set()
        try:
            yield
        finally:
            with self._changed:
                del self._stops[name], self._followers[name]
                self._changed.notify_all()

    def stop(self, name: str) -> bool:
        """Stop the follower of this name. Returns False if there is none."""
        with self._changed:
            stop = self._stops.get(name)
        if stop is not None:
            stop.set()
        return stop is not None

    def close(self) -> None:
        """Stop all followers, wait until they have stopped, and prevent new ones."""
        with self._changed:
            self.is_closing = True
            for stop in self._stops.values():
                stop.set()
            self._changed.wait_for(lambda: not self._stops)


def following(follow: Follow, notify: Callable[[str], None]) -> AbstractContextManager[None]:
    """Follow while the block runs. After a failure, notify once and try again."""
    return in_background("pixeldesk-follow", partial(_keep_on, follow, notify))


def _keep_on(follow: Follow, notify: Callable[[str], None], stop: threading.Event) -> None:
    def forward_notice(progress: "Progress") -> None:
        if progress.notice is not None:
            notify(progress.notice)

    last_failure = None
    while not stop.is_set():
        try:
            follow(stop, forward_notice)
        except PixeldeskError as error:
            if str(error) != last_failure:
                last_failure = str(error)
                notify(last_failure)
            stop.wait(_RETRY_AFTER)
        except Exception:  # Otherwise the thread would end, and following would stop unnoticed.
            _log.exception("following failed")
            stop.wait(_RETRY_AFTER)
