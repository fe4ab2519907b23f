"""Logs that lie elsewhere: listed, read once each, and gone on with after whatever breaks off."""

import gzip
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import InputError, UsageError
from pixeldesk.ingest.following.objects import ObjectFollower
from pixeldesk.ingest.load import Progress, load
from pixeldesk.ingest.sources.address import absolute, is_address, without_secrets
from pixeldesk.ingest.sources.find_sources import find_sources
from pixeldesk.server.handover.server import handover_server
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.command import ROOT, run
from tests.ingest.sources.s3_server import KNOWN_KEY, S3Server
from tests.log_lines import as_bytes, request_line
from tests.patience import PATIENCE_S
from tests.whole_store import differences

SMALL = {"chunk_bytes": 16384, "max_line_bytes": 4096, "batch_bytes": 65536}


def some_lines(name: str, count: int = 3) -> bytes:
    return as_bytes([request_line(request_id=f"req_{name}_{n}") for n in range(count)])


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    """A server of S3 on this machine, with no buckets."""
    with S3Server().running() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", server.address)
        patch.setenv("AWS_ACCESS_KEY_ID", KNOWN_KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-that-is-stored-nowhere")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield server


@pytest.fixture
def put(s3: S3Server, request: pytest.FixtureRequest) -> Any:
    """Puts objects into a bucket of the test's own, which is called like the test."""
    bucket = re.sub(r"[^a-z]+", "-", request.node.name)[:60].strip("-")

    def put_objects(objects: dict[str, bytes], **more: Any) -> str:
        s3.put(bucket, objects, **more)
        return bucket

    return put_objects


def stored_ids(desk: Desk) -> set[str]:
    assert differences(desk.store) == {}
    return {row["request_id"] for row in desk.store.rows("SELECT request_id FROM requests")}


def names(*given: str) -> list[str]:
    return [one.name if not isinstance(one, InputError) else str(one) for one in find_sources(given)]


def test_a_prefix_is_read_once_and_then_only_what_has_changed(put: Any, desk: Desk) -> None:
    bucket = put(
        {
            "logs/": b"",
            "logs/a.log": some_lines("a"),
            "logs/deep/b.log": gzip.compress(some_lines("b")),
            "logs/empty.log": b"",
            "logs/size.log": some_lines("c"),
            "logs/.hidden/c.log": some_lines("hidden"),
            "logs/deep/.d.log": some_lines("hidden"),
            "other/e.log": some_lines("other"),
        }
    )
    first = desk.ingest([f"s3://{bucket}/logs/"])
    assert (first.files, first.requests, first.unreadable, first.damaged) == (4, 9, [], [])
    assert stored_ids(desk) == {f"req_{name}_{n}" for name in "abc" for n in range(3)}
    put({"logs/a.log": some_lines("a")})  # The same once more is no change.
    again = desk.ingest([f"s3://{bucket}/logs"])
    assert (again.files, again.unchanged, again.lines) == (4, 4, 0)
    put({"logs/a.log": some_lines("a") + some_lines("new"), "logs/deep/b.log": some_lines("instead")})
    put({"logs/size.log": some_lines("d")})
    changed = desk.ingest([f"s3://{bucket}/logs/"])
    # Of the one that was appended to, what is new; the others are other objects by now, one of them of the same size.
    assert (changed.unchanged, changed.lines, changed.requests, changed.duplicates) == (1, 9, 9, 0)
    assert len(stored_ids(desk)) == 18


def test_patterns(put: Any) -> None:
    bucket = put(dict.fromkeys(["x/1.log", "x/2.log.gz", "x/y/3.log", "x/.4.log", "x/y/z/5.log", "x/[6].log"], b"\n"))
    base = f"s3://{bucket}/x"
    assert names(f"{base}/*.log") == [f"{base}/1.log", f"{base}/[6].log"]
    assert names(f"{base}/*") == [f"{base}/{one}" for one in ("1.log", "2.log.gz", "[6].log", "y/3.log", "y/z/5.log")]
    assert names(f"{base}/**/?.log") == [f"{base}/{one}" for one in ("1.log", "y/3.log", "y/z/5.log")]
    assert names(f"{base}/[6].log", f"s3a://{bucket}/x/1.log", f"{base}/1.log") == [f"{base}/[6].log", f"{base}/1.log"]
    assert names(f"{base}/.*") == [f"{base}/.4.log"]


def test_more_objects_than_a_page_of_a_listing(put: Any) -> None:
    bucket = put({f"many/{n:04}.log": b"" for n in range(1100)})
    assert names(f"s3://{bucket}/many/") == [f"s3://{bucket}/many/{n:04}.log" for n in range(1100)]


def test_what_cannot_be_read_costs_one_line_and_the_rest_is_read(put: Any, s3: S3Server, desk: Desk) -> None:
    bucket = put({"a.log": some_lines("a"), "forbidden.log": some_lines("b")})
    put({"cold.log": some_lines("c")}, storage_class="GLACIER")
    s3.forbidden.add((bucket, "forbidden.log"))
    addresses = [f"s3://{bucket}/", "s3://no-such-bucket/x/", f"s3://{bucket}/none", f"s3://{bucket}/*.zst"]
    report = desk.ingest(addresses)
    assert report.unreadable == [
        "s3://no-such-bucket/x/: there is no such bucket",
        f"s3://{bucket}/none: no such object or folder; check the address",
        f"s3://{bucket}/*.zst: matches no object; check the pattern",
        f"s3://{bucket}/cold.log: is archived; restore it first",
        f"s3://{bucket}/forbidden.log: may not be read with these credentials",
    ]
    assert stored_ids(desk) == {"req_a_0", "req_a_1", "req_a_2"}


def test_names_with_empty_parts_are_names_like_any_other(put: Any, desk: Desk) -> None:
    bucket = put({"x//a.log": some_lines("a"), "x/b.log": some_lines("b"), "x/y//": b"", "x/y//c.log": some_lines("c")})
    assert desk.ingest([f"s3://{bucket}/x/"]).unreadable == []
    assert stored_ids(desk) == {f"req_{name}_{n}" for name in "abc" for n in range(3)}


def test_an_object_that_is_overwritten_while_it_is_read_is_not_read_on(
    put: Any, s3: S3Server, content: bytes, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = put({"a.log": content})
    monkeypatch.setattr(s3, "after_read", lambda: put({"a.log": content.replace(b"req_0", b"req_1")}))
    report = desk.ingest([f"s3://{bucket}/a.log"])
    assert report.damaged == [
        f"s3://{bucket}/a.log: reading stopped (changed while it was read; run the same command again)"
    ]
    assert {one[:5] for one in stored_ids(desk)} <= {"req_0"}


def test_credentials_of_a_profile(put: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = put({"a.log": b"\n"})
    (tmp_path / "credentials").write_text(
        f"[wrong]\naws_access_key_id = nobody\naws_secret_access_key = x\n"
        f"[right]\naws_access_key_id = {KNOWN_KEY}\naws_secret_access_key = x\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "right")
    assert names(f"s3://{bucket}/") == [f"s3://{bucket}/a.log"]
    monkeypatch.setenv("AWS_PROFILE", "wrong")
    assert names(f"s3://{bucket}/") == [f"s3://{bucket}/: the credentials are unknown there"]


def test_a_public_bucket_is_read_without_credentials(
    put: Any, s3: S3Server, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = put({"a.log": some_lines("a")})
    monkeypatch.setitem(fsspec.config.conf, "s3", {"anon": True})  # FSSPEC_S3_ANON, which is read at the start.
    assert names(f"s3://{bucket}/") == [f"s3://{bucket}/: may not be read with these credentials"]
    s3.public.add(bucket)
    assert desk.ingest([f"s3://{bucket}/"]).requests == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nope://x/y", "nope:// is unknown; the schemes are s3, gs, https, file and others of fsspec"),
        ("az://x/y", "az://: a library for it is missing (Install adlfs to access Azure Datalake Gen2 and Azure Blob"),
        ("s3://AKIA:geheim@bucket/x", "s3://bucket/x: keys do not belong in an address; set AWS_PROFILE or the like"),
        ("simplecache::s3://bucket/x", "simplecache::s3://bucket/x: simplecache keeps a copy on the disk"),
        ("https://127.0.0.1:1/x?sig=geheim&day=1", "https://127.0.0.1:1/x?day=1: cannot be reached; check the address"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_line_without_its_secret(given: str, said: str) -> None:
    (found,) = find_sources([given])
    assert str(found).startswith(said)
    assert "geheim" not in str(found)


def test_a_storage_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    (said,) = names("s3://bucket/x/")
    assert said == "s3://bucket/x/: cannot be reached; check AWS_ENDPOINT_URL and the network"


@pytest.mark.parametrize(
    ("address", "called"),
    [
        ("s3://bucket/a b/ü#?.log", "s3://bucket/a b/ü#?.log"),
        ("https://h/x?day=1&X-Amz-Signature=abc&X-Amz-Date=2", "https://h/x?day=1"),
        ("https://h/x?sv=1&se=2&sig=abc%3D", "https://h/x"),
        ("https://me:geheim@h:8/x?access_token=t", "https://h:8/x"),
        ("sftp://me:ge/heim@h/x", "sftp://me:[redacted]@h/x"),  # Even though a slash is to be written %2F.
        ("zip://*.log::https://me:geheim@h/x.zip?token=t", "zip://*.log::https://h/x.zip"),
    ],
)
def test_what_an_address_is_called(address: str, called: str) -> None:
    assert is_address(address)
    assert without_secrets(address) == called
    assert absolute(address) == address


def test_paths_of_this_machine_are_no_addresses(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.log").write_bytes(some_lines("a"))
    monkeypatch.chdir(tmp_path)
    assert {absolute(one) for one in ("a.log", "file://a.log", f"file://{tmp_path}/a.log")} == {f"{tmp_path}/a.log"}
    report = desk.ingest(["a.log", f"file://{tmp_path}/a.log", f"file://localhost{tmp_path}/*.log"])
    assert (report.files, report.requests) == (1, 3)
    assert [row["path"] for row in desk.store.rows("SELECT path FROM sources")] == [f"{tmp_path}/a.log"]


def test_any_storage_that_fsspec_knows(desk: Desk) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe({"/any/a.log": some_lines("a"), "/any/b.log.gz": gzip.compress(some_lines("b"))})
    with memory.open("/any/c.zip", "wb") as file, zipfile.ZipFile(file, "w") as packed:
        packed.writestr("in/c.log", some_lines("c"))
    addresses = ["memory://any/*.log*", "zip://in/*.log::memory://any/c.zip"]
    assert desk.ingest(addresses).requests == 9
    assert desk.ingest(addresses).lines == 0
    paths = {row["path"] for row in desk.store.rows("SELECT path FROM sources")}
    assert paths == {"memory:///any/a.log", "memory:///any/b.log.gz", "zip://in/c.log::memory://any/c.zip"}


def test_broken_off_between_two_batches_it_goes_on_from_there(put: Any, desk: Desk) -> None:
    bucket = put({"a.log": some_lines("a", 250)})
    settings = desk.settings.model_copy(update=SMALL)

    def stop(state: Progress) -> None:
        if state.lines > 150:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(desk.store, settings, find_sources([f"s3://{bucket}/"]), progress=stop)
    kept = len(stored_ids(desk))
    assert 0 < kept < 250
    report = load(desk.store, settings, find_sources([f"s3://{bucket}/"]))
    assert (report.counts.lines, report.counts.duplicates) == (250 - kept, 0)
    assert len(stored_ids(desk)) == 250


class WebServer(ThreadingHTTPServer):
    """Gives parts of one file, and none from `breaks_at` on: it breaks off, or keeps its client waiting."""

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.content = content
        self.breaks_at = len(content)
        self.waits = False
        self.goes_on = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is what is tested."""


class _Answer(BaseHTTPRequestHandler):
    server: WebServer

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        start, end = map(int, re.findall(r"\d+", self.headers.get("Range", f"0-{len(self.server.content)}")))
        body = self.server.content[start : end + 1]
        if start + len(body) > self.server.breaks_at:
            if self.server.waits:
                self.server.goes_on.wait(PATIENCE_S)
            self.close_connection = True
            return
        self._answer(body, start)

    def _answer(self, body: bytes, start: int = 0) -> None:
        self.send_response(206 if body else 200)
        whole = len(self.server.content)
        self.send_header("Content-Length", str(len(body) or whole))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", '"one"')
        if body:
            self.send_header("Content-Range", f"bytes {start}-{start + len(body) - 1}/{whole}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def content() -> bytes:
    """More lines than are fetched at once, all of it twice that."""
    line = some_lines("0000000", 1).replace(b'"message"', b'"m"')
    assert len(line) < 1000
    return b"".join(line.replace(b"0000000", b"%07d" % n) for n in range(16_000))


@pytest.fixture
def web(content: bytes) -> Iterator[WebServer]:
    with WebServer(content) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.goes_on.set()
        server.shutdown()
        thread.join()


def test_a_lost_connection_stops_the_reading_and_the_next_run_goes_on(web: WebServer, desk: Desk) -> None:
    address = f"http://me:geheim@127.0.0.1:{web.server_port}/a.log?X-Amz-Signature=geheim"
    called = f"http://127.0.0.1:{web.server_port}/a.log"
    web.breaks_at = len(web.content) - 50
    settings = desk.settings.model_copy(update={**SMALL, "chunk_bytes": 1 << 20, "batch_bytes": 1 << 21})
    stopped = load(desk.store, settings, find_sources([address]))
    (said,) = map(str, stopped.damaged)
    assert said.startswith(f"{called}: reading stopped (")
    # How much had come depends on when the block that is fetched ahead fails.
    assert (stopped.unreadable, stopped.counts.requests < 16_000) == ([], True)
    web.breaks_at += 50
    rest = load(desk.store, settings, find_sources([address]))
    assert (rest.damaged, rest.counts.lines, rest.counts.duplicates) == ([], 16_000 - stopped.counts.lines, 0)
    assert load(desk.store, settings, find_sources([address])).unchanged == 1
    (source,) = desk.store.rows("SELECT * FROM sources")
    assert source["path"] == called
    assert "geheim" not in str(source) + said


# Says how many lines it has given to the store's transactions.
READING = """
import sys
from pixeldesk.ingest.load import load
from pixeldesk.ingest.sources.find_sources import find_sources
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
settings = Settings(db=sys.argv[1], chunk_bytes=1 << 20, batch_bytes=1 << 21, max_line_bytes=4096)
store = open_store(settings)
load(store, settings, find_sources(sys.argv[2:]), progress=lambda state: print(state.lines, flush=True))
"""


def test_killed_while_reading_it_goes_on_from_the_last_batch(web: WebServer, settings: Settings) -> None:
    web.breaks_at, web.waits = len(web.content) - 1, True
    address = f"http://127.0.0.1:{web.server_port}/a.log"
    command = [sys.executable, "-c", READING, str(settings.db), address]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        # Two batches and a part of the third: the first one at least is committed.
        assert any(int(line) > 8_000 for line in process.stdout)
    finally:
        process.kill()
        process.communicate()
    web.waits, web.breaks_at = False, len(web.content)
    store = open_store(settings)
    desk = Desk(settings, store)
    before = len(stored_ids(desk))
    report = desk.ingest([address])
    assert 0 < before < 16_000
    assert (report.lines, report.duplicates, len(stored_ids(desk))) == (16_000 - before, 0, 16_000)
    store.close()


def test_a_command_hands_its_address_to_the_server_as_it_is(put: Any, desk: Desk, tmp_path: Path) -> None:
    bucket = put({"x/a.log": some_lines("a")})
    with handover_server(desk):
        done = run("ingest", f"s3://{bucket}/x/", "--db", desk.settings.db, "--json", cwd=tmp_path)
    assert (done.code, done.json["requests"]) == (0, 3)
    assert [row["path"] for row in desk.store.rows("SELECT path FROM sources")] == [f"s3://{bucket}/x/a.log"]


def test_followed_addresses_are_listed_again_and_again(put: Any, desk: Desk) -> None:
    bucket = put({"a.log": some_lines("a")})
    settings = desk.settings.model_copy(update={"follow_objects_seconds": 0})
    follower = ObjectFollower(desk.store, settings, [f"s3://{bucket}/", "s3://no-such-bucket/"])
    stop, told = threading.Event(), []

    def tell(state: Progress) -> None:
        told.append(state.notice)
        if state.lines == 3:
            put({"b.log": some_lines("b")})
        elif follower.latest.counts.lines == 6 and state.notice is None:
            stop.set()

    report = follower.run(stop, tell)
    assert stored_ids(desk) == {f"req_{name}_{n}" for name in "ab" for n in range(3)}
    assert (report.files, report.counts.lines) == (2, 6)
    assert [one for one in told if one] == ["s3://no-such-bucket/: there is no such bucket"]


def test_files_and_addresses_are_not_followed_in_one(desk: Desk) -> None:
    with pytest.raises(UsageError, match="give each a command of its own"):
        desk.follow(["s3://bucket/x/", "/var/log"])
