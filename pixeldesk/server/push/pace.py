"""How slowly a body may come: what came of it earns time, so that a long body of a slow line is taken and a stalled one
is not.
"""

import time
from collections.abc import AsyncIterator

import anyio

from pixeldesk.server.push.refusals import Refusal, too_slow
from pixeldesk.settings import Settings


class Pace:
    """The time that one body has left. What the server itself takes for it does not count."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waited = 0.0

    async def next(self, chunks: AsyncIterator[bytes], received: int) -> bytes | None:
        """Return the next chunk of a body of which so many bytes came, None at its end. Raises Refusal: too slow."""
        started = time.monotonic()
        left = self.seconds_left(received)
        idle = self._settings.push_idle_seconds
        with anyio.move_on_after(max(min(left, idle), 0)):
            chunk = await anext(chunks, None)
            self._waited += time.monotonic() - started
            return chunk
        raise self._refusal(left < idle)

    def seconds_left(self, received: int) -> float:
        """Return how long the next chunk may take, when so many bytes came, in seconds."""
        earned = received / self._settings.push_slowest_bytes
        return self._settings.push_body_seconds + earned - self._waited

    def _refusal(self, is_whole: bool) -> Refusal:
        if is_whole:
            slowest = self._settings.push_slowest_bytes
            return too_slow(f"the body came slower than {slowest:,} bytes a second (PIXELDESK_PUSH_SLOWEST_BYTES)")
        seconds = self._settings.push_idle_seconds
        return too_slow(f"the body did not go on for {seconds:g} s (PIXELDESK_PUSH_IDLE_SECONDS)")
