"""Attacks on a server that people have started: by pages of other names, by other pages, by frames, by odd requests."""

import socket
from contextlib import ExitStack, closing

import pytest

from tests.patience import wait_until
from tests.server.conftest import METRICS_TOKEN
from tests.server.running import Running, all_of

PATHS = [
    ("GET", "/"),
    ("GET", "/customers?customer=cus_1"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("GET", "/ingest"),
    ("POST", "/ingest"),
    ("POST", "/v1/logs"),
    ("GET", "/_stcore/health"),
    ("GET", "/_stcore/host-config"),
    ("GET", "/_stcore/metrics"),
    ("PUT", "/_stcore/upload_file/x/y"),
    ("GET", "/static/js/none.js"),
    ("GET", "/nothing/here"),
    ("OPTIONS", "/"),
]
HEADERS = {
    "content-security-policy": "frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_every_route_has_the_headers_and_knows_its_names_only(server: Running, method: str, path: str) -> None:
    for host in ("evil.test", f"evil.test:{server.port}", "127.0.0.1.evil.test", "0.0.0.0", "127.0.0.2", "2130706433"):
        told = server.client.ask(method, path, Host=host)
        assert (told.status, told.headers["connection"]) == (421, "close")
        assert told.body.decode().startswith(f"the desk is not known as {host}; ")
        assert "PIXELDESK_ALLOWED_HOSTS" in told.body.decode()
        assert told.body.count(b"\n") == 1
        assert HEADERS.items() <= told.headers.items()
    for host in (
        "localhost",
        f"LOCALHOST:{server.port}",
        "localhost.",
        "[::1]:1",
        "pixeldesk:8501",
        "desk.example.com",
    ):
        told = server.client.ask(method, path, Host=host)
        assert told.status != 421
        assert HEADERS.items() <= told.headers.items()


@pytest.mark.parametrize(
    "hosts", [b"", b"Host: \r\n", b"Host: localhost\r\nHost: evil.test\r\n", b"Host: localhost@evil.test\r\n"]
)
def test_a_host_that_is_none_is_refused(server: Running, hosts: bytes) -> None:
    told = server.sent(b"GET / HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
    assert told.split()[1] in (b"400", b"421")
    assert server.sent(b"GET / HTTP/1.0\r\n\r\n").split()[1] == b"421"


def test_a_websocket_is_for_the_pages_of_the_desk(server: Running) -> None:
    ours = f"127.0.0.1:{server.port}"
    for host, origin in [
        (ours, f"http://{ours}"),
        (ours, None),
        (f"localhost:{server.port}", f"http://localhost:{server.port}"),
        (f"[::1]:{server.port}", f"http://[::1]:{server.port}"),
        # A proxy that passes the host on, with and without a port, or puts its own in its place.
        ("desk.example.com", "https://desk.example.com"),
        ("desk.example.com:443", "https://desk.example.com"),
        (ours, "https://desk.example.com"),
        ("pixeldesk:8501", "http://pixeldesk:8501"),
        (ours, "https://pixeldesk"),
    ]:
        assert server.upgraded(host.encode(), origin if origin is None else origin.encode()) == 101, (host, origin)
    for host, origin in [
        ("evil.test", "http://evil.test"),
        (f"evil.test:{server.port}", f"http://evil.test:{server.port}"),
        ("evil.test", None),
        ("evil.test", f"http://{ours}"),
        *[
            (ours, other)
            for other in (
                "http://evil.test",
                f"http://evil.test:{server.port}",
                "http://localhost:3000",
                f"http://localhost:{server.port}",
                "http://0.0.0.0:1",
                "https://127.0.0.1:1",
                "http://127.0.0.1",
                f"http://{ours}@evil.test",
                f"http://evil.test#{ours}",
                f"ftp://{ours}",
                ours,
                "http://desk.example.com",
                "https://desk.example.com:8443",
                "https://pixeldesk:8443",
                "https://desk.example.com.evil.test",
                "http://[::1",
                "null",
                "file://",
                "",
            )
        ],
    ]:
        assert server.upgraded(host.encode(), origin if origin is None else origin.encode()) == 403, (host, origin)


def test_a_page_of_another_origin_can_ask_nothing(server: Running) -> None:
    for origin in ("http://evil.test", "null", "http://localhost:3000"):
        for method, path in PATHS:
            told = server.client.ask(method, path, Origin=origin)
            assert (told.status, b"PIXELDESK_PUBLIC_URL" in told.body) == (403, True)
            assert "access-control-allow-origin" not in told.headers
    assert server.client.ask("GET", "/healthz", Origin=f"http://127.0.0.1:{server.port}").status == 200


def test_the_token_of_the_metrics_closes_those_of_streamlit_too(server: Running) -> None:
    for path in ("/metrics", "/_stcore/metrics"):
        for given in ({}, {"Authorization": "Bearer x"}, {"Authorization": METRICS_TOKEN}):
            told = server.client.ask("GET", path, **given)
            assert (told.status, told.headers["www-authenticate"]) == (401, "Bearer")
        assert server.client.ask("GET", path, Authorization=f"Bearer {METRICS_TOKEN}").status == 200


def test_a_request_behind_a_body_of_two_lengths_is_not_answered(server: Running) -> None:
    head = f"POST /ingest HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    smuggled = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n"
    for lengths in (
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 0",
    ):
        told = server.sent(f"{head}{lengths}\r\n\r\n0\r\n\r\n{smuggled}".encode())
        assert (told.count(b"HTTP/1.1 "), told.split()[1]) == (1, b"400")
        assert b"connection: close" in told
    # Not so behind a chunked body.
    told = server.sent(f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}".encode())
    assert told.count(b"HTTP/1.1 ") == 2


def test_connections_whose_headers_do_not_end_are_closed(server: Running) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with ExitStack() as open_ones:
        connections = [open_ones.enter_context(closing(server.connected())) for _ in range(90)]
        for place, connection in enumerate(connections):
            connection.sendall([b"", b"G", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "][place % 3])
        # The headers of a second request have a deadline of their own.
        connections.append(open_ones.enter_context(closing(server.connected())))
        connections[-1].sendall(whole)
        assert connections[-1].recv(1) == b"H"
        connections[-1].sendall(whole[:9])
        assert all_of(connections.pop()).count(b"HTTP/1.1 ") == 0
        assert {all_of(connection) for connection in connections} == {b""}


def test_a_body_that_was_refused_may_not_go_on_for_ever(server: Running) -> None:
    head = f"POST /ingest HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: 67108864\r\n\r\n"
    with closing(server.connected()) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 401")

        def is_closed() -> bool:
            try:
                connection.sendall(b"x")
            except OSError:
                return True
            return False

        wait_until(is_closed, "the connection is closed")


def test_control_characters_reach_no_log_and_nobody_outside_is_asked(server: Running, internet: socket.socket) -> None:
    ours = f"127.0.0.1:{server.port}".encode()
    for hostile in (b"http://x\x9b31mred", b"http://x\xc2\x9b31m\x85y", b"http://evil.example"):
        assert server.upgraded(ours, hostile) == 403
        assert server.upgraded(hostile.removeprefix(b"http://"), b"http://" + ours) == 403
    logged = server.log.read_bytes()
    assert b"refused a request from 127.0.0.1 with 421" in logged
    assert b"External" not in logged and b"external" not in logged
    assert not [byte for byte in logged if (byte < 0x20 and byte not in b"\n\t") or byte >= 0x7F]
    with pytest.raises(BlockingIOError):
        internet.accept()
