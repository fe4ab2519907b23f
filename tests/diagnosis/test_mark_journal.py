"""Marks: written at once, the last one counts, kept beside the store, and honest about a damaged file."""

import threading
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.diagnosis.mark_journal import MarkJournal
from pixeldesk.errors import InputError


def diagnosis(name: str, case: str = "cached_jwt") -> dict[str, Any]:
    """As much of a diagnosis as a mark needs."""
    times = {"first_seen": "2026-11-10T11:00:00.000Z", "last_seen": "2026-11-12T15:00:00.000Z"}
    return {"id": name, "case": case, "confidence": 0.9, **times}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "pixeldesk.duckdb.marks.ndjson"


def test_the_last_mark_of_a_diagnosis_counts(path: Path) -> None:
    journal = MarkJournal(path)
    for name, verdict in (("a", "right"), ("b", "wrong"), ("c", "right"), ("a", "wrong"), ("c", "unmarked")):
        journal.mark(diagnosis(name), verdict)  # type: ignore[arg-type]
    assert {name: mark.verdict for name, mark in MarkJournal(path).marks().items()} == {"a": "wrong", "b": "wrong"}


def test_precision_is_right_among_marked(path: Path) -> None:
    journal = MarkJournal(path)
    for number in range(4):
        journal.mark(diagnosis(f"jwt{number}"), "right" if number else "wrong")
    journal.mark(diagnosis("pipe", "unknown_pipe"), "right")
    jwt, pipe, none = journal.precision(["cached_jwt", "unknown_pipe", "scanner"])
    assert (jwt.right, jwt.wrong, jwt.precision) == (3, 1, 0.75)
    assert pipe.precision == 1.0
    assert none.precision is None


def test_before_the_first_mark_there_is_no_file_and_no_error(path: Path) -> None:
    assert MarkJournal(path).marks() == {}
    assert not path.exists()


def test_only_its_owner_may_read_the_file(path: Path) -> None:
    MarkJournal(path).mark(diagnosis("a"), "right")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_mark_cut_short_at_the_end_was_not_confirmed_and_the_others_stay(path: Path) -> None:
    journal = MarkJournal(path)
    journal.mark(diagnosis("a"), "right")
    with path.open("a") as file:
        file.write('{"diagnosis": "b", "ca')
    assert set(journal.marks()) == {"a"}
    journal.mark(diagnosis("c"), "wrong")
    assert set(journal.marks()) == {"a", "c"}


def test_a_damaged_file_is_named_with_its_line(path: Path) -> None:
    journal = MarkJournal(path)
    journal.mark(diagnosis("a"), "right")
    path.write_text('{"no": "mark"}\n' + path.read_text())
    with pytest.raises(InputError, match=r"marks\.ndjson, line 1: that is no mark"):
        journal.marks()


def test_a_mark_that_cannot_be_kept_is_not_pretended(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(InputError, match="the mark was not kept"):
        MarkJournal(path).mark(diagnosis("a"), "right")


def test_people_who_mark_at_once_do_not_overwrite_each_other(path: Path) -> None:
    def work(number: int) -> None:
        for turn in range(20):
            MarkJournal(path).mark(diagnosis(f"{number}-{turn}"), "right")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(MarkJournal(path).marks()) == 160
