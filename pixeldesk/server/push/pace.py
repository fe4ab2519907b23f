"""How slowly a body may come: a long one of a slow line is taken, a stalled one is not, whatever came of it before."""

import time
from collections.abc import AsyncIterator

import anyio

from pixeldesk.server.push.refusals import Refusal, too_slow
from pixeldesk.settings import Settings


class Pace:
    """The time that one body has left. What comes of it adds to that; what the server takes for it does not count."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._left = settings.push_body_seconds
        self._scope: anyio.CancelScope | None = None
        self._given_up: Refusal | None = None

    async def next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        """Return the next chunk of the body, None at its end. Raises Refusal if it does not come in time."""
        if self._given_up is not None:
            raise self._given_up
        idle = self._settings.push_idle_seconds
        started = time.monotonic()
        with anyio.move_on_after(min(max(self._left, 0), idle)) as self._scope:
            chunk = await anext(chunks, None)
            self.came(len(chunk or b""), time.monotonic() - started)
            return chunk
        raise self._given_up or self._refusal(self._left < idle)

    def came(self, size: int, seconds: float) -> None:
        """Count a chunk of so many bytes that was waited for so long."""
        earned = size / self._settings.push_slowest_bytes
        self._left = min(self._left - seconds + earned, self._settings.push_body_seconds)

    @property
    def is_over(self) -> bool:
        """Whether there is no time left for the next chunk."""
        return self._left <= 0

    def give_up(self, refusal: Refusal) -> None:
        """End the wait for the next chunk with a refusal."""
        self._given_up = refusal
        if self._scope is not None:
            self._scope.cancel()

    def _refusal(self, is_whole: bool) -> Refusal:
        if is_whole:
            slowest = self._settings.push_slowest_bytes
            return too_slow(f"the body came slower than {slowest:,} bytes a second (PIXELDESK_PUSH_SLOWEST_BYTES)")
        seconds = self._settings.push_idle_seconds
        return too_slow(f"the body did not go on for {seconds:g} s (PIXELDESK_PUSH_IDLE_SECONDS)")
