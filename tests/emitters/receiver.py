"""Take what exporters of OpenTelemetry send, as it comes."""

import contextlib
import gzip
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Received:
    """The bodies of all requests, in order."""

    port: int
    bodies: list[bytes] = field(default_factory=list)
    content_types: set[str] = field(default_factory=set)

    def joined(self) -> bytes:
        """Return one file of them: JSON as a line each; protobuf in a row, which is a message of all of them."""
        if self.content_types == {"application/x-protobuf"}:
            return b"".join(self.bodies)
        return b"".join(body.rstrip(b"\n") + b"\n" for body in self.bodies)


@contextlib.contextmanager
def receiving() -> Iterator[Received]:
    """Listen while the block runs."""

    class Takes(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self._body()
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            received.bodies.append(body)
            received.content_types.add(self.headers["Content-Type"])
            self.send_response(200)
            self.send_header("Content-Type", self.headers["Content-Type"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _body(self) -> bytes:
            if "Content-Length" in self.headers:
                return self.rfile.read(int(self.headers["Content-Length"]))
            pieces = []
            while size := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Takes) as server:
        received = Received(server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received
        server.shutdown()
