"""A secret in the name of a file is neither stored nor said, and the file is the same one when it has grown."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.following.files import FileFollower
from pixeldesk.ingest.redaction.in_python import redact
from pixeldesk.ingest.sources.address import without_secrets
from pixeldesk.ingest.sources.stored_name import path_of, stored_name
from tests.conftest import ROOT
from tests.log_lines import as_bytes, request_lines, write_lines

SECRETS = ("token=Gk3vR8tYw2", "ghp_" + "a1B2c3" * 6, "password=hunter2hunter2")
NAMES = ("token=Gk3vR8tYw2.ndjson", f"{SECRETS[1]}.log", "password=hunter2hunter2.log-20261116.gz")


def stored(desk: Desk) -> str:
    """Return all that the store and the commands say of sources, as one text."""
    tables = [desk.store.rows(f"SELECT * FROM {table}") for table in ("sources", "losses", "quarantine")]
    said = [desk.query("sources_read"), desk.query("quarantined", limit=9), [str(state) for state in desk.sources()]]
    return json.dumps([tables, said, [str(state) for state in desk.followed()]], default=str)


def assert_no_secret(text: str) -> None:
    for secret in ("Gk3vR8tYw2", "a1B2c3a1B2c3", "hunter2"):
        assert secret not in text


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_no_secret_and_keeps_its_ending(name: str) -> None:
    shown = stored_name(f"/var/log/{name}")
    assert_no_secret(shown)
    assert shown.startswith("/var/log/")
    assert shown.endswith((".ndjson", ".log", ".log-20261116.gz"))
    # What is said of it, and what is stored, passes through the rules once more.
    assert without_secrets(shown) == shown
    # A rotated file has the name of its log, and more.
    assert stored_name(f"/var/log/{SECRETS[0]}.log.1") == stored_name(f"/var/log/{SECRETS[0]}.log") + ".1"
    assert stored_name("token=other9999.ndjson") != stored_name(NAMES[0])


@pytest.mark.parametrize(
    "name",
    [
        "glpat-Ab3_dE6-gH9_jK2-mN5q", "AKIAIOSFODNN7EXAMPLF", "dapi0123456789abcdef0123456789abcdef",
        "npm_aB3dE6gH9jK2mN5qR8tU1wX4zC7vF0yL3nP6", "api-token=x9", "https:__me:geheim@h_x", "4111111111111111",
    ],
)  # fmt: skip
def test_no_secret_that_the_rules_know_passes_for_a_plain_name(name: str) -> None:
    expected = redact(name)
    assert (stored_name(name) == name) == (expected == name)
    assert stored_name(f"/logs/{name}/app.log").startswith(f"/logs/{expected}")


def test_a_plain_name_needs_no_rules() -> None:
    plain = "/tmp/tmpjhaf8n9_/pods/4c0f7a1e-9a7d-4f4e-8a59-5f0c3b1e9a7d/pixel-api-7d9f8c6b5-x2x4z_2026-11-16.log.gz"
    program = (
        f"import sys; from pixeldesk.ingest.sources.stored_name import *; assert stored_name({plain!r}) == {plain!r}"
    )
    listed = subprocess.run(
        [sys.executable, "-c", f"{program}; print(*sys.modules)"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert "pixeldesk.ingest.redaction.in_python" not in listed.stdout.split()


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20))
def test_a_name_without_a_secret_is_the_path(word: str) -> None:
    name = stored_name(f"/logs/{word}.log")
    assert name == f"/logs/{word}.log" or "[redacted" in name or "secret" in name


def test_the_file_of_a_name_is_found(tmp_path: Path) -> None:
    folder = tmp_path / SECRETS[0]
    folder.mkdir()
    for name in (*NAMES, "app.log"):
        (folder / name).touch()
        path = str(folder / name)
        assert path_of(stored_name(path)) == path
    (folder / NAMES[0]).unlink()
    gone = stored_name(str(folder / NAMES[0]))
    assert path_of(gone) != str(folder / NAMES[0])
    assert not Path(path_of(gone)).exists()


def test_files_are_read_on_and_told_apart(desk: Desk, tmp_path: Path) -> None:
    for number, name in enumerate(NAMES[:2]):
        write_lines(tmp_path / name, request_lines(3, host=f"web-{number}"))
    other = write_lines(tmp_path / "token=Zx9otherone.ndjson", [*request_lines(2, host="web-7"), "not a log line"])
    assert (desk.ingest([str(tmp_path)]).requests, desk.ingest([str(tmp_path)]).unchanged) == (8, 3)
    with other.open("ab") as log:
        log.write(as_bytes(request_lines(1, host="web-8")))
    grown = desk.ingest([str(tmp_path)])
    assert (grown.lines, grown.requests, grown.unchanged) == (1, 1, 2)
    assert_no_secret(stored(desk))
    assert "Zx9otherone" not in stored(desk)
    # A refused line is read from its file once more.
    assert desk.retry_quarantine().still == 1
    missing = desk.ingest([str(tmp_path / "token=Gk3vR8tYw2xx.ndjson"), str(tmp_path / "token=Gk3vR8tYw2*.nothing")])
    assert [problem for problem in map(str, missing.unreadable) if "Gk3" in problem] == []
    assert len(missing.unreadable) == 2


def test_an_uploaded_file_is_known_again(desk: Desk) -> None:
    content = as_bytes([*request_lines(2), "not a log line"])
    for name in NAMES:
        assert desk.ingest_upload(name, content).lines == 3
        assert desk.ingest_upload(name, content).unchanged == 1
    assert_no_secret(stored(desk))
    assert len(desk.query("sources_read")) == 3


@pytest.mark.parametrize("restarted", [False, True])
def test_a_followed_file_is_read_on_after_rotation(desk: Desk, tmp_path: Path, restarted: bool) -> None:
    log = write_lines(tmp_path / f"{SECRETS[1]}.log", request_lines(3))

    def follower() -> Any:
        return FileFollower(desk.store, desk.settings, [str(log)])

    following = follower()
    following.poll()
    with log.open("ab") as file:
        file.write(as_bytes(request_lines(2, host="web-8")))
    if restarted:
        following.close()
        following = follower()
    following.poll()
    assert following.report.counts.requests == (2 if restarted else 5)
    with log.open("ab") as file:
        file.write(as_bytes(request_lines(2, host="web-9")))
    log.rename(f"{log}.1")
    write_lines(log, request_lines(1, host="web-10"))
    if restarted:
        following.close()
        following = follower()
    following.poll()
    following.poll()
    assert desk.store.rows("SELECT count(*) AS n FROM requests") == [{"n": 8}]
    assert desk.query("losses", limit=9) == []
    following.close()
    assert_no_secret(stored(desk) + str(following.paths) + str(following.report))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://logs.example/x.log?k=SECRET", "https://logs.example/x.log?k=[redacted] 0917b1"),
        ("https://u:p@logs.example/x.log?day=2026-11-16&n=3&sig=a", "https://logs.example/x.log?day=2026-11-16&n=3"),
    ],
)
def test_an_address_keeps_only_what_is_no_secret(address: str, name: str) -> None:
    assert without_secrets(address).replace("+", " ") == name
    assert without_secrets(without_secrets(address)).count("[redacted]") == name.count("[redacted]")


def test_names_of_an_older_version_are_cleaned_and_known_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = as_bytes(request_lines(2, host="web-9"))
    write_lines(tmp_path / NAMES[0], request_lines(3))
    with monkeypatch.context() as before:
        for module in ("find_sources", "uploads"):
            before.setattr(f"pixeldesk.ingest.sources.{module}.stored_name", lambda path: path)
        desk.ingest([str(tmp_path / NAMES[0])])
        desk.ingest_upload(NAMES[1], content)
    assert "Gk3vR8tYw2" in stored(desk)
    assert desk.redact().changed >= 2
    assert_no_secret(stored(desk))
    assert desk.ingest([str(tmp_path / NAMES[0])]).unchanged == 1
    assert desk.ingest_upload(NAMES[1], content).unchanged == 1
