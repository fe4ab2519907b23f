"""A store that was written by other rules is cleaned, knows its lines as before, and has nothing of it in its bytes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.commands.command import Context
from pixeldesk.desk.commands.redact import Redact
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import StoreError
from pixeldesk.ingest.cleaning import clean as cleaning
from pixeldesk.ingest.cleaning.texts import NO_LOG_TEXT, NO_LOG_TEXT_ANYWHERE, TextCleaner, TextColumn, text_columns
from pixeldesk.ingest.redaction import in_sql, scan
from pixeldesk.ingest.redaction.rules import REPLACEMENTS
from pixeldesk.ingest.writing import redacting, rules_of_texts
from pixeldesk.settings import Settings
from pixeldesk.store import Transaction, open_store, rewriting
from tests.log_lines import Line, event_line, moment, request_line, write_lines
from tests.whole_store import differences

SECRET = "Hunter2Canary9f8e7d"


def _lines() -> list[Line]:
    nginx = f'203.0.113.9 - - [16/Nov/2026:12:00:01 +0000] "GET /x?password={SECRET} HTTP/1.1" 200 5 "-" "curl/8"'
    return [
        *(
            request_line(request_id=f"req_A{n:05}", timestamp=moment(n), path=f"/x?n={n}&password={SECRET}")
            for n in range(30)
        ),
        *(request_line(request_id=f"req_B{n:05}", timestamp=moment(n)) for n in range(30)),
        event_line(request_id="req_A00001", message=f"password={SECRET}"),
        event_line(request_id=None, timestamp="2026-11-16T12:00:00Z", message=f"twice: password={SECRET}"),
        event_line(request_id=None, timestamp="2026-11-16T12:00:00Z", message=f"twice: password={SECRET}"),
        nginx,
        nginx,
        f"in words: password={SECRET}",
        {"an": "object", "with": f"password={SECRET}"},
        b"\xff\xfe password=" + SECRET.encode(),
    ]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return a folder with a file of lines that hold a secret."""
    return write_lines(tmp_path / "logs" / "app.log", _lines()).parent


@pytest.fixture
def old_desk(tmp_path: Path, logs: Path) -> Iterator[Desk]:
    """Return a desk over a store that was written without the rules that remove something."""
    settings = Settings(db=tmp_path / "store" / "x.duckdb")
    desk = Desk(settings, open_store(settings))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_sql, "REPLACEMENTS", [rule for rule in REPLACEMENTS if "[redacted]" not in rule.keep])
        patch.setattr(redacting, "_FEW_LINES", 0)
        patch.setattr(rules_of_texts, "_digest", lambda _: "older")
        desk.ingest([str(logs)])
    desk.store.checkpoint()
    assert _is_in_bytes(desk)
    yield desk
    desk.close()


def _is_in_bytes(desk: Desk, text: str = SECRET) -> bool:
    desk.store.checkpoint()
    return any(text.encode() in path.read_bytes() for path in desk.settings.db.parent.iterdir())


def _rows(desk: Desk) -> dict[str, Any]:
    tables = ("requests", "events", "second_lines", "quarantine", "unmapped")
    return {table: desk.store.rows(f"SELECT * EXCLUDE (batch_id) FROM {table} ORDER BY ALL") for table in tables}


def test_it_says_what_it_finds_and_leaves_nothing(old_desk: Desk) -> None:
    found = old_desk.redact(is_check=True)
    assert _is_in_bytes(old_desk)
    assert Redact(check=True).exit_code(found) == 1
    done = old_desk.redact()
    assert Redact().exit_code(done) == 0
    assert done.is_file_new
    assert (done.rows, done.changed, done.tables, done.kinds) == (found.rows, found.changed, found.tables, found.kinds)
    counts = {table.table: table.changed for table in done.tables}
    assert counts.pop("requests") + counts.pop("second_lines", 0) == 32
    assert counts == {"events": 3, "quarantine": 2, "unmapped": 1}
    assert sum(kind.texts for kind in done.kinds) >= done.changed
    assert all(kind.kind for kind in done.kinds)
    assert SECRET not in f"{found} {done}"
    assert not _is_in_bytes(old_desk)
    again = old_desk.redact(is_check=True)
    assert (again.changed, again.is_unfinished, Redact(check=True).exit_code(again)) == (0, False, 0)
    assert not old_desk.redact().is_file_new


def test_what_is_stored_is_what_a_new_store_has(old_desk: Desk, logs: Path, tmp_path: Path) -> None:
    old_desk.redact()
    settings = Settings(db=tmp_path / "new" / "x.duckdb")
    new = Desk(settings, open_store(settings))
    new.ingest([str(logs)])
    assert _rows(old_desk) == _rows(new)
    assert not differences(old_desk.store)
    new.close()


def test_the_same_lines_are_recognised(old_desk: Desk, logs: Path) -> None:
    old_desk.redact()
    before = _rows(old_desk)
    assert old_desk.ingest([str(logs)]).lines == 0
    copy = logs / "copy.log"
    copy.write_bytes(b"\n" + (logs / "app.log").read_bytes())
    again = old_desk.ingest([str(copy)])
    assert (again.requests, again.events, again.quarantined, again.unmapped) == (0, 0, 0, 0)
    assert again.duplicates == len(_lines())
    assert _rows(old_desk) == before
    new = old_desk.ingest([str(write_lines(logs / "new.log", [request_line(request_id="req_new0000001")]))])
    assert new.requests == 1
    assert not differences(old_desk.store)


def test_lines_stored_by_other_rules_are_recognised_before_they_are_cleaned(old_desk: Desk, logs: Path) -> None:
    copy = logs / "copy.log"
    copy.write_bytes(b"\n" + (logs / "app.log").read_bytes())
    assert old_desk.ingest([str(copy)]).duplicates == len(_lines())
    assert not differences(old_desk.store)


def _plant(transaction: Transaction, table: str, columns: list[TextColumn], planted: str) -> None:
    """Let each of the columns hold a text, in a row of the table."""
    one, several = f"'{planted}'", f"['a', '{planted}', '{planted}']"
    filled = {column.name: several if column.is_list else one for column in columns}
    if not transaction.value(f"SELECT count(*) FROM {table}"):
        needed = transaction.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $table AND NOT is_nullable",
            {"table": table},
        )
        row = {name: "now()::TIMESTAMP" if kind == "TIMESTAMP" else "1" for name, kind in needed} | filled
        transaction.execute(f"INSERT INTO {table} ({', '.join(row)}) SELECT {', '.join(row.values())}")
    transaction.execute(f"UPDATE {table} SET {', '.join(f'{name} = {text}' for name, text in filled.items())}")


def test_every_text_of_every_table_is_cleaned(old_desk: Desk) -> None:
    with old_desk.store.transaction() as transaction:
        columns = text_columns(transaction)
        for table, texts in columns.items():
            _plant(transaction, table, texts, f"password={SECRET}")
    done = old_desk.redact()
    assert {table.table for table in done.tables} == set(columns)
    redacted = "password=[redacted]"
    for table, texts in columns.items():
        for text in texts:
            found = old_desk.store.rows(f"SELECT DISTINCT {text.name} AS text FROM {table}")
            expected = ["a", redacted, redacted] if text.is_list else redacted
            assert [row["text"] for row in found] == [expected]
    assert not _is_in_bytes(old_desk)


def test_each_text_is_either_cleaned_or_known_to_hold_none(old_desk: Desk) -> None:
    with old_desk.store.transaction() as transaction:
        cleaned = {(table, text.name) for table, texts in text_columns(transaction).items() for text in texts}
        known = transaction.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND data_type LIKE 'VARCHAR%'"
        )
    left = {(table, name) for table, name in known if (table, name) not in cleaned}
    excepted = {(table, name) for table, names in NO_LOG_TEXT.items() for name in names or ("name", "value")}
    assert left <= excepted | {(table, name) for table, _ in known for name in NO_LOG_TEXT_ANYWHERE}
    assert excepted <= left


def test_an_interrupted_run_goes_on(old_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = old_desk.redact(is_check=True)
    with monkeypatch.context() as patch:
        patch.setattr(cleaning, "_FIRST_ROWS", 8)
        patch.setattr(cleaning, "_FEWEST_ROWS", 8)
        patch.setattr(cleaning, "_MOST_ROWS", 8)
        calls: list[object] = []
        once = TextCleaner.clean

        def interrupted(self: TextCleaner, table: str, *rest: Any, **options: Any) -> Any:
            calls.append(table)
            if calls.count("requests") == 3:
                raise KeyboardInterrupt
            return once(self, table, *rest, **options)

        patch.setattr(TextCleaner, "clean", interrupted)
        with pytest.raises(KeyboardInterrupt):
            old_desk.redact()
    left = old_desk.redact(is_check=True)
    assert 0 < left.changed < whole.changed
    assert left.is_unfinished
    with monkeypatch.context() as patch:
        patch.setattr(rewriting, "put_in_place", lambda *_: (_ for _ in ()).throw(StoreError("no space")))
        with pytest.raises(StoreError):
            old_desk.redact()
    left = old_desk.redact(is_check=True)
    assert (left.changed, left.is_unfinished, Redact(check=True).exit_code(left)) == (0, True, 1)
    assert _is_in_bytes(old_desk)
    assert old_desk.redact().is_file_new
    assert not _is_in_bytes(old_desk)
    assert len(list(old_desk.settings.db.parent.iterdir())) == 1
    assert old_desk.query("error_codes") == []


def test_it_does_the_same_without_hyperscan(old_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    found = old_desk.redact(is_check=True)
    monkeypatch.setattr(scan, "_database", lambda _: None)
    assert old_desk.redact(is_check=True) == found
    old_desk.redact()
    assert not _is_in_bytes(old_desk)


def test_it_applies_the_present_setting_for_personal_data(old_desk: Desk, logs: Path) -> None:
    assert _is_in_bytes(old_desk, "203.0.113.9")
    settings = old_desk.settings.model_copy(update={"personal_data": "shorten"})
    desk = Desk(settings, old_desk.store)
    done = desk.redact()
    assert "IPv4 addresses" in {kind.kind for kind in done.kinds}
    assert not _is_in_bytes(desk, "203.0.113.9")
    assert {row["client_ip"] for row in desk.store.rows("SELECT client_ip FROM requests")} == {"203.0.113.0"}
    copy = logs / "copy.log"
    copy.write_bytes(b"\n" + (logs / "app.log").read_bytes())
    assert desk.ingest([str(copy)]).duplicates == len(_lines())


def test_the_files_that_hold_it_as_it_was_are_named(old_desk: Desk) -> None:
    former = old_desk.settings.db.with_name("x.schema-4.duckdb")
    former.write_bytes(b"")
    assert old_desk.redact(is_check=True).older_copies == (str(former),)
    assert Redact(check=True).run(old_desk, Context()).changed
