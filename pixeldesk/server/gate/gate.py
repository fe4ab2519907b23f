"""Check each request, and each WebSocket, before any route sees it, and tell browsers what they may do with a response.

Streamlit's own check of origins lets in pages of every other port of this machine, and asks the internet for the
machine's address before it refuses one. So it never sees an origin that is not the desk's.
"""

import logging
import time
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixeldesk.printable import printable
from pixeldesk.server.gate.connection import PEER
from pixeldesk.server.gate.listening import may_come_in
from pixeldesk.server.gate.names import Names, authority_of
from pixeldesk.server.metrics_token import may_read_metrics
from pixeldesk.settings import Settings

_RESPONSE_HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Addresses of the desk have ids of customers and requests in them.
    "Referrer-Policy": "same-origin",
}
_STREAMLIT_METRICS = "/_stcore/metrics"
# One message of each kind in so many seconds: whoever is refused may come a thousand times a second.
_LOGGED_EVERY_S = 60.0
_LONGEST_SHOWN = 100
# Before a WebSocket is open this is HTTP's 403: https://asgi.readthedocs.io/en/latest/specs/www.html#close-send-event
_POLICY_VIOLATION = 1008
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Refusal:
    status: int
    reason: str
    headers: dict[str, str] = field(default_factory=dict)


class Rules:
    """By what the gate lets in, once there are settings: before, nobody."""

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._names: Names | None = None
        self._logged: dict[int, float] = {}

    def use(self, settings: Settings) -> None:
        """Let in what these settings allow."""
        self._settings = settings
        self._names = Names(settings)

    def refusal(self, scope: Scope) -> _Refusal | None:
        """Return why a request is refused, or None. Streamlit then sees the host by which the page knows the desk."""
        settings, names = self._settings, self._names
        if settings is None or names is None:
            return _Refusal(503, "the server is starting or stopping")
        headers = Headers(scope=scope)
        return (
            _refusal_of_address(settings, scope)
            or _refusal_of_names(names, scope, headers)
            or _refusal_of_framing(headers)
            or _refusal_of_metrics(settings, scope, headers)
        )

    def log(self, refusal: _Refusal, scope: Scope) -> None:
        """Log a refusal that the operator has to know of, and of each kind not too often."""
        now = time.monotonic()
        if now - self._logged.get(refusal.status, -_LOGGED_EVERY_S) < _LOGGED_EVERY_S:
            return
        self._logged[refusal.status] = now
        peer = (scope.get("client") or ("?",))[0]
        _log.warning("refused a request from %s with %s: %s", printable(peer), refusal.status, refusal.reason)


class Gate:
    """The middleware: it answers what is refused, and adds headers to every response."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one WebSocket, or the lifespan."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_RESPONSE_HEADERS)
            await send(message)

        refusal = self._rules.refusal(scope)
        if refusal is None:
            await self._app(_with_public_host(scope), receive, send_with_headers)
            return
        self._rules.log(refusal, scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        response = PlainTextResponse(f"{refusal.reason}\n", refusal.status, {**refusal.headers, "Connection": "close"})
        await response(scope, receive, send_with_headers)


def _refusal_of_address(settings: Settings, scope: Scope) -> _Refusal | None:
    peer = scope.get("state", {}).get(PEER) or (scope.get("client") or (None,))[0]
    if may_come_in(settings, _arrived_at(scope), peer):
        return None
    return _Refusal(
        403,
        "there is no sign-in yet, so the desk answers this machine only; name the proxy that signs people in: "
        "PIXELDESK_TRUSTED_PROXY=ADDRESS (docs/running.md)",
    )


def _refusal_of_names(names: Names, scope: Scope, headers: Headers) -> _Refusal | None:
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    host = authority_of(hosts[0]) if len(hosts) == 1 else None
    if host is None or not names.know(host, _arrived_at(scope)):
        return _Refusal(
            421,
            f"the desk is not known as {_shown(hosts)}; if it is to be, add that name to PIXELDESK_ALLOWED_HOSTS, "
            "or set PIXELDESK_PUBLIC_URL",
        )
    if len(origins) > 1 or not all(names.are_of(origin, host) for origin in origins):
        return _Refusal(
            403,
            f"a page of {_shown(origins)} may not use the desk; if that is its address, set PIXELDESK_PUBLIC_URL",
        )
    return None


def _refusal_of_framing(headers: Headers) -> _Refusal | None:
    """Refuse a body of two lengths: a proxy may go by the other one, and see another request behind it."""
    if "content-length" in headers and "transfer-encoding" in headers:
        return _Refusal(400, "a request has Content-Length or Transfer-Encoding, not both")
    return None


def _refusal_of_metrics(settings: Settings, scope: Scope, headers: Headers) -> _Refusal | None:
    if scope["path"].rstrip("/") != _STREAMLIT_METRICS or may_read_metrics(settings, headers.get("authorization", "")):
        return None
    return _Refusal(401, "send the token of PIXELDESK_METRICS_TOKEN", {"WWW-Authenticate": "Bearer"})


def _with_public_host(scope: Scope) -> Scope:
    """Name the host by which the page knows the desk where a proxy has named its own: Streamlit compares the two."""
    origin = Headers(scope=scope).get("origin")
    if origin is None or scope["type"] != "websocket":
        return scope
    host = (b"host", origin.partition("://")[2].encode("latin-1"))
    return {**scope, "headers": [host if name == b"host" else (name, value) for name, value in scope["headers"]]}


def _arrived_at(scope: Scope) -> str | None:
    """Return the address of this machine at which a request arrived, None for a Unix socket."""
    server = scope.get("server")
    return str(server[0]) if server else None


def _shown(values: list[str]) -> str:
    return ", ".join(printable(value)[:_LONGEST_SHOWN] for value in values[:2]) or "nothing"
