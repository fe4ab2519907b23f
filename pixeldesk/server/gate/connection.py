"""A connection of uvicorn with a deadline for the headers of a request; uvicorn has one between two requests only."""

import asyncio

import h11
import uvicorn.config
from uvicorn.protocols.http.h11_impl import H11Protocol

from pixeldesk.settings import Settings

PEER = "pixeldesk_peer"
"""In the state of a request: the address that the connection is from, which no header of a proxy changes."""


class Connection(H11Protocol):
    """Closes itself if the headers of its first request, or of one that has begun, are not there in time.

    The same time is given to the rest of a body that was answered already, as with a refusal.
    """

    head_seconds = Settings.model_fields["headers_seconds"].default
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect the first request."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, PEER: self.client and self.client[0]}
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take the next bytes, and see whether a request is complete or has begun."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        theirs = self.conn.their_state
        is_answered = theirs is h11.SEND_BODY and self.conn.our_state is h11.DONE
        if theirs is not h11.IDLE and not is_answered:
            self._forget()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self.timeout_keep_alive_handler)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def use_deadlines(settings: Settings) -> None:
    """Have uvicorn make such connections, unless it has begun with others, as `uvicorn app:app` does."""
    Connection.head_seconds = settings.headers_seconds
    uvicorn.config.HTTP_PROTOCOLS["auto"] = f"{Connection.__module__}:{Connection.__name__}"
