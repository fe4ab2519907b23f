"""The dashboard, started as people start it, and what a socket sees of it."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.command import ROOT, environment
from tests.patience import PATIENCE_S, wait_until
from tests.server.push.served import Client

SERVE = (sys.executable, "-m", "pixeldesk", "serve", "--port", "{port}")
UVICORN = (sys.executable, "-m", "uvicorn", "app:app", "--port", "{port}")


@dataclass(frozen=True)
class Running:
    """A server of its own process."""

    port: int
    log: Path
    pid: int

    @property
    def client(self) -> Client:
        """Who sends it requests, without a token."""
        return Client(self.port, token=None)

    @property
    def processor_seconds(self) -> float:
        """What it has used of a processor, by /proc."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connected(self) -> socket.socket:
        """A connection of which nothing was sent yet."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.settimeout(PATIENCE_S)
        return connection

    def sent(self, request: bytes) -> bytes:
        """What comes back to some bytes until the server closes the connection."""
        with closing(self.connected()) as connection:
            connection.sendall(request)
            return all_of(connection)

    def upgraded(self, host: bytes, origin: bytes | None) -> int:
        """The status of the answer to a WebSocket's handshake."""
        lines = [
            b"GET /_stcore/stream HTTP/1.1",
            b"Host: " + host,
            b"Upgrade: websocket",
            b"Connection: Upgrade",
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            *([] if origin is None else [b"Origin: " + origin]),
        ]
        with closing(self.connected()) as connection:
            connection.sendall(b"\r\n".join([*lines, b"\r\n"]))
            return int(connection.recv(1000).split()[1])


def all_of(connection: socket.socket) -> bytes:
    """What comes until the other side closes a connection; it may also reset one of which it did not read all."""
    told = b""
    try:
        while piece := connection.recv(4096):
            told += piece
    except ConnectionResetError:
        pass
    return told


@contextmanager
def running(folder: Path, command: tuple[str, ...] = SERVE, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run the dashboard over an empty store until the block ends, from when it answers."""
    settings = Settings(db=folder / "pixeldesk.duckdb")
    open_store(settings).close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [part.format(port=port) for part in command],
            cwd=ROOT,
            env=environment({"PIXELDESK_DB": str(settings.db), **(env or {})}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Running(port, log, process.pid)
    try:
        wait_until(lambda: process.poll() is not None or _is_healthy(server), "the server answers")
        assert process.poll() is None, log.read_text()
        yield server
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)
    assert "Traceback" not in log.read_text("latin-1")


def _is_healthy(server: Running) -> bool:
    try:
        return server.client.ask("GET", "/healthz").status == 200
    except (OSError, http.client.HTTPException):
        return False
