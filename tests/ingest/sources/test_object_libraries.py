"""What reads object storage is an extra: without it an address is refused in one line, and everything else is read."""

import subprocess
from pathlib import Path

import pytest

from tests.command import ROOT, finish, start
from tests.log_lines import as_bytes, request_line


@pytest.mark.parametrize(
    ("missing", "given", "said"),
    [
        ("s3fs", "s3://bucket/x/", "s3://bucket/x/: s3:// needs a library; pip install 'pixeldesk[s3]'"),
        ("obstore", "gcs://bucket/x/", "gcs://bucket/x/: gcs:// needs a library; pip install 'pixeldesk[gcs]'"),
        ("aiohttp", "https://me:geheim@h/x", "https://h/x: https:// needs a library; pip install 'pixeldesk[http]'"),
        ("s3fs", "zip://*::s3://b/x.zip", "zip://*::s3://b/x.zip: s3:// needs a library; pip install 'pixeldesk[s3]'"),
        ("fsspec", "S3://bucket/x?", "S3://bucket/x?: s3:// needs a library; pip install 'pixeldesk[s3]'"),
        ("fsspec", "sftp://host/x", "sftp://host/x: sftp:// needs a library; pip install 'pixeldesk[objects]'"),
    ],
)
def test_a_library_that_is_not_installed(missing: str, given: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(as_bytes([request_line()]))
    done = finish(ingest_without(missing, tmp_path, given, tmp_path / "a.log"))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.strip().endswith(said)
    assert "1 request" in done.out


def test_an_address_alone_without_its_library(tmp_path: Path) -> None:
    done = finish(ingest_without("s3fs", tmp_path, "s3://bucket/x/"))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.strip().endswith("pip install 'pixeldesk[s3]'")


def ingest_without(missing: str, folder: Path, *paths: object) -> subprocess.Popen[bytes]:
    # What comes first on the path is found first, and says what Python says of a package that is not there.
    (folder / f"{missing}.py").write_text(f"raise ModuleNotFoundError('No module named {missing}', name='{missing}')")
    return start("ingest", *paths, "--db", folder / "store.duckdb", env={"PYTHONPATH": f"{folder}:{ROOT}"})
