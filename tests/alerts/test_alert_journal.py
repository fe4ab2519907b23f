"""The record of posts survives a crash and a full disk."""

from pathlib import Path

import pytest

from pixeldesk.alerts.alert_journal import Alert, AlertJournal, Outcome, Record
from pixeldesk.errors import InputError
from tests.alerts.made_incidents import now

ALERT = Alert(
    kind="opened", incident="in_1", code="a\u2028b\n\x1b", environment=None, started_at=now(0), until=now(9), growths=0
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.duckdb.alerts.ndjson"


def record(outcome: Outcome, **fields: object) -> Record:
    return Record(at=now(6), outcome=outcome, alert=ALERT).model_copy(update=fields)


def test_records_are_read_as_they_were_written(path: Path) -> None:
    assert AlertJournal(path).records() == []
    records = [Record(at=now(0), outcome="began"), record("intent"), record("failed", reason="ü 503"), record("posted")]
    for each in records:
        AlertJournal(path).append(each)
    assert AlertJournal(path).records() == records
    assert AlertJournal(path).posted() == [(now(6), ALERT)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().count(b"\n") == 4


def test_a_truncated_line_is_skipped_and_the_next_is_complete(path: Path) -> None:
    journal = AlertJournal(path)
    journal.append(record("intent"))
    whole = path.read_bytes()
    for cut in (1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole + whole[:cut])
        assert journal.records() == [record("intent")]
        journal.append(record("posted"))
        assert journal.records() == [record("intent"), record("posted")]


def test_a_truncated_first_line_is_skipped(path: Path) -> None:
    path.write_bytes(b'{"at":')
    AlertJournal(path).append(record("posted"))
    assert AlertJournal(path).records() == [record("posted")]


def test_a_malformed_line_is_named_by_its_number(path: Path) -> None:
    AlertJournal(path).append(record("posted"))
    path.write_bytes(b"hello\n" + path.read_bytes())
    with pytest.raises(InputError, match=r"alerts\.ndjson, line 1: .*remove the line"):
        AlertJournal(path).records()


def test_a_path_that_cannot_be_written_is_an_error(path: Path) -> None:
    path.mkdir()
    with pytest.raises(InputError, match="nothing is posted"):
        AlertJournal(path).append(record("intent"))
    with pytest.raises(InputError, match="cannot be read"):
        AlertJournal(path).records()
