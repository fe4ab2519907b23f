"""One server for all attacks: it takes little time for whatever is slow."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.server.push.served import SENDER, TOKEN
from tests.server.running import Running, running

DRAIN_TOKEN = "another-token-of-sixteen"
METRICS_TOKEN = "a-token-for-metrics"


@pytest.fixture(scope="session")
def internet() -> Iterator[socket.socket]:
    """What the server's requests to others would reach, as its proxy."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.setblocking(False)
        yield listener


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, internet: socket.socket) -> Iterator[Running]:
    """The dashboard as `pixeldesk serve` runs it, with senders and a drain of Vercel."""
    outside = f"http://127.0.0.1:{internet.getsockname()[1]}"
    env = {
        "PIXELDESK_PUSH_TOKENS": f"{SENDER}={TOKEN},drain={DRAIN_TOKEN}",
        "PIXELDESK_PUSH_VERCEL_VERIFY": "the-code-of-vercel",
        "PIXELDESK_METRICS_TOKEN": METRICS_TOKEN,
        "PIXELDESK_HEADERS_SECONDS": "3",
        "PIXELDESK_PUSH_BODY_SECONDS": "5",
        "PIXELDESK_PUBLIC_URL": "https://desk.example.com",
        "PIXELDESK_ALLOWED_HOSTS": "pixeldesk",
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), outside),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
    }
    with running(tmp_path_factory.mktemp("attacked"), env=env) as one:
        yield one
