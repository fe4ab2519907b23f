"""Post at most once, with retries after posts that certainly did not arrive."""

import json
import socket
import threading
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from urllib3 import Retry

from pixeldesk.alerts import webhook
from pixeldesk.alerts.alert_journal import Outcome
from pixeldesk.alerts.webhook import Delivery, Webhook
from tests.alerts.receiver import NEVER, RESET, SECRET_PATH, Receiver, receiving
from tests.patience import PATIENCE_S

PAYLOAD = {"text": "An alert of 3 µs: ü"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


class Posting:
    """A webhook whose pauses take no time, with the outcomes it recorded and the seconds it would have waited."""

    def __init__(self, address: str, pauses: int = 99) -> None:
        self.recorded: list[tuple[Outcome, str]] = []
        self.waited: list[float] = []
        self._pauses = pauses
        self._webhook = Webhook(address, pause=self._pause)

    def post(self) -> Delivery:
        return self._webhook.post(PAYLOAD, lambda outcome, reason: self.recorded.append((outcome, reason)))

    @property
    def outcomes(self) -> list[Outcome]:
        return [outcome for outcome, _ in self.recorded]

    def _pause(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return len(self.waited) >= self._pauses


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def test_the_request_of_a_post(receiver: Receiver) -> None:
    posting = Posting(f"{receiver.address}?wait=1")
    assert posting.post() == "arrived"
    ((path, headers, body),) = receiver.requests
    assert path == f"{SECRET_PATH}?wait=1"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["host"] == receiver.address.split("/")[2]
    assert json.loads(body) == PAYLOAD
    assert posting.recorded == [("intent", ""), ("posted", "")]


def test_a_user_and_password_in_the_address_are_sent(receiver: Receiver) -> None:
    assert Posting(receiver.address.replace("//", "//me:a%2Fsecret@")).post() == "arrived"
    assert b64decode(receiver.requests[0][1]["authorization"].removeprefix("Basic ")) == b"me:a/secret"


def test_a_failing_receiver_is_retried_with_backoff(receiver: Receiver) -> None:
    receiver.answers = [500, 502, 503, 504]
    posting = Posting(receiver.address)
    assert posting.post() == "arrived"
    assert receiver.accepted == [PAYLOAD]
    assert posting.outcomes == ["intent", "failed"] * 4 + ["intent", "posted"]
    assert posting.recorded[1] == ("failed", "the webhook answered 500")
    first, *waited = posting.waited
    assert first == 0
    assert [2 <= waited[0] <= 3, 4 <= waited[1] <= 5, 8 <= waited[2] <= 9] == [True] * 3


def test_it_gives_up_after_five_tries(receiver: Receiver) -> None:
    receiver.answers = [503] * 9
    posting = Posting(receiver.address)
    assert posting.post() == "down"
    assert (len(receiver.requests), len(posting.waited)) == (5, 4)
    assert posting.outcomes[-1] == "failed"


def test_retry_after_is_honoured_within_reason(receiver: Receiver) -> None:
    begun = datetime.now(UTC)
    at = format_datetime(begun + timedelta(seconds=30), usegmt=True)
    asked = ["7", at, "86400", "soon"]
    receiver.answers = [(429, {"Retry-After": value}) for value in asked]
    posting = Posting(receiver.address)
    assert posting.post() == "arrived"
    seconds, date, too_long, unreadable = posting.waited
    assert seconds == 7
    passed = (datetime.now(UTC) - begun).total_seconds()
    # Such a date has whole seconds.
    assert 29 - passed < date <= 30
    assert too_long == 60
    assert 8 <= unreadable <= 9


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_permanent_refusal_is_not_retried(status: int, receiver: Receiver) -> None:
    receiver.answers = [status]
    posting = Posting(receiver.address)
    assert posting.post() == "refused"
    assert posting.recorded == [("intent", ""), ("failed", f"the webhook answered {status}")]
    assert len(receiver.requests) == 1


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    with receiving() as elsewhere:
        receiver.answers = [(307, {"Location": elsewhere.address})]
        posting = Posting(receiver.address)
        assert posting.post() == "refused"
        assert elsewhere.requests == []
    assert posting.recorded[-1] == ("failed", "the webhook answered 307")


def test_a_refused_connection_is_retried() -> None:
    port = free_port()
    posting = Posting(f"http://127.0.0.1:{port}{SECRET_PATH}")
    assert posting.post() == "down"
    assert posting.outcomes == ["failed"] * 5
    assert posting.recorded[0][1] == "the webhook cannot be reached (connection refused)"
    with receiving(port) as receiver:
        assert posting.post() == "arrived"
        assert receiver.accepted == [PAYLOAD]


@pytest.mark.parametrize("answer", [NEVER, RESET], ids=["no answer", "closed without an answer"])
def test_a_post_that_may_have_arrived_is_not_retried(
    answer: int, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "_ANSWER_S", 0.05)
    receiver.answers = [answer]
    posting = Posting(receiver.address)
    assert posting.post() == "arrived"
    assert receiver.asked.wait(PATIENCE_S)
    assert len(receiver.requests) == 1
    assert posting.outcomes == ["intent", "posted"]
    assert "it may have arrived: not posted again" in posting.recorded[1][1]


def test_a_failed_handshake_has_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_CONNECT_S", 0.2)
    with receiving() as receiver:
        posting = Posting(receiver.address.replace("http:", "https:"))
        assert posting.post() == "down"
        assert receiver.requests == []
    assert posting.outcomes == ["failed"] * 5
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        posting = Posting(f"https://127.0.0.1:{port}/", pauses=1)
        assert posting.post() == "down"
    assert posting.outcomes == ["failed"]


def test_an_interrupted_pause_ends_the_retries(receiver: Receiver) -> None:
    receiver.answers = [503] * 9
    stop = threading.Event()
    stop.set()
    recorded: list[Outcome] = []
    retry = Retry(total=4, backoff_factor=0)
    assert (
        Webhook(receiver.address, retry, stop.wait).post(PAYLOAD, lambda outcome, _: recorded.append(outcome)) == "down"
    )
    assert recorded == ["intent", "failed"]


def test_the_address_is_in_no_reason(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_CONNECT_S", 0.2)
    monkeypatch.setattr(webhook, "_ANSWER_S", 0.05)
    receiver.answers = [500, 404, RESET, NEVER]
    addresses = [receiver.address] * 4
    addresses += [f"http://127.0.0.1:{free_port()}{SECRET_PATH}", "http://secret.invalid/T0SECRET"]
    for address in addresses:
        posting = Posting(address, pauses=1)
        posting.post()
        reasons = " ".join(reason for _, reason in posting.recorded).lower()
        assert reasons.strip()
        assert "secret" not in reasons and "127.0.0.1" not in reasons
