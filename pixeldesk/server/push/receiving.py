"""Receives one post: who it is from, its body into a spool, and what became of it after the commit."""

import asyncio
import hmac
import math
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request

from pixeldesk.ingest.report import LineCounts
from pixeldesk.server.push.post import AUTO, Taken, post_of
from pixeldesk.server.push.refusals import Refusal, too_large, turned_off, unknown_sender
from pixeldesk.server.push.senders import Sender, Senders
from pixeldesk.server.push.spool import Spool
from pixeldesk.server.push.waiting import Place, Waiting
from pixeldesk.server.push.writer import Writer
from pixeldesk.settings import Settings

# So much of a body is gathered before a thread takes it.
_GATHERED_BYTES = 1 << 18
# A sender that is silent for so long within a body has gone, seconds.
_SILENCE = 30.0
# Threads for unpacking, apart from those that serve pages.
_THREADS = 2
_Result = TypeVar("_Result")


class Receiver:
    """Takes posts while a desk is open. Used by one event loop."""

    def __init__(self, settings: Settings, senders: Senders, writer: Writer, waiting: Waiting) -> None:
        self._settings = settings
        self._senders = senders
        self._writer = writer
        self._waiting = waiting
        self._threads = anyio.CapacityLimiter(_THREADS)

    def sender_of(self, request: Request) -> Sender | None:
        """Whose token a request has; None where only the signature of its body can tell. Raises Refusal."""
        if not self._senders:
            raise turned_off()
        presented = request.headers.get("authorization")
        if presented is None and self._signature_in(request):
            return None
        sender = self._senders.of_token(presented or "")
        if sender is None:
            raise unknown_sender()
        return sender

    async def take(self, request: Request, sender: Sender | None, format_name: str = AUTO) -> tuple[Sender, Taken]:
        """Have the body stored, and return who sent it and what became of it. Raises Refusal."""
        announced = self._announced(request)
        place = self._waiting.enter(announced)
        spool = self._spool(request)
        try:
            signatures = self._senders.signatures() if sender is None else []
            await self._receive(request, spool, place, signatures)
            sender = sender or self._signer(request, signatures)
            if not spool.size:
                return sender, self._nothing()
            key = request.headers.get("idempotency-key")
            post = await self._in_thread(partial(post_of, sender, spool, format_name, key, self._settings))
            return sender, await asyncio.shield(asyncio.wrap_future(self._writer.submit(post)))
        finally:
            place.leave()
            spool.close()

    def _announced(self, request: Request) -> int:
        length = request.headers.get("content-length", "")
        announced = int(length) if length.isdecimal() and len(length) < 19 else 0
        if announced > self._settings.push_max_bytes:
            raise too_large(self._settings.push_max_bytes)
        return announced

    def _spool(self, request: Request) -> Spool:
        settings = self._settings
        encoding = request.headers.get("content-encoding", "")
        return Spool(settings.db.parent, encoding, settings.push_max_bytes, settings.push_max_lines)

    async def _receive(self, request: Request, spool: Spool, place: Place, signatures: list[hmac.HMAC]) -> None:
        """The whole body into the spool. Raises ClientDisconnect when the sender goes away before its end."""
        gathered = bytearray()
        pieces = request.stream()
        while (piece := await self._next(pieces)) is not None:
            for signature in signatures:
                signature.update(piece)
            gathered += piece
            if len(gathered) >= _GATHERED_BYTES:
                await self._in_thread(partial(spool.write, bytes(gathered)))
                gathered.clear()
                place.hold(max(spool.size, spool.received))
        await self._in_thread(partial(_end, spool, bytes(gathered)))
        place.hold(max(spool.size, spool.received))

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        with anyio.move_on_after(_SILENCE):
            return await anext(pieces, None)
        raise Refusal(408, f"the body did not go on for {math.ceil(_SILENCE)} s; nothing of it was stored")

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await anyio.to_thread.run_sync(work, limiter=self._threads)

    def _signature_in(self, request: Request) -> str:
        # Without a drain to be verified, bodies of strangers are not received at all.
        return request.headers.get("x-vercel-signature", "") if self._settings.push_vercel_verify else ""

    def _signer(self, request: Request, signatures: list[hmac.HMAC]) -> Sender:
        presented = self._signature_in(request)
        sender = self._senders.of_signature(signatures, presented)
        if sender is None:
            raise unknown_sender()
        return sender

    def _nothing(self) -> Taken:
        # Vercel verifies an endpoint by a post with nothing in it.
        if self._settings.push_vercel_verify:
            return Taken(LineCounts())
        raise Refusal(400, "the body is empty; send lines of JSON, or a JSON array")


def _end(spool: Spool, rest: bytes) -> None:
    if rest:
        spool.write(rest)
    spool.finish()
