"""Receive one post: authenticate its sender, spool its body, and wait for the commit."""

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
from pixeldesk.server.push.backpressure import Backpressure, Reservation
from pixeldesk.server.push.post import PostOptions, PostResult, parse_post
from pixeldesk.server.push.refusals import Refusal, push_disabled, too_large, unknown_sender
from pixeldesk.server.push.senders import Sender, Senders
from pixeldesk.server.push.spool import Spool
from pixeldesk.server.push.writer import Writer
from pixeldesk.settings import Settings

# Bytes to buffer before a thread decompresses them.
_BUFFERED_BYTES = 1 << 18
# Timeout between two chunks of a body, seconds.
_READ_TIMEOUT = 30.0
# Threads for decompression, separate from those that serve pages.
_THREADS = 2
_Result = TypeVar("_Result")


class Receiver:
    """Receives posts while a desk is open. Used by one event loop."""

    def __init__(self, settings: Settings, senders: Senders, writer: Writer, backpressure: Backpressure) -> None:
        self._settings = settings
        self._senders = senders
        self._writer = writer
        self._backpressure = backpressure
        self._threads = anyio.CapacityLimiter(_THREADS)

    def sender_of(self, request: Request) -> Sender | None:
        """Return the sender of a request's token, or None for a signed request without one. Raises Refusal."""
        if not self._senders:
            raise push_disabled()
        presented = request.headers.get("authorization")
        if presented is None and self._signature_in(request):
            return None
        sender = self._senders.by_token(presented or "")
        if sender is None:
            raise unknown_sender()
        return sender

    async def receive(self, request: Request, sender: Sender | None, options: PostOptions) -> tuple[Sender, PostResult]:
        """Store the body. Returns its sender, by the signature if `sender` is None, and the result. Raises Refusal."""
        announced = self._announced(request)
        reservation = self._backpressure.enter(announced)
        spool = self._spool(request)
        try:
            signatures = self._senders.signatures() if sender is None else []
            await self._spool_body(request, spool, reservation, signatures)
            sender = sender or self._signer(request, signatures)
            if not spool.size:
                return sender, self._empty_result(options)
            post = await self._in_thread(partial(parse_post, sender, spool, options, self._settings))
            if not post.size:
                return sender, PostResult(LineCounts())
            reservation.grow_to(post.size)
            return sender, await asyncio.shield(asyncio.wrap_future(self._writer.submit(post)))
        finally:
            reservation.leave()
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
        return Spool(encoding, settings.push_max_bytes, settings.push_max_lines)

    async def _spool_body(
        self, request: Request, spool: Spool, reservation: Reservation, signatures: list[hmac.HMAC]
    ) -> None:
        """Write the whole body to the spool. Raises ClientDisconnect if the sender disconnects before its end."""
        buffered = bytearray()
        chunks = request.stream()
        while (chunk := await self._next(chunks)) is not None:
            for signature in signatures:
                signature.update(chunk)
            buffered += chunk
            if len(buffered) >= _BUFFERED_BYTES:
                await self._in_thread(partial(spool.write, bytes(buffered)))
                buffered.clear()
                reservation.grow_to(max(spool.size, spool.received))
        await self._in_thread(partial(_finish, spool, bytes(buffered)))
        reservation.grow_to(max(spool.size, spool.received))

    async def _next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        with anyio.move_on_after(_READ_TIMEOUT):
            return await anext(chunks, None)
        raise Refusal(408, f"the body did not go on for {math.ceil(_READ_TIMEOUT)} s; nothing of it was stored")

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await anyio.to_thread.run_sync(work, limiter=self._threads)

    def _signature_in(self, request: Request) -> str:
        # Bodies without a token are received only if a Vercel drain is configured.
        return request.headers.get("x-vercel-signature", "") if self._settings.push_vercel_verify else ""

    def _signer(self, request: Request, signatures: list[hmac.HMAC]) -> Sender:
        presented = self._signature_in(request)
        sender = self._senders.by_signature(signatures, presented)
        if sender is None:
            raise unknown_sender()
        return sender

    def _empty_result(self, options: PostOptions) -> PostResult:
        # Vercel verifies an endpoint with an empty post, and no bytes are a message of protobuf without fields.
        if self._settings.push_vercel_verify or options.is_protobuf:
            return PostResult(LineCounts())
        raise Refusal(400, "the body is empty; send lines of JSON, or a JSON array")


def _finish(spool: Spool, rest: bytes) -> None:
    if rest:
        spool.write(rest)
    spool.finish()
