"""A real receiver of webhooks on this machine: answers as it is told to, and keeps what it was sent."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET_PATH = "/hooks/T0SECRET/B0SECRET"
NEVER = 0
RESET = -1
"""Two answers that are none: the connection stays open, or is closed without a word."""


@dataclass
class Receiver:
    """Its address, the payloads it took (answered 2xx), every request, and the answers still to give; then 200."""

    address: str = ""
    answers: list[int | tuple[int, dict[str, str]]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> list[str]:
        """What the payloads say."""
        return [payload["text"] for payload in self.taken]

    @property
    def titles(self) -> list[str]:
        """The first line of each, up to its colon."""
        return [text.partition(":")[0] for text in self.texts]


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """Listen while the block runs."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append((self.path, headers, body))
            receiver.asked.set()
            answer = receiver.answers.pop(0) if receiver.answers else 200
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            if status == NEVER:
                receiver.let_go.wait(60)
            if status <= 0:
                self.close_connection = True
                return
            if status < 300:
                receiver.taken.append(json.loads(body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        receiver.address = f"http://127.0.0.1:{server.server_port}{SECRET_PATH}"
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.let_go.set()
            server.shutdown()
            thread.join()
