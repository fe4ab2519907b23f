"""The record of posts survives a crash and a full disk."""

from datetime import datetime
from pathlib import Path

import pytest

from pixeldesk.alerts.alert_journal import Alert, AlertJournal, Outcome, Record
from pixeldesk.errors import InputError
from tests.alerts.made_incidents import after

ALERT = Alert(
    kind="opened",
    incident="in_1",
    code="a\u2028b\n\x1b",
    environment=None,
    started_at=after(0),
    until=after(9),
    growths=0,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.duckdb.alerts.ndjson"


def record(outcome: Outcome, **fields: object) -> Record:
    return Record(at=after(6), outcome=outcome, alert=ALERT).model_copy(update=fields)


def test_records_are_read_as_they_were_written(path: Path) -> None:
    assert AlertJournal(path).records() == []
    records = [
        Record(at=after(0), outcome="began"),
        record("intent"),
        record("failed", reason="ü 503"),
        record("posted"),
    ]
    for each in records:
        AlertJournal(path).append(each)
    assert AlertJournal(path).records() == records
    assert AlertJournal(path).posted() == [(after(6), ALERT)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().count(b"\n") == 4


# As version 0.2.0 wrote it.
WRITTEN_BEFORE = """\
{"at":"2026-11-16T11:00:00Z","outcome":"began","told":null,"reason":""}
{"at":"2026-11-16T12:06:01.250000Z","outcome":"intent","told":{"kind":"opened","incident":"in_1","code":\
"ingest_unavailable","environment":"production","started_at":"2026-11-16T12:00:00Z","until":\
"2026-11-16T12:09:00.318250Z","growths":0},"reason":""}
{"at":"2026-11-16T12:06:02.000007Z","outcome":"posted","told":{"kind":"opened","incident":"in_1","code":\
"ingest_unavailable","environment":"production","started_at":"2026-11-16T12:00:00Z","until":\
"2026-11-16T12:09:00.318250Z","growths":0},"reason":"it may have arrived"}
"""


def test_a_file_of_an_earlier_version_is_read_and_continued(path: Path) -> None:
    path.write_text(WRITTEN_BEFORE)
    alert = Alert(
        kind="opened",
        incident="in_1",
        code="ingest_unavailable",
        environment="production",
        started_at=after(0),
        until=datetime(2026, 11, 16, 12, 9, 0, 318250),
        growths=0,
    )
    expected = [
        Record(at=after(-60), outcome="began"),
        Record(at=datetime(2026, 11, 16, 12, 6, 1, 250000), outcome="intent", alert=alert),
        Record(at=datetime(2026, 11, 16, 12, 6, 2, 7), outcome="posted", alert=alert, reason="it may have arrived"),
    ]
    assert AlertJournal(path).records() == expected
    AlertJournal(path).append(expected[-1])
    assert AlertJournal(path).records() == [*expected, expected[-1]]
    assert path.read_text().startswith(WRITTEN_BEFORE)


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
