"""What the shop answers, whatever framework asks."""

import os
import time

PORT = int(os.environ.get("PORT", "0"))
PATHS = (
    "/v1/items",
    "/v1/items/42",
    "/v1/events",
    "/v1/private",
    "/v1/limited",
    "/v1/boom",
    "/v1/down",
    "/v1/slow",
    "/v1/hang",
)
_STATUSES = {"/v1/events": 202, "/v1/private": 401, "/v1/limited": 429, "/v1/down": 503}


class KaboomError(Exception):
    """What the handler does not handle."""


def wait_s(path: str) -> float:
    """Return how long an answer takes."""
    return {"/v1/slow": 0.25, "/v1/hang": 0.6}.get(path, 0.0)


def status_of(path: str) -> int:
    """Return the status of an answer. Raises KaboomError for /v1/boom."""
    if path == "/v1/boom":
        raise KaboomError("kaboom in handler")
    return _STATUSES.get(path, 200 if path in PATHS else 404)


def answer(path: str) -> int:
    """Wait, and return the status."""
    time.sleep(wait_s(path))
    return status_of(path)
