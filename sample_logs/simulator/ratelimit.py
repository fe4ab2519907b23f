"""Limit each key to sixty accepted requests in any sixty seconds."""

from collections import deque

LIMIT = 60
WINDOW_S = 60.0


class RateLimiter:
    """A rate limiter with a sliding window per key. Refused requests do not count."""

    def __init__(self) -> None:
        self._accepted: dict[str, deque[float]] = {}

    def seconds_to_wait(self, key_id: str, at: float) -> float:
        """Return 0.0 if the request is accepted (and counted), otherwise the seconds until one would be accepted."""
        window = self._accepted.setdefault(key_id, deque())
        while window and window[0] <= at - WINDOW_S:
            window.popleft()
        if len(window) >= LIMIT:
            return window[0] + WINDOW_S - at
        window.append(at)
        return 0.0
