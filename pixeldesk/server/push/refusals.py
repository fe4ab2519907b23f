"""The error responses of push: an HTTP status and one line for the operator of the sender."""

from pixeldesk.errors import PixeldeskError


class Refusal(PixeldeskError):
    """A refused post, of which nothing is stored. `status` is the HTTP status of the response."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


def push_disabled() -> Refusal:
    """Return 403: no sender is configured."""
    return Refusal(403, "push is off; switch it on with PIXELDESK_PUSH_TOKENS=SENDER=TOKEN and restart the server")


def unknown_sender() -> Refusal:
    """Return 401: the request has no token, or a token that no sender has."""
    return Refusal(
        401, "no sender has this token; send it as Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"}
    )


def too_large(limit: int, what: str = "PIXELDESK_PUSH_MAX_BYTES") -> Refusal:
    """Return 413: the body is larger than `limit` bytes, which the setting `what` gives."""
    return Refusal(413, f"the body is larger than {limit:,} bytes ({what}); send smaller batches")


def too_many_lines(limit: int) -> Refusal:
    """Return 413: the body has more than `limit` lines."""
    return Refusal(413, f"the body has more than {limit:,} lines (PIXELDESK_PUSH_MAX_LINES); send smaller batches")


def too_many_frames(limit: int) -> Refusal:
    """Return 413: the body has more than `limit` frames of zstd, or members of gzip."""
    return Refusal(413, f"the body has more than {limit:,} compressed frames; pack more lines into each")


def too_slow(reason: str) -> Refusal:
    """Return 408: the body came too slowly. `reason` says which limit it broke."""
    return Refusal(408, f"{reason}; nothing of it was stored", {"Connection": "close"})


def too_busy(seconds: int) -> Refusal:
    """Return 429, the backpressure on senders: too many posts or bytes are queued. Retry after `seconds` seconds."""
    message = f"too much is waiting to be stored; send it again in {seconds} s"
    return Refusal(429, message, {"Retry-After": str(seconds)})


def not_writable(reason: str, seconds: int = 10) -> Refusal:
    """Return 503: the store, or its folder, cannot be written. Retry after `seconds` seconds."""
    message = f"{reason}; nothing of this post was stored, send it again later"
    return Refusal(503, message, {"Retry-After": str(seconds)})


def nothing_understood(what: str, is_otlp: bool) -> Refusal:
    """Return 422, or 400 for OTLP: no line of the body was understood. `what` says what they seem to be.

    https://opentelemetry.io/docs/specs/otlp/#bad-data
    """
    return Refusal(400 if is_otlp else 422, what)


def key_used_before() -> Refusal:
    """Return 422: the Idempotency-Key was used before, with another body."""
    return Refusal(422, "this Idempotency-Key came with another body before; give each body a key of its own")
