"""Who is following what in this process, how it is ended, and how it goes on after a failure."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from pixeldesk.background import in_background
from pixeldesk.errors import PixeldeskError

if TYPE_CHECKING:  # Bring Arrow, which a command that follows nothing need not load.
    from pixeldesk.ingest.following.files import FileFollower
    from pixeldesk.ingest.following.objects import ObjectFollower
    from pixeldesk.ingest.load import Progress

Follow = Callable[[threading.Event, "Callable[[Progress], None]"], object]
# How long until it is tried again when the store could not be written, seconds.
_TRIED_AGAIN_AFTER = 10.0
_log = logging.getLogger(__name__)


class RunningFollowers:
    """All that is being followed, each under a name of its own. Any thread may call any method."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stops: dict[str, threading.Event] = {}
        self._followers: dict[str, FileFollower | ObjectFollower] = {}
        self.is_closing = False

    def followers(self) -> "list[FileFollower | ObjectFollower]":
        """Who follows now."""
        with self._changed:
            return list(self._followers.values())

    @contextmanager
    def one(self, name: str, follower: "FileFollower | ObjectFollower", stop: threading.Event) -> Iterator[None]:
        """While the block runs, `stop` is set when this one is to end."""
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

    def end(self, name: str) -> bool:
        """Let one end. False where none has this name."""
        with self._changed:
            stop = self._stops.get(name)
        if stop is not None:
            stop.set()
        return stop is not None

    def close(self) -> None:
        """Let all end, wait until they have, and let none begin any more."""
        with self._changed:
            self.is_closing = True
            for stop in self._stops.values():
                stop.set()
            self._changed.wait_for(lambda: not self._stops)


def following(follow: Follow, tell: Callable[[str], None]) -> AbstractContextManager[None]:
    """Follow while the block runs. What fails is told once and tried again."""
    return in_background("pixeldesk-follow", partial(_keep_on, follow, tell))


def _keep_on(follow: Follow, tell: Callable[[str], None], stop: threading.Event) -> None:
    def tell_notice(state: "Progress") -> None:
        if state.notice is not None:
            tell(state.notice)

    said = None
    while not stop.is_set():
        try:
            follow(stop, tell_notice)
        except PixeldeskError as error:
            if str(error) != said:
                said = str(error)
                tell(said)
            stop.wait(_TRIED_AGAIN_AFTER)
        except Exception:  # A thread that dies unheard would follow nothing any more, and nobody would know.
            _log.exception("following failed")
            stop.wait(_TRIED_AGAIN_AFTER)
