"""Why a post is not taken, as the HTTP status and one clear line for whoever set the sender up."""

from pixeldesk.errors import PixeldeskError


class Refusal(PixeldeskError):
    """A post that is not taken. Nothing of it is stored."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


def turned_off() -> Refusal:
    """No sender is named in the settings."""
    return Refusal(403, "push is off; switch it on with PIXELDESK_PUSH_TOKENS=SENDER=TOKEN and restart the server")


def unknown_sender() -> Refusal:
    """No token, or one that no sender has."""
    return Refusal(
        401, "no sender has this token; send it as Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"}
    )


def too_large(limit: int, what: str = "PIXELDESK_PUSH_MAX_BYTES") -> Refusal:
    """A body over its cap, bytes."""
    return Refusal(413, f"the body is larger than {limit:,} bytes ({what}); send smaller batches")


def too_many_lines(limit: int) -> Refusal:
    """A body over the cap of lines."""
    return Refusal(413, f"the body has more than {limit:,} lines (PIXELDESK_PUSH_MAX_LINES); send smaller batches")


def too_busy(seconds: int) -> Refusal:
    """More is waiting to be stored than is allowed to wait."""
    message = f"too much is waiting to be stored; send it again in {seconds} s"
    return Refusal(429, message, {"Retry-After": str(seconds)})


def not_writable(reason: str, seconds: int = 10) -> Refusal:
    """The store, or the folder it is in, cannot be written."""
    message = f"{reason}; nothing of this post was stored, send it again later"
    return Refusal(503, message, {"Retry-After": str(seconds)})


def key_used_before() -> Refusal:
    """The Idempotency-Key of a post with another body."""
    return Refusal(422, "this Idempotency-Key came with another body before; give each body a key of its own")
