"""Backpressure: limit the posts and bytes that are received or queued, and estimate when there is room again.

The room is shared by sender, so that one cannot take what the others need: half of it is divided equally among them,
each part for its sender alone; the other half is for whoever comes first. Posts whose sender is known only when their
signature is checked wait in a small room apart. What counts are the bytes that came, never those that a post announces.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType

from pixeldesk.server.push.refusals import Refusal, too_busy

# Bounds of Retry-After, seconds.
_SHORTEST, _LONGEST = 1, 60
# Weight of the newest measurement in the moving average of the write rate.
_WEIGHT = 0.3
# Bytes a second, until the first measurement.
_ASSUMED_RATE = 10_000_000.0
# The room for bytes without a known sender: this part of the whole, and beside it.
_UNSIGNED_PART = 8
# From this age on, a post without a known sender gives way to those that find no room, seconds.
GIVES_WAY_AFTER_S = 10.0


@dataclass
class _Room:
    """A number of posts, or of bytes, and who has taken how many."""

    most: int
    own: int
    """What each sender has for itself."""
    taken: dict[str, int]

    @classmethod
    def shared(cls, most: int, senders: Iterable[str]) -> "_Room":
        taken = dict.fromkeys(senders, 0)
        return cls(most, most // (2 * len(taken)) if taken else 0, taken)

    @property
    def total(self) -> int:
        return sum(self.taken.values())

    def has(self, sender: str, more: int) -> bool:
        """Whether the sender may take so many more."""
        after = self.taken[sender] + more
        others = sum(max(taken, self.own) for name, taken in self.taken.items() if name != sender)
        return after <= self.own or after + others <= self.most


class Backpressure:
    """Counts the posts and bytes in flight, by sender. Any thread may call any method."""

    def __init__(
        self,
        most_posts: int,
        most_bytes: int,
        senders: Iterable[str],
        gives_way_after: float = GIVES_WAY_AFTER_S,
    ) -> None:
        self._lock = threading.RLock()
        self._gives_way_after = gives_way_after
        names = tuple(senders)
        self._signed = (_Room.shared(most_posts, names), _Room.shared(most_bytes, names))
        # A post of which nothing came takes no more than a connection does, so that their number need not be small.
        self._unsigned = (_Room.shared(most_posts, (_NOBODY,)), _Room.shared(most_bytes // _UNSIGNED_PART, (_NOBODY,)))
        self._oldest_first: dict[Reservation, float] = {}
        self._rate = _ASSUMED_RATE

    @property
    def posts(self) -> int:
        """Posts in flight."""
        return self._signed[0].total + self._unsigned[0].total

    @property
    def bytes(self) -> int:
        """Bytes in flight."""
        return self._signed[1].total + self._unsigned[1].total

    def enter(self, sender: str | None) -> "Reservation":
        """Reserve room for a post; its bytes are reserved as they come. Raises Refusal if there is none.

        `sender` is None until the signature of the post is checked.
        """
        reservation = Reservation(self, sender)
        with self._lock:
            self.take(reservation, sender, 1, 0)
            if sender is None:
                self._oldest_first[reservation] = time.monotonic()
        return reservation

    def take(self, reservation: "Reservation", sender: str | None, posts: int, size: int) -> None:
        """Reserve room for so many more posts and bytes of a sender. Raises Refusal if there is none."""
        (of_posts, of_bytes), name = self._rooms(sender)
        with self._lock:
            # A sender's only post is always admitted: its size has a limit of its own.
            while of_posts.taken[name] + posts > 1 and not (of_posts.has(name, posts) and of_bytes.has(name, size)):
                refusal = too_busy(self._seconds(size))
                if sender is not None or not self._has_given_way(reservation, refusal):
                    raise refusal
            of_posts.taken[name] += posts
            of_bytes.taken[name] += size

    def release(self, reservation: "Reservation", sender: str | None, size: int) -> None:
        """Release the room of a post of so many bytes."""
        (of_posts, of_bytes), name = self._rooms(sender)
        with self._lock:
            self._oldest_first.pop(reservation, None)
            of_posts.taken[name] -= 1
            of_bytes.taken[name] -= size

    def measured(self, stored: int, seconds: float) -> None:
        """Update the write rate with a transaction that stored this many bytes in this many seconds."""
        with self._lock:
            self._rate += _WEIGHT * (stored / max(seconds, 1e-3) - self._rate)

    def _has_given_way(self, newer: "Reservation", refusal: Refusal) -> bool:
        """Take the room of the oldest post without a known sender; return whether there was one, and no young one."""
        oldest = next((one for one in self._oldest_first if one is not newer), None)
        if oldest is None or time.monotonic() - self._oldest_first[oldest] < self._gives_way_after:
            return False
        oldest.give_way(refusal)
        return True

    def _rooms(self, sender: str | None) -> tuple[tuple[_Room, ...], str]:
        return (self._unsigned, _NOBODY) if sender is None else (self._signed, sender)

    def _seconds(self, more: int) -> int:
        wait = math.ceil((self.bytes + more) / max(self._rate, 1.0))
        return min(max(wait, _SHORTEST), _LONGEST)


class Reservation:
    """The room that one post has reserved, until the block ends."""

    def __init__(self, backpressure: Backpressure, sender: str | None) -> None:
        self._backpressure = backpressure
        self._sender = sender
        self._reserved = 0
        self._refusal: Refusal | None = None
        self.on_giving_way: Callable[[Refusal], None] = lambda _: None
        """Called, in the thread of the newer post, when this one gives way to it."""

    def __enter__(self) -> "Reservation":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._refusal is None:
            self._backpressure.release(self, self._sender, self._reserved)

    def grow_to(self, size: int) -> None:
        """Reserve room for `size` bytes in all. Raises Refusal if there is none, or if it gave way to another post."""
        if self._refusal is not None:
            raise self._refusal
        if size > self._reserved:
            self._backpressure.take(self, self._sender, 0, size - self._reserved)
            self._reserved = size

    def is_of(self, sender: str) -> None:
        """Move it into the room of the sender who signed the post. Raises Refusal if there is none."""
        self.grow_to(0)
        if self._sender != sender:
            self._backpressure.take(self, sender, 1, self._reserved)
            self._backpressure.release(self, self._sender, self._reserved)
            self._sender = sender

    def give_way(self, refusal: Refusal) -> None:
        """Release the room, and refuse the post."""
        self._backpressure.release(self, self._sender, self._reserved)
        self._refusal = refusal
        self.on_giving_way(refusal)


# No sender has this name: see senders.
_NOBODY = ""
