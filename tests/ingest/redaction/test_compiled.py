"""What one process compiled, the next reads, unless somebody else may have written it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pixeldesk.ingest.redaction import scan
from pixeldesk.ingest.redaction.compiled import kept_file, read_kept


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return where the scans are kept, in a folder in which none are yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    forget()
    kept = kept_file(scan._patterns())
    assert kept is not None
    yield kept
    forget()


def forget() -> None:
    """Let this process begin anew."""
    scan._kept.cache_clear()
    scan._compiled.cache_clear()


def matches(database: object) -> list[int]:
    """Return where the scans match in a line."""
    import hyperscan

    assert isinstance(database, hyperscan.Database)
    found: list[int] = []
    scratch = hyperscan.Scratch(database)
    database.scan(b"password=hunter2", match_event_handler=lambda *match: found.append(match[2]), scratch=scratch)
    return found


def test_the_next_process_reads_what_this_one_compiled(file: Path) -> None:
    assert scan._kept() is None
    first = scan._compiled()
    assert (file.stat().st_mode & 0o777, len(list(file.parent.iterdir()))) == (0o600, 1)
    second = read_kept(file)
    assert second is not None
    assert matches(second) == matches(first) != []
    forget()
    assert scan._kept() is not None


def test_a_file_that_is_damaged_or_that_others_may_have_written_is_not_read(file: Path) -> None:
    scan._compiled()
    good = file.read_bytes()
    file.chmod(0o666)
    assert read_kept(file) is None
    file.chmod(0o600)
    assert read_kept(file) is not None
    elsewhere = file.rename(file.with_name("elsewhere"))
    file.symlink_to(elsewhere)
    assert read_kept(file) is None
    file.unlink()
    for damaged in (b"", good[:5000], good[:5000] + b"x" * 100 + good[5100:]):
        file.write_bytes(damaged)
        file.chmod(0o600)
        assert read_kept(file) is None
    forget()
    assert scan._kept() is None
    assert matches(scan._compiled()) != []
    assert file.read_bytes() == good


@pytest.mark.parametrize("caches", ["relative", "/proc/nowhere"])
def test_without_a_folder_for_caches_the_scans_are_compiled(caches: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", caches)
    forget()
    assert matches(scan._compiled()) != []
    assert not os.path.lexists(caches)
    forget()
