"""Run a real webhook receiver on this machine, with scripted answers and a record of its requests."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.patience import PATIENCE_S

SECRET_PATH = "/hooks/T0SECRET/B0SECRET"
NEVER = 0
RESET = -1
"""Two answers without a response: the connection stays open, or is closed at once."""


@dataclass
class Receiver:
    """The receiver's address, its scripted answers (then 200), the accepted payloads (2xx), and every request."""

    address: str = ""
    answers: list[int | tuple[int, dict[str, str]]] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> list[str]:
        """The texts of the accepted payloads."""
        return [payload["text"] for payload in self.accepted]

    @property
    def titles(self) -> list[str]:
        """The first line of each text, up to its colon."""
        return [text.partition(":")[0] for text in self.texts]


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """Run the receiver for the length of a `with` block."""
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
                receiver.released.wait(PATIENCE_S)
            if status <= 0:
                self.close_connection = True
                return
            if status < 300:
                receiver.accepted.append(json.loads(body))
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
            receiver.released.set()
            server.shutdown()
            thread.join()
