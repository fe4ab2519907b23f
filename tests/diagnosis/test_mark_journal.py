"""Marks: written at once, the last one counts, kept beside the store, and honest about a damaged file."""

import json
import threading
from datetime import datetime
from pathlib import Path

import pytest

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.diagnosis.mark_journal import MarkJournal
from pixeldesk.errors import InputError
from tests.diagnosis.a_diagnosis import a_diagnosis


def diagnosis(name: str, case: str = "cached_jwt") -> Diagnosis:
    """A diagnosis of that id."""
    return a_diagnosis(id=name, case=case)


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


WRITTEN_BEFORE = (
    '{"diagnosis":"a","case":"cached_jwt","verdict":"right","at":"2026-11-24T08:00:01.250113Z","confidence":0.9,'
    '"first_seen":"2026-11-10T11:00:00.000Z","last_seen":"2026-11-12T15:00:00.000Z"}'
)


def test_a_mark_of_an_older_version_is_read_and_a_newer_one_is_written_like_it(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(WRITTEN_BEFORE + "\n")
    (mark,) = MarkJournal(path).marks().values()
    assert (mark.first_seen, mark.at) == (datetime(2026, 11, 10, 11), datetime(2026, 11, 24, 8, 0, 1, 250113))
    made = MarkJournal(path).mark(diagnosis("b"), "wrong")
    older, newer = (json.loads(line) for line in path.read_text().splitlines())
    changed = {"diagnosis": "b", "verdict": "wrong", "at": made.as_json()["at"]}
    assert newer == {**older, **changed}


@pytest.mark.parametrize("time", ["noon", "2026-13-01"])
def test_a_mark_with_a_damaged_time_is_named_with_its_line(path: Path, time: str) -> None:
    path.parent.mkdir()
    path.write_text(WRITTEN_BEFORE.replace("2026-11-12T15:00:00.000Z", time) + "\n")
    with pytest.raises(InputError, match=r"marks\.ndjson, line 1: that is no mark"):
        MarkJournal(path).marks()
