"""The routes of the dashboard's own server: /ingest, /v1/logs, /healthz and /metrics."""

import hmac
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import StoreError
from pixeldesk.server.push.metrics import Metrics
from pixeldesk.server.push.post import AUTO, Post, Taken, as_answer
from pixeldesk.server.push.receiving import Receiver
from pixeldesk.server.push.refusals import Refusal, not_writable, turned_off, unknown_sender
from pixeldesk.server.push.senders import Sender, senders_of
from pixeldesk.server.push.waiting import Waiting
from pixeldesk.server.push.writer import Writer

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# What a sender may be set to by default, and what it can be set to instead.
_NOT_READ = {
    "application/x-protobuf": "protobuf is not read; set the exporter to JSON (encoding: json)",
    "application/msgpack": "msgpack is not read; set the output's format to json or json_lines",
}
_STARTING = "the server is starting or stopping"
_log = logging.getLogger(__name__)
_Answer = Callable[[Taken], dict[str, Any]]


class Push:
    """What the routes share. They are there before the desk is open, and answer 503 until it is."""

    def __init__(self) -> None:
        self._open: _Open | None = None

    @contextmanager
    def opened(self, desk: Desk) -> Iterator[None]:
        """Take posts for this desk while the block runs. Raises UsageError for settings that cannot be meant."""
        self._open = opened = _Open(desk)
        try:
            yield
        finally:
            self._open = None
            opened.writer.close()

    def routes(self) -> list[Route]:
        """For the application."""
        return [
            Route("/ingest", self._ingest, methods=["POST", "PUT"]),
            Route("/ingest", self._probe, methods=["GET"]),
            Route("/v1/logs", self._otlp, methods=["POST"]),
            Route("/healthz", self._health, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
        ]

    async def _ingest(self, request: Request) -> Response:
        format_name = request.query_params.get("format", AUTO)
        return self._verified(await self._take(request, format_name, as_answer, "error"))

    async def _otlp(self, request: Request) -> Response:
        return await self._take(request, "otlp", _partial_success, "message")

    async def _take(self, request: Request, format_name: str, answer: _Answer, complaint: str) -> Response:
        """Store a body and answer; an error is told under the name `complaint`."""
        if self._open is None:
            return _refused(not_writable(_STARTING, seconds=1), complaint)
        metrics, receiver = self._open.metrics, self._open.receiver
        sender: Sender | None = None
        try:
            sender = receiver.sender_of(request)
            _require_json(request)
            sender, taken = await receiver.take(request, sender, format_name)
            response: Response = JSONResponse(answer(taken))
        except Refusal as refusal:
            response = _refused(refusal, complaint)
        except ClientDisconnect:
            # Nobody hears this answer, and nothing was stored: the number is nginx's for it.
            response = Response(status_code=499)
        metrics.answered(sender.name if sender else None, response.status_code)
        return response

    async def _probe(self, request: Request) -> Response:
        """A sender asks, before it begins, whether it may."""
        if self._open is None:
            return _refused(not_writable(_STARTING, seconds=1), "error")
        authorization = request.headers.get("authorization")
        if not self._open.senders:
            return self._verified(_refused(turned_off(), "error"))
        if authorization is not None and self._open.senders.of_token(authorization) is None:
            return self._verified(_refused(unknown_sender(), "error"))
        return self._verified(JSONResponse({"status": "ok"}))

    def _verified(self, response: Response) -> Response:
        """Vercel takes a drain's endpoint for ours when each answer has the code that it gave us."""
        if self._open is not None and (code := self._open.desk.settings.push_vercel_verify):
            response.headers["x-vercel-verify"] = code
        return response

    async def _health(self, _: Request) -> Response:
        if self._open is None or not self._open.writer.is_alive:
            return JSONResponse({"status": "unavailable"}, 503)
        return JSONResponse({"status": "ok"})

    async def _metrics(self, request: Request) -> Response:
        if self._open is None:
            return JSONResponse({"error": _STARTING}, 503)
        token = self._open.desk.settings.metrics_token
        presented = request.headers.get("authorization", "").encode()
        if token is not None and not hmac.compare_digest(presented, f"Bearer {token.get_secret_value()}".encode()):
            return JSONResponse(
                {"error": "send the token of PIXELDESK_METRICS_TOKEN"}, 401, {"WWW-Authenticate": "Bearer"}
            )
        try:
            text = await anyio.to_thread.run_sync(self._open.metrics.text, limiter=self._open.metrics_threads)
        except StoreError as error:
            _log.error("the metrics could not be told: %s", error)
            return JSONResponse({"error": "the store cannot be read now"}, 503)
        return Response(text, media_type=_METRICS_TYPE)


class _Open:
    def __init__(self, desk: Desk) -> None:
        settings = desk.settings
        self.desk = desk
        self.senders = senders_of(settings.push_tokens.get_secret_value())
        self._waiting = Waiting(settings.push_waiting_posts, settings.push_waiting_bytes)
        self.metrics = Metrics(desk, self._waiting)
        self.metrics_threads = anyio.CapacityLimiter(1)
        self.writer = Writer(desk.store, settings, self._stored)
        self.receiver = Receiver(settings, self.senders, self.writer, self._waiting)

    def _stored(self, posts: list[Post], seconds: float) -> None:
        self._waiting.measured(sum(post.size for post in posts), seconds)
        self.metrics.stored(len(posts), seconds)


def _require_json(request: Request) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given in _NOT_READ:
        raise Refusal(415, _NOT_READ[given])


def _partial_success(taken: Taken) -> dict[str, Any]:
    """What OTLP/HTTP answers with: https://opentelemetry.io/docs/specs/otlp/#partial-success-1"""
    rejected = taken.counts.quarantined + taken.counts.unmapped
    if not rejected:
        return {"partialSuccess": {}}
    message = "some records were not understood; they are kept in quarantine or among the unmapped lines"
    return {"partialSuccess": {"rejectedLogRecords": str(rejected), "errorMessage": message}}


def _refused(refusal: Refusal, complaint: str) -> Response:
    return JSONResponse({complaint: str(refusal)}, refusal.status, refusal.headers)
