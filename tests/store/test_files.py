"""Nobody but its owner reads what lies beside a store."""

import pytest

from pixeldesk.settings import Settings
from pixeldesk.store import open_store


@pytest.mark.parametrize("read_only", [False, True])
def test_files_that_others_can_read_are_taken_away_from_them(settings: Settings, read_only: bool) -> None:
    open_store(settings).close()
    beside = [
        settings.db.with_name(settings.db.name + ending)
        for ending in (".marks.ndjson", ".alerts.ndjson", ".alerts.lock", ".2026-11-16T000000.0Z.former")
    ]
    for file in (settings.db, *beside):
        file.touch()
        file.chmod(0o644)
    theirs = settings.db.with_name("of-somebody-else")
    theirs.touch(0o644)
    link = settings.db.with_name(settings.db.name + ".server.json")
    link.symlink_to(theirs)
    open_store(settings, read_only=read_only).close()
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in (settings.db, *beside)} == {
        file.name: "0o600" for file in (settings.db, *beside)
    }
    assert theirs.stat().st_mode & 0o777 == 0o644
