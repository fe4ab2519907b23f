"""Logs in Google Cloud Storage: the same as in S3, over another library."""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import InputError
from pixeldesk.ingest.sources.find_sources import find_sources
from tests.ingest.sources.gcs_server import KNOWN_TOKEN, GcsServer
from tests.log_lines import as_bytes, request_line
from tests.whole_store import differences


def some_lines(name: str, count: int = 3) -> bytes:
    return as_bytes([request_line(request_id=f"req_{name}_{n}") for n in range(count)])


@pytest.fixture(scope="module")
def gcs() -> Iterator[GcsServer]:
    """A server of Google Cloud Storage on this machine, with no buckets."""
    with GcsServer().running() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOOGLE_BASE_URL", server.address)
        patch.setenv("GOOGLE_BEARER_TOKEN", KNOWN_TOKEN)
        patch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
        yield server


@pytest.fixture
def put(gcs: GcsServer, request: pytest.FixtureRequest) -> Any:
    """Puts objects into a bucket of the test's own, which is called like the test."""
    bucket = re.sub(r"[^a-z]+", "-", request.node.name)[:60].strip("-")

    def put_objects(objects: dict[str, bytes]) -> str:
        gcs.put(bucket, objects)
        return bucket

    return put_objects


def names(*given: str) -> list[str]:
    return [one.name if not isinstance(one, InputError) else str(one) for one in find_sources(given)]


def stored_ids(desk: Desk) -> set[str]:
    assert differences(desk.store) == {}
    return {row["request_id"] for row in desk.store.rows("SELECT request_id FROM requests")}


def test_a_prefix_is_read_once_and_then_only_what_has_changed(put: Any, desk: Desk) -> None:
    bucket = put(
        {
            "logs/": b"",
            "logs/a.log": some_lines("a"),
            "logs/deep/": b"",
            "logs/deep/b.log": gzip.compress(some_lines("b")),
            "logs/empty.log": b"",
            "logs/.hidden/c.log": some_lines("hidden"),
            "other/e.log": some_lines("other"),
        }
    )
    first = desk.ingest([f"gs://{bucket}/logs/"])
    assert (first.files, first.requests, first.unreadable, first.damaged) == (3, 6, [], [])
    again = desk.ingest([f"gcs://{bucket}/logs"])
    assert (again.files, again.unchanged, again.lines) == (3, 3, 0)
    put({"logs/a.log": some_lines("a") + some_lines("new")})
    changed = desk.ingest([f"gs://{bucket}/logs/"])
    assert (changed.unchanged, changed.lines, changed.requests) == (2, 3, 3)
    assert stored_ids(desk) == {f"req_{name}_{n}" for name in ("a", "b", "new") for n in range(3)}


def test_patterns(put: Any) -> None:
    keys = ["x/", "x/1.log", "x/2.log.gz", "x/y/", "x/y/3.log", "x/.4.log", "x/y/z/5.log", "x/[6].log", "x/ü#?%25.log"]
    bucket = put({key: b"" if key.endswith("/") else b"\n" for key in keys})
    base = f"gs://{bucket}/x"
    assert names(f"{base}/*.log") == [f"{base}/1.log", f"{base}/[6].log", f"{base}/ü#?%25.log"]
    assert names(f"{base}/*.gz", f"{base}/y") == [f"{base}/2.log.gz", f"{base}/y/3.log", f"{base}/y/z/5.log"]
    assert names(f"{base}/**/?.log") == [f"{base}/{one}" for one in ("1.log", "y/3.log", "y/z/5.log")]
    assert {f"{base}/y/3.log", f"{base}/y/z/5.log"} < set(names(f"{base}/*"))
    assert names(f"{base}/**/z") == [f"{base}/y/z/5.log"]
    assert names(f"{base}/[6].log", f"gcs://{bucket}/x/1.log") == [f"{base}/[6].log", f"{base}/1.log"]
    assert names(f"{base}/.*") == [f"{base}/.4.log"]


def test_more_objects_than_a_page_of_a_listing(put: Any) -> None:
    bucket = put({f"many/{n:04}.log": b"" for n in range(1100)})
    assert names(f"gs://{bucket}/many/") == [f"gs://{bucket}/many/{n:04}.log" for n in range(1100)]


def test_what_cannot_be_read_costs_one_line_and_the_rest_is_read(put: Any, gcs: GcsServer, desk: Desk) -> None:
    bucket = put({"a.log": some_lines("a"), "forbidden.log": some_lines("b"), "bad//c.log": some_lines("c")})
    gcs.forbidden.add((bucket, "forbidden.log"))
    addresses = [f"gs://{bucket}/*.log", "gs://no-such-bucket/x/", f"gs://{bucket}/none", f"gs://{bucket}/*.zst"]
    assert desk.ingest([*addresses, f"gs://{bucket}/bad/", "gs://me:geheim@bucket/x"]).unreadable == [
        "gs://no-such-bucket/x/: there is no such bucket",
        f"gs://{bucket}/none: no such object or folder; check the address",
        f"gs://{bucket}/*.zst: matches no object; check the pattern",
        f"gs://{bucket}/bad/: holds a name with an empty part (//), which cannot be read; give the folders beside it",
        "gs://bucket/x: keys do not belong in an address; set GOOGLE_APPLICATION_CREDENTIALS",
        f"gs://{bucket}/forbidden.log: may not be read with these credentials",
    ]
    assert stored_ids(desk) == {"req_a_0", "req_a_1", "req_a_2"}


def test_an_object_that_is_overwritten_while_it_is_read_is_not_read_on(
    put: Any, gcs: GcsServer, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = (as_bytes([request_line(request_id=f"req_{n}", message=n * 1000)]) * 16_000 for n in "ab")
    bucket = put({"a.log": before})
    monkeypatch.setattr(gcs, "after_read", lambda: put({"a.log": after}))
    assert desk.ingest([f"gs://{bucket}/a.log"]).damaged == [
        f"gs://{bucket}/a.log: reading stopped (changed while it was read; run the same command again)"
    ]
    assert stored_ids(desk) <= {"req_a"}


def test_what_is_in_a_packed_folder(put: Any, desk: Desk) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("in/c.log", some_lines("c"))
    bucket = put({"c.zip": packed.getvalue()})
    assert desk.ingest([f"zip://in/*.log::gs://{bucket}/c.zip"]).requests == 3
    assert [row["path"] for row in desk.store.rows("SELECT path FROM sources")] == [
        f"zip://in/c.log::gs://{bucket}/c.zip"
    ]


def test_credentials(put: Any, gcs: GcsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = put({"a.log": b"\n"})
    found, refused = f"gs://{bucket}/a.log", f"gs://{bucket}/: may not be read with these credentials"
    monkeypatch.setenv("GOOGLE_BEARER_TOKEN", "another")
    assert names(f"gs://{bucket}/") == [refused]
    monkeypatch.delenv("GOOGLE_BEARER_TOKEN")
    monkeypatch.setenv("GOOGLE_SKIP_SIGNATURE", "true")
    assert names(f"gs://{bucket}/") == [refused]
    gcs.public.add(bucket)
    assert names(f"gs://{bucket}/") == [found]
    monkeypatch.delenv("GOOGLE_SKIP_SIGNATURE")
    account = tmp_path / "account.json"
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account))
    said = "GOOGLE_APPLICATION_CREDENTIALS has to name the key file of a service account or a user"
    assert names(f"gs://{bucket}/") == [f"gs://{bucket}/: {said}"]
    account.write_text(json.dumps({"type": "external_account", "audience": "geheim"}))
    assert names(f"gs://{bucket}/") == [f"gs://{bucket}/: {said}"]


@pytest.mark.usefixtures("gcs")
def test_a_storage_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_BASE_URL", "http://127.0.0.1:1")
    assert names("gs://bucket/x/") == ["gs://bucket/x/: cannot be reached; check the address and the network"]
