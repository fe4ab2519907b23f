"""The routes on a real socket, served by uvicorn in this process, over a store of the test's own."""

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette

from pixeldesk.desk.desk import Desk
from pixeldesk.server.push.routes import Push
from tests.patience import PATIENCE_S

TOKEN = "a-token-of-sixteen-or-more"
SENDER = "vector"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON document in it."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """A sender. One connection a request."""

    port: int
    token: str | None = TOKEN
    address: str = "127.0.0.1"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request; `body` may be an iterator of pieces, which are sent chunked."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        connection = http.client.HTTPConnection(self.address, self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, sent, encode_chunked=not isinstance(body, bytes | None))
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, told, response.read())
        finally:
            connection.close()

    def post(self, body: Any, path: str = "/ingest", **headers: str) -> Answer:
        """Push a body."""
        return self.ask("POST", path, body, **headers)


@contextmanager
def served(desk: Desk) -> Iterator[int]:
    """Serve while the block runs; gives the port."""
    push = Push()
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener, push.opened(desk):
        config = uvicorn.Config(Starlette(routes=push.routes()), log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=PATIENCE_S)
