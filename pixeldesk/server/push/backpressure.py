"""Backpressure: limit the posts and bytes that are received or queued, and estimate when there is room again."""

import math
import threading

from pixeldesk.server.push.refusals import too_busy

# Bounds of Retry-After, seconds.
_SHORTEST, _LONGEST = 1, 60
# Weight of the newest measurement in the moving average of the write rate.
_WEIGHT = 0.3
# Bytes a second, until the first measurement.
_ASSUMED_RATE = 10_000_000.0


class Backpressure:
    """Counts the posts and bytes in flight. Any thread may call any method."""

    def __init__(self, most_posts: int, most_bytes: int) -> None:
        self._lock = threading.Lock()
        self._most_posts = most_posts
        self._most_bytes = most_bytes
        self._rate = _ASSUMED_RATE
        self.posts = 0
        self.bytes = 0

    def enter(self, announced: int) -> "Reservation":
        """Reserve room for a post of `announced` bytes, 0 if its length is unknown. Raises Refusal if there is none."""
        with self._lock:
            # A post that is alone is always admitted: its size has a limit of its own.
            if self.posts and (self.posts >= self._most_posts or self.bytes + announced > self._most_bytes):
                raise too_busy(self._seconds(announced))
            self.posts += 1
            self.bytes += announced
        return Reservation(self, announced)

    def grow(self, by: int) -> None:
        """Reserve bytes that were not announced. Raises Refusal if there is no room."""
        with self._lock:
            if self.posts > 1 and self.bytes + by > self._most_bytes:
                raise too_busy(self._seconds(by))
            self.bytes += by

    def leave(self, reserved: int) -> None:
        """Release the room of a post that was answered, bytes."""
        with self._lock:
            self.posts -= 1
            self.bytes -= reserved

    def measured(self, stored: int, seconds: float) -> None:
        """Update the write rate with a transaction that stored this many bytes in this many seconds."""
        with self._lock:
            self._rate += _WEIGHT * (stored / max(seconds, 1e-3) - self._rate)

    def _seconds(self, more: int) -> int:
        wait = math.ceil((self.bytes + more) / max(self._rate, 1.0))
        return min(max(wait, _SHORTEST), _LONGEST)


class Reservation:
    """The room that one post has reserved."""

    def __init__(self, backpressure: Backpressure, reserved: int) -> None:
        self._backpressure = backpressure
        self._reserved = reserved

    def grow_to(self, size: int) -> None:
        """Reserve room for `size` bytes in all. Raises Refusal if there is none."""
        if size > self._reserved:
            self._backpressure.grow(size - self._reserved)
            self._reserved = size

    def leave(self) -> None:
        """Release the room: the post was answered."""
        self._backpressure.leave(self._reserved)
