"""What is being received or waits to be stored: how much there may be, and how long until there is room again."""

import math
import threading

from pixeldesk.server.push.refusals import too_busy

# The bounds of what Retry-After says, seconds.
_SHORTEST, _LONGEST = 1, 60
# How much the last measurement counts against those before it.
_WEIGHT = 0.3
# Until a first measurement, bytes a second.
_ASSUMED_RATE = 10_000_000.0


class Waiting:
    """Counts posts and bytes. Any thread may call any method."""

    def __init__(self, most_posts: int, most_bytes: int) -> None:
        self._lock = threading.Lock()
        self._most_posts = most_posts
        self._most_bytes = most_bytes
        self._rate = _ASSUMED_RATE
        self.posts = 0
        self.bytes = 0

    def enter(self, announced: int) -> "Place":
        """Begin a post of which so many bytes are announced, 0 where that is unknown. Raises Refusal under pressure."""
        with self._lock:
            # One alone is always let in, whatever its size: its own cap holds for it.
            if self.posts and (self.posts >= self._most_posts or self.bytes + announced > self._most_bytes):
                raise too_busy(self._seconds(announced))
            self.posts += 1
            self.bytes += announced
        return Place(self, announced)

    def grow(self, by: int) -> None:
        """Bytes that were not announced. Raises Refusal under pressure."""
        with self._lock:
            if self.posts > 1 and self.bytes + by > self._most_bytes:
                raise too_busy(self._seconds(by))
            self.bytes += by

    def leave(self, held: int) -> None:
        """A post is answered."""
        with self._lock:
            self.posts -= 1
            self.bytes -= held

    def measured(self, stored: int, seconds: float) -> None:
        """So many bytes were stored in so many seconds."""
        with self._lock:
            self._rate += _WEIGHT * (stored / max(seconds, 1e-3) - self._rate)

    def _seconds(self, more: int) -> int:
        wait = math.ceil((self.bytes + more) / max(self._rate, 1.0))
        return min(max(wait, _SHORTEST), _LONGEST)


class Place:
    """One post's share of what waits."""

    def __init__(self, waiting: Waiting, held: int) -> None:
        self._waiting = waiting
        self._held = held

    def hold(self, size: int) -> None:
        """It has come to this size, bytes. Raises Refusal under pressure."""
        if size > self._held:
            self._waiting.grow(size - self._held)
            self._held = size

    def leave(self) -> None:
        """It is answered."""
        self._waiting.leave(self._held)
