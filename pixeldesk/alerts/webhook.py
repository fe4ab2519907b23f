"""Post to a webhook with retries, at most once.

A post that certainly did not arrive is retried: the connection failed, or the answer was 429 or a server error. A
request that was sent but not answered may have arrived, and is not retried. Redirects are not followed. The address is
a secret, since anyone who knows it can post: no error and no record contains it.
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

from pixeldesk.alerts.alert_journal import Outcome

Delivery = Literal["arrived", "refused", "down"]
RecordOutcome = Callable[[Outcome, str], None]
"""Records an intent, or an outcome with its reason."""

# Five tries within half a minute.
RETRY = Retry(total=4, backoff_factor=1, backoff_jitter=1, backoff_max=30)
_CONNECT_S = 5.0
_ANSWER_S = 10.0
_LONGEST_WAIT_S = 60.0
_TOO_MANY_REQUESTS = 429
_USER_AGENT = "pixeldesk"


class _NotArrivedError(Exception):
    """The post certainly did not arrive. A retry after `wait_s` seconds may help, unless `is_permanent`."""

    def __init__(self, reason: str, *, is_permanent: bool = False, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.is_permanent = is_permanent
        self.wait_s = wait_s


class Webhook:
    """A receiver. `pause` waits a number of seconds and returns whether to give up instead of retrying."""

    def __init__(self, address: str, retry: Retry = RETRY, pause: Callable[[float], object] = time.sleep) -> None:
        self._url = parse_url(address)
        self._retry = retry
        self._pause = pause

    def post(self, payload: Mapping[str, object], record: RecordOutcome) -> Delivery:
        """Post a payload with retries.

        Returns "arrived" if the receiver has it, or may have it. Otherwise it may be posted again later: "refused" if
        the receiver refused this payload but may take another, "down" if it takes none.

        `record` is called with "intent" before anything is sent, and with the outcome afterwards. After a kill in
        between, the intent shows that the payload may have arrived.
        """
        body = json.dumps(payload).encode()
        retry = self._retry
        while True:
            try:
                self._send(body, record)
                return "arrived"
            except _NotArrivedError as refusal:
                record("failed", str(refusal))
                if refusal.is_permanent:
                    return "refused"
                try:
                    retry = retry.increment("POST", error=refusal)
                except MaxRetryError:
                    return "down"
                wait_s = retry.get_backoff_time() if refusal.wait_s is None else refusal.wait_s
            if self._pause(min(wait_s, _LONGEST_WAIT_S)):
                return "down"

    def _send(self, body: bytes, record: RecordOutcome) -> None:
        with closing(self._connection()) as connection:
            try:
                connection.connect()
            except (HTTPError, OSError) as error:
                raise _NotArrivedError(f"the webhook cannot be reached ({_reason(error)})") from error
            record("intent", "")
            try:
                connection.timeout = _ANSWER_S
                connection.request("POST", self._url.request_uri, body, self._headers(), preload_content=False)
                with closing(connection.getresponse()) as response:
                    status, retry_after = response.status, response.headers.get("Retry-After")
            except (HTTPError, HTTPException, OSError) as error:
                record(
                    "posted", f"the webhook did not answer ({_reason(error)}); it may have arrived: not posted again"
                )
                return
        if not 200 <= status < 300:
            is_permanent = status < 500 and status != _TOO_MANY_REQUESTS
            reason = f"the webhook answered {status}"
            raise _NotArrivedError(reason, is_permanent=is_permanent, wait_s=_seconds(retry_after))
        record("posted", "")

    def _connection(self) -> HTTPConnection:
        # Without a pool it is known whether a failure came before the request was sent, and no idle connection stays
        # open that the receiver may close at the next post.
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        return kind(str(self._url.host).strip("[]"), self._url.port, timeout=_CONNECT_S)

    def _headers(self) -> dict[str, str]:
        return {
            **make_headers(user_agent=_USER_AGENT, basic_auth=self._url.auth and unquote(self._url.auth)),
            "Content-Type": "application/json; charset=utf-8",
        }


def _seconds(retry_after: str | None) -> float | None:
    """Parse a Retry-After header, seconds; None if it is missing or malformed."""
    try:
        return None if retry_after is None else RETRY.parse_retry_after(retry_after)
    except (InvalidHeader, ValueError, OverflowError):
        return None


def _reason(error: Exception) -> str:
    """Return the reason of an error without the address, which some errors' texts contain."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, ssl.SSLError) and cause.reason:
        return cause.reason.lower().replace("_", " ")
    return (getattr(cause, "strerror", None) or type(cause).__name__).lower()
