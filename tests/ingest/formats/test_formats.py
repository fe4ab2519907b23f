"""Each format reads the samples from its own documentation: which field becomes which column."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.formats.columns import COLUMNS

SAMPLES = Path(__file__).parent / "samples"
EXPECTED = {path.stem: tomllib.loads(path.read_text()) for path in sorted(SAMPLES.glob("*.toml"))}
EVENT_COLUMNS = ("timestamp", "request_id", "environment", "host", "release", "level", "message")


def sample(name: str) -> Path:
    (path,) = (path for path in SAMPLES.glob(f"{name}.*") if path.suffix != ".toml")
    return path


def rows(desk: Desk, table: str, columns: list[str]) -> list[dict[str, Any]]:
    """Return the columns that are filled, as the samples write them, in the order of the lines."""
    found = desk.store.rows(f"SELECT {', '.join(columns)}, line_number FROM {table} ORDER BY line_number")
    return [
        {
            name: str(value) if name == "timestamp" else value
            for name, value in row.items()
            if value is not None and name != "line_number"
        }
        for row in found
    ]


def normalised(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return the expected row: an id made from the hash of a line as line-*, a time without trailing zeros."""
    normalised_row = {name: value for name, value in expected.items() if name != "aliases"}
    if normalised_row.get("request_id") == "line-*" and found.get("request_id", "").startswith("line-"):
        normalised_row["request_id"] = found["request_id"]
    time, _, fraction = normalised_row["timestamp"].partition(".")
    normalised_row["timestamp"] = f"{time}.{fraction:<06}" if fraction else time
    return normalised_row


@pytest.mark.parametrize("name", EXPECTED)
def test_fields_become_columns(desk: Desk, name: str) -> None:
    expected = EXPECTED[name]
    report = desk.ingest([str(sample(name))])
    assert report.formats == {expected["format"]: 1}
    assert report.quarantined == expected.get("quarantined", 0)
    assert report.unmapped == expected.get("unmapped", 0)
    for table, columns in (("requests", [*COLUMNS, "seat"]), ("events", list(EVENT_COLUMNS))):
        found = rows(desk, table, columns)
        assert found == [normalised(one, row) for one, row in zip(expected.get(table, []), found, strict=True)]
    aliases = [
        (alias, kind, normalised(one, row)["request_id"])
        for table in ("requests", "events")
        for one, row in zip(expected.get(table, []), rows(desk, table, ["timestamp", "request_id"]), strict=True)
        for alias, kind in one.get("aliases", {}).items()
    ]
    assert sorted(aliases) == sorted(
        (row["alias"], row["kind"], row["request_id"]) for row in desk.store.rows("SELECT * FROM aliases")
    )


@pytest.mark.parametrize("name", ["nginx", "pino", "vercel"])
def test_fields_become_columns_by_direct_insert_too(desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixeldesk.ingest.writing.staging._MIN_DIRECT_LINES", 1)
    test_fields_become_columns(desk, name)


@pytest.mark.parametrize("name", EXPECTED)
def test_rules_that_find_nothing_in_the_lines_change_nothing(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixeldesk.ingest.writing.staging._MANY_PATHS", 1)
    test_fields_become_columns(desk, name)
