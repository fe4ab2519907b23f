"""What was posted is kept, whatever becomes of the process and the disk."""

from pathlib import Path

import pytest

from pixeldesk.alerts.alert_memory import AlertMemory, Outcome, Record, Told
from pixeldesk.errors import InputError
from tests.alerts.made_incidents import now

TOLD = Told(
    kind="opened", incident="in_1", code="a\u2028b\n\x1b", environment=None, started_at=now(0), until=now(9), growths=0
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.duckdb.alerts.ndjson"


def record(outcome: Outcome, **fields: object) -> Record:
    return Record(at=now(6), outcome=outcome, told=TOLD).model_copy(update=fields)


def test_records_come_back_as_they_were_kept(path: Path) -> None:
    assert AlertMemory(path).records() == []
    kept = [Record(at=now(0), outcome="began"), record("intent"), record("failed", reason="ü 503"), record("posted")]
    for one in kept:
        AlertMemory(path).keep(one)
    assert AlertMemory(path).records() == kept
    assert AlertMemory(path).posted() == [(now(6), TOLD)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().count(b"\n") == 4


def test_a_line_that_was_cut_short_is_no_record_and_the_next_one_is_whole(path: Path) -> None:
    memory = AlertMemory(path)
    memory.keep(record("intent"))
    whole = path.read_bytes()
    for cut in (1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole + whole[:cut])
        assert memory.records() == [record("intent")]
        memory.keep(record("posted"))
        assert memory.records() == [record("intent"), record("posted")]


def test_a_first_line_that_was_cut_short(path: Path) -> None:
    path.write_bytes(b'{"at":')
    AlertMemory(path).keep(record("posted"))
    assert AlertMemory(path).records() == [record("posted")]


def test_a_file_of_something_else_is_told_with_its_line(path: Path) -> None:
    AlertMemory(path).keep(record("posted"))
    path.write_bytes(b"hello\n" + path.read_bytes())
    with pytest.raises(InputError, match=r"alerts\.ndjson, line 1: that is no record; mend or remove the line"):
        AlertMemory(path).records()


def test_a_place_that_cannot_be_written(path: Path) -> None:
    path.mkdir()
    with pytest.raises(InputError, match="nothing is posted"):
        AlertMemory(path).keep(record("intent"))
    with pytest.raises(InputError, match="cannot be read"):
        AlertMemory(path).records()
