"""Serve the routes /ingest, /v1/logs, /healthz and /metrics in the dashboard's server."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import StoreError
from pixeldesk.server.metrics_token import may_read_metrics
from pixeldesk.server.push.answers import Answers, IngestAnswers, OtlpJsonAnswers, OtlpProtobufAnswers
from pixeldesk.server.push.backpressure import Backpressure
from pixeldesk.server.push.metrics import Metrics
from pixeldesk.server.push.otlp import CONTENT_TYPE
from pixeldesk.server.push.post import AUTO, Post, PostOptions
from pixeldesk.server.push.receiving import Receiver
from pixeldesk.server.push.refusals import Refusal, not_writable, push_disabled, unknown_sender
from pixeldesk.server.push.senders import Sender, parse_senders
from pixeldesk.server.push.writer import Writer

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Content types that are refused, and what to send instead.
_UNSUPPORTED = {
    "application/msgpack": "msgpack is not read; set the output's format to json or json_lines",
    "multipart/form-data": "a form is not read; send the lines as the body (curl --data-binary @FILE instead of -F)",
    CONTENT_TYPE: "protobuf is read at /v1/logs, and only as OpenTelemetry logs; send lines of JSON here",
}
_STARTING = "the server is starting or stopping"
_log = logging.getLogger(__name__)


class Push:
    """The routes of one application. They exist before the desk is open, and answer 503 until it is."""

    def __init__(self) -> None:
        self._open: _OpenDesk | None = None

    @contextmanager
    def opened(self, desk: Desk) -> Iterator[None]:
        """Accept posts for this desk while the block runs. Raises UsageError for invalid settings."""
        self._open = opened = _OpenDesk(desk)
        try:
            yield
        finally:
            self._open = None
            opened.writer.close()

    def routes(self) -> list[Route]:
        """Return the routes, to be mounted in a Starlette application."""
        return [
            # Senders join addresses, and a slash at the end comes of it.
            *(Route(path, self._ingest, methods=["POST", "PUT"]) for path in ("/ingest", "/ingest/")),
            *(Route(path, self._probe, methods=["GET"]) for path in ("/ingest", "/ingest/")),
            *(Route(path, self._otlp, methods=["POST"]) for path in ("/v1/logs", "/v1/logs/")),
            Route("/healthz", self._health, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
        ]

    async def _ingest(self, request: Request) -> Response:
        options = _options(request, request.query_params.get("format", AUTO))
        return self._verified(await self._store(request, options, IngestAnswers()))

    async def _otlp(self, request: Request) -> Response:
        is_protobuf = _content_type(request) == CONTENT_TYPE
        options = replace(_options(request, "otlp"), is_otlp=True, is_protobuf=is_protobuf)
        return await self._store(request, options, OtlpProtobufAnswers() if is_protobuf else OtlpJsonAnswers())

    async def _store(self, request: Request, options: PostOptions, answers: Answers) -> Response:
        """Store a body and return the response."""
        if self._open is None:
            return answers.refused(not_writable(_STARTING, seconds=1))
        metrics, receiver = self._open.metrics, self._open.receiver
        sender: Sender | None = None
        try:
            sender = receiver.sender_of(request)
            _require_supported(request, options)
            sender, result = await receiver.receive(request, sender, options)
            response = answers.stored(result)
        except Refusal as refusal:
            response = answers.refused(refusal)
        except ClientDisconnect:
            # The client closed the connection and nothing was stored. Only the metrics see this status, nginx's own.
            response = Response(status_code=499)
        metrics.answered(sender.name if sender else None, response.status_code)
        return response

    async def _probe(self, request: Request) -> Response:
        """Answer the health check that a sender makes before its first post."""
        refused = IngestAnswers().refused
        if self._open is None:
            return refused(not_writable(_STARTING, seconds=1))
        authorization = request.headers.get("authorization")
        if not self._open.senders:
            return self._verified(refused(push_disabled()))
        if authorization is not None and self._open.senders.by_token(authorization) is None:
            return self._verified(refused(unknown_sender()))
        return self._verified(JSONResponse({"status": "ok"}))

    def _verified(self, response: Response) -> Response:
        """Add the header by which Vercel verifies that a drain's endpoint is ours, to every response."""
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
        if not may_read_metrics(self._open.desk.settings, request.headers.get("authorization", "")):
            return JSONResponse(
                {"error": "send the token of PIXELDESK_METRICS_TOKEN"}, 401, {"WWW-Authenticate": "Bearer"}
            )
        try:
            text = await anyio.to_thread.run_sync(self._open.metrics.text, limiter=self._open.metrics_threads)
        except StoreError as error:
            _log.error("the metrics could not be read: %s", error)
            return JSONResponse({"error": "the store cannot be read now"}, 503)
        return Response(text, media_type=_METRICS_TYPE)


class _OpenDesk:
    def __init__(self, desk: Desk) -> None:
        settings = desk.settings
        self.desk = desk
        self.senders = parse_senders(settings.push_tokens.get_secret_value())
        self._backpressure = Backpressure(settings.push_waiting_posts, settings.push_waiting_bytes, self.senders.names)
        self.metrics = Metrics(desk, self._backpressure)
        self.metrics_threads = anyio.CapacityLimiter(1)
        self.writer = Writer(desk.store, settings, self._on_commit)
        self.receiver = Receiver(settings, self.senders, self.writer, self._backpressure)

    def _on_commit(self, posts: list[Post], seconds: float) -> None:
        self._backpressure.measured(sum(post.size for post in posts), seconds)
        self.metrics.stored(len(posts), seconds)


def _require_supported(request: Request, options: PostOptions) -> None:
    content_type = _content_type(request)
    if content_type in _UNSUPPORTED and not options.is_protobuf:
        raise Refusal(415, _UNSUPPORTED[content_type])


def _options(request: Request, format_name: str) -> PostOptions:
    keeps_all = request.query_params.get("keep") == "all"
    return PostOptions(format_name, request.headers.get("idempotency-key"), keeps_all=keeps_all)


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
