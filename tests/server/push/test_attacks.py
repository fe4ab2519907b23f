"""Attacks on push in a server that people have started: by those who have a token, and by those who have none."""

import gzip
import hashlib
import hmac
import json
from contextlib import ExitStack, closing
from typing import Any

import zstandard

from tests.log_lines import as_bytes, moment, request_line
from tests.server.conftest import DRAIN_TOKEN
from tests.server.push.served import TOKEN, Answer, Client
from tests.server.running import Running, all_of

WRONG = "0" * 40
WITHOUT_A_TOKEN = {"x-vercel-signature": WRONG}
WITH_A_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
# The whole room for what is waiting, four times.
_ANNOUNCED = 67_108_864


def lines(name: str) -> bytes:
    """Two requests with ids of their own."""
    return as_bytes([request_line(request_id=f"req_{name}{n:06}", timestamp=moment(n)) for n in range(2)])


def drained(server: Running, body: bytes, **headers: str) -> Answer:
    """What the drain of Vercel is told, which signs what it sends."""
    signature = hmac.new(DRAIN_TOKEN.encode(), body, hashlib.sha1).hexdigest()
    return Client(server.port, token=None).post(body, x_vercel_signature=signature, **headers)


def head(server: Running, headers: dict[str, str], length: int = _ANNOUNCED) -> bytes:
    """The head of a post that announces so many bytes."""
    told = {"Host": f"127.0.0.1:{server.port}", "Content-Length": str(length), **headers}
    return "\r\n".join(
        ["POST /ingest HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "\r\n"]
    ).encode()


def test_posts_that_announce_much_and_send_nothing_stop_nobody(server: Running) -> None:
    with ExitStack() as open_ones:
        idle = [open_ones.enter_context(closing(server.connected())) for _ in range(400)]
        for place, connection in enumerate(idle):
            connection.sendall(head(server, WITH_A_TOKEN if place % 2 else WITHOUT_A_TOKEN) + b"{")
        told = [Client(server.port).post(lines("idleA")), drained(server, lines("idleB"))]
        assert [(one.status, one.json.get("requests")) for one in told] == [(200, 2), (200, 2)]
        # And each is ended, although its bytes might go on to come one by one.
        ended = [all_of(connection) for connection in idle]
    assert {one.split()[1] for one in ended} == {b"408"}
    assert b"slower than 16,384 bytes a second (PIXELDESK_PUSH_SLOWEST_BYTES)" in ended[0]


def test_nothing_is_unpacked_for_somebody_unknown(server: Running) -> None:
    packed = {
        "zstd": zstandard.compress(b"") * 230_000,
        "gzip": gzip.compress(b"") * 100_000,
        # 500 MB of one letter.
        "zstd, a bomb": zstandard.compress(b"x" * (500 << 20)),
    }
    before = server.processor_seconds
    for name, body in packed.items():
        sent = {"x_vercel_signature": WRONG, "Content_Encoding": name[:4]}
        assert Client(server.port, token=None).post(body, **sent).status == 401
    # It took 33 seconds of a processor once.
    assert server.processor_seconds - before < 8


def test_endless_frames_are_refused_and_a_frame_a_batch_is_not(server: Running) -> None:
    client, batch = Client(server.port), lines("frames")
    before = server.processor_seconds
    for encoding, pack in (("zstd", zstandard.compress), ("gzip", gzip.compress)):
        told = client.post(pack(b"") * 230_000, Content_Encoding=encoding)
        assert (told.status, "100,000 compressed frames" in told.json["error"]) == (413, True)
        appended = b"".join(pack(line + b"\n") + pack(b"") for line in batch.splitlines()) * 1000
        told = client.post(appended, Content_Encoding=encoding)
        assert (told.status, told.json["lines"]) == (200, 2000)
    assert server.processor_seconds - before < 15


def test_what_cannot_be_a_signature_is_refused_before_the_body(server: Running) -> None:
    for wrong in ("00", "x" * 40, WRONG.replace("0", "A"), ""):
        with closing(server.connected()) as connection:
            connection.sendall(head(server, {"x-vercel-signature": wrong}))
            assert connection.recv(4096).startswith(b"HTTP/1.1 401")


def test_what_a_signature_does_not_fit_is_told_nothing_of_the_body(server: Running) -> None:
    told = [
        Client(server.port, token=None).post(body, x_vercel_signature=WRONG, Content_Encoding=encoding)
        for body, encoding in ((b"damaged", "gzip"), (gzip.compress(b"{}")[:-3], "gzip"), (b"", ""), (b"{}" * 9, ""))
    ]
    assert {(one.status, one.body) for one in told} == {(401, told[0].body)}
    body: Any = gzip.compress(lines("signed"))
    assert drained(server, body, Content_Encoding="gzip").json["requests"] == 2
    assert json.loads(told[0].body)["error"].startswith("no sender has this token")
