"""Receive one post: authenticate its sender, spool its body, and wait for the commit."""

import asyncio
import hmac
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request

from pixeldesk.ingest.report import LineCounts
from pixeldesk.server.push.backpressure import Backpressure, Reservation
from pixeldesk.server.push.pace import Pace
from pixeldesk.server.push.post import PostOptions, PostResult, parse_post
from pixeldesk.server.push.refusals import Refusal, push_disabled, too_large, unknown_sender
from pixeldesk.server.push.senders import SIGNATURE, Sender, Senders
from pixeldesk.server.push.spool import Spool
from pixeldesk.server.push.writer import Writer
from pixeldesk.settings import Settings

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
        self._require_size(request)
        with (
            self._backpressure.enter(sender.name if sender else None) as reservation,
            closing(self._spool(request)) as spool,
        ):
            signatures = self._senders.signatures() if sender is None else []
            await self._spool_body(request, spool, reservation, signatures)
            # Until here nothing was done for the body but to keep it: whoever sent it may be nobody.
            sender = sender or self._signer(request, signatures)
            reservation.is_of(sender.name)
            await self._in_thread(spool.unpack)
            if not spool.size:
                return sender, self._empty_result(options)
            reservation.grow_to(spool.size)
            post = await self._in_thread(partial(parse_post, sender, spool, options, self._settings))
            if not post.size:
                return sender, PostResult(LineCounts())
            reservation.grow_to(post.size)
            return sender, await asyncio.shield(asyncio.wrap_future(self._writer.submit(post)))

    def _require_size(self, request: Request) -> None:
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length[:19]) > self._settings.push_max_bytes:
            raise too_large(self._settings.push_max_bytes)

    def _spool(self, request: Request) -> Spool:
        settings = self._settings
        encoding = request.headers.get("content-encoding", "")
        return Spool(encoding, settings.push_max_bytes, settings.push_max_lines)

    async def _spool_body(
        self, request: Request, spool: Spool, reservation: Reservation, signatures: list[hmac.HMAC]
    ) -> None:
        """Write the whole body to the spool. Raises ClientDisconnect if the sender disconnects before its end."""
        pace = Pace(self._settings)
        reservation.on_giving_way = pace.give_up
        chunks = request.stream()
        while (chunk := await pace.next(chunks)) is not None:
            reservation.grow_to(spool.received + len(chunk))
            spool.write(chunk)
            for signature in signatures:
                signature.update(chunk)

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await anyio.to_thread.run_sync(work, limiter=self._threads)

    def _signature_in(self, request: Request) -> str:
        # Bodies without a token are received only if a Vercel drain is configured.
        if not self._settings.push_vercel_verify:
            return ""
        presented = request.headers.get("x-vercel-signature", "")
        return presented if SIGNATURE.fullmatch(presented) else ""

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
