"""Posts to a webhook, as often as it takes and never twice.

What certainly did not arrive is tried again: a connection that could not be made, an answer of 429 or of a server's
own failure. A request that was sent and never answered may have arrived, and is not. Redirects are not followed. The
address is a secret, since whoever knows it can post: it is in no error and in no record.
"""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from http.client import HTTPException
from typing import Literal
from urllib.parse import unquote

from urllib3 import Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError
from urllib3.util import make_headers, parse_url

from pixeldesk.alerts.alert_memory import Outcome

Delivery = Literal["arrived", "refused", "down"]
Keep = Callable[[Outcome, str], None]
"""Writes down what is about to be done, or what became of it and why."""

# Five tries within half a minute.
RETRY = Retry(total=4, backoff_factor=1, backoff_jitter=1, backoff_max=30)
_CONNECT_S = 5.0
_ANSWER_S = 10.0
_LONGEST_WAIT_S = 60.0
_TOO_MANY_REQUESTS = 429
_USER_AGENT = "pixeldesk"


class _NotArrivedError(Exception):
    """The receiver certainly has not taken it. Another try may help, after as many seconds as it asked for."""

    def __init__(self, reason: str, *, is_lasting: bool = False, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.is_lasting = is_lasting
        self.wait_s = wait_s


class Webhook:
    """One receiver. `pause` waits so many seconds and says whether to give up instead of trying again."""

    def __init__(self, address: str, retry: Retry = RETRY, pause: Callable[[float], object] = time.sleep) -> None:
        self._url = parse_url(address)
        self._retry = retry
        self._pause = pause

    def post(self, payload: Mapping[str, object], keep: Keep) -> Delivery:
        """Whether the payload is, or may be, with the receiver; if not, it may be posted again later.

        A receiver that refuses this payload may take another; one that is down takes none.

        `keep` is called with "intent" before anything is sent, and with what became of it. So whoever is killed
        in between can tell afterwards that it may have arrived.
        """
        body = json.dumps(payload).encode()
        retry = self._retry
        while True:
            try:
                self._send(body, keep)
                return "arrived"
            except _NotArrivedError as refusal:
                keep("failed", str(refusal))
                if refusal.is_lasting:
                    return "refused"
                try:
                    retry = retry.increment("POST", error=refusal)
                except MaxRetryError:
                    return "down"
                wait_s = retry.get_backoff_time() if refusal.wait_s is None else refusal.wait_s
            if self._pause(min(wait_s, _LONGEST_WAIT_S)):
                return "down"

    def _send(self, body: bytes, keep: Keep) -> None:
        with closing(self._connection()) as connection:
            try:
                connection.connect()
            except (HTTPError, OSError) as error:
                raise _NotArrivedError(f"the webhook cannot be reached ({_told(error)})") from error
            keep("intent", "")
            try:
                connection.timeout = _ANSWER_S
                connection.request("POST", self._url.request_uri, body, self._headers(), preload_content=False)
                with closing(connection.getresponse()) as response:
                    status, retry_after = response.status, response.headers.get("Retry-After")
            except (HTTPError, HTTPException, OSError) as error:
                keep("posted", f"the webhook did not answer ({_told(error)}); it may have arrived: not posted again")
                return
        if not 200 <= status < 300:
            is_lasting = status < 500 and status != _TOO_MANY_REQUESTS
            reason = f"the webhook answered {status}"
            raise _NotArrivedError(reason, is_lasting=is_lasting, wait_s=_seconds(retry_after))
        keep("posted", "")

    def _connection(self) -> HTTPConnection:
        # Not from a pool: only so is it known whether a failure came before the request was sent, and no connection
        # is left open that the receiver may close at the next post.
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        return kind(str(self._url.host).strip("[]"), self._url.port, timeout=_CONNECT_S)

    def _headers(self) -> dict[str, str]:
        return {
            **make_headers(user_agent=_USER_AGENT, basic_auth=self._url.auth and unquote(self._url.auth)),
            "Content-Type": "application/json; charset=utf-8",
        }


def _seconds(retry_after: str | None) -> float | None:
    """A Retry-After header in seconds; None where there is none that can be read."""
    try:
        return None if retry_after is None else RETRY.parse_retry_after(retry_after)
    except (InvalidHeader, ValueError, OverflowError):
        return None


def _told(error: Exception) -> str:
    """Why, without the address, which the texts of some errors name."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, ssl.SSLError) and cause.reason:
        return cause.reason.lower().replace("_", " ")
    return (getattr(cause, "strerror", None) or type(cause).__name__).lower()
