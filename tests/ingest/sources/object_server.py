"""What the S3 and the GCS server of the tests share: buckets, listings by the page, and objects by the range."""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Self
from urllib.parse import parse_qsl, urlsplit

_GENERATIONS = count(1_700_000_000_000_000)


@dataclass(frozen=True)
class StoredObject:
    """One content of an object. Overwriting it makes another."""

    content: bytes
    storage_class: str = "STANDARD"
    generation: int = field(default_factory=lambda: next(_GENERATIONS))

    @property
    def md5(self) -> str:
        """The hex digest of the content."""
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Page:
    """One page of a listing, and the name it goes on behind if there are more."""

    keys: list[str]
    prefixes: list[str]
    next_after: str | None


class ObjectServer(ThreadingHTTPServer):
    """Buckets in memory, served on this machine. Tests put objects into them directly, without a request."""

    daemon_threads = True

    def __init__(self, answer: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), answer)
        self.buckets: dict[str, dict[str, StoredObject]] = {}
        self.forbidden: set[tuple[str, str]] = set()
        self.public: set[str] = set()
        self.after_read: Callable[[], None] = lambda: None
        """Called after each answer with an object's bytes: the moment to change what is being read."""

    @property
    def address(self) -> str:
        """Where it listens, as a URL without a path."""
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, bucket: str, objects: Mapping[str, bytes], storage_class: str = "STANDARD") -> None:
        """Write objects by their keys. Makes the bucket if there is none."""
        stored = {key: StoredObject(content, storage_class) for key, content in objects.items()}
        self.buckets.setdefault(bucket, {}).update(stored)

    def page(self, bucket: str, prefix: str, delimiter: str, after: str, limit: int) -> Page:
        """List keys in order; those that go on behind a delimiter are one prefix, which counts as one."""
        found: dict[str, bool] = {}
        for key in sorted(self.buckets[bucket]):
            if key.startswith(prefix):
                head, mark, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
                name = prefix + head + mark if mark else key
                if name > after:
                    found[name] = bool(mark)
        names = list(found)[:limit]
        return Page(
            keys=[name for name in names if not found[name]],
            prefixes=[name for name in names if found[name]],
            next_after=names[-1] if len(found) > limit else None,
        )

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Answer in a thread for the length of a `with` block."""
        with self:
            thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield self
            finally:
                self.shutdown()
                thread.join()

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep silent: a client that stops reading half-way is what some tests are about."""


class ObjectAnswer(BaseHTTPRequestHandler):
    """Answers one connection's requests. A server's own class says what its addresses mean."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave together: a client that waits for the second half of an answer waits for 40 ms.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    server: ObjectServer

    def answer(self) -> None:
        """Answer one request: GET, or HEAD, of which `send` leaves the body out."""
        raise NotImplementedError

    def do_GET(self) -> None:
        self.answer()

    def do_HEAD(self) -> None:
        self.answer()

    @property
    def path_alone(self) -> str:
        """The path as it was sent, still percent-encoded, without the query."""
        return urlsplit(self.path).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query, decoded."""
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Answer with a body, of which HEAD gets the length alone."""
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | dict(headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_object(self, stored: StoredObject) -> None:
        """Answer with an object, or the range of it that was asked for (RFC 9110, 14)."""
        headers = {
            "ETag": f'"{stored.md5}"',
            "Last-Modified": formatdate(stored.generation / 1e6, usegmt=True),
            "Accept-Ranges": "bytes",
        }
        whole = len(stored.content)
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked is None:
            self.send(200, stored.content, headers)
        else:
            start, end = int(asked[1]), min(int(asked[2] or whole - 1), whole - 1)
            self.send(206, stored.content[start : end + 1], headers | {"Content-Range": f"bytes {start}-{end}/{whole}"})
        if self.command == "GET":
            self.server.after_read()

    def log_message(self, *_: object) -> None:
        """Keep silent."""
