"""Every field of every sample replaced by hostile values, and every line torn: all counted, every refusal explained."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from tests.ingest.formats.test_formats import EXPECTED, sample

OUTCOMES = ("requests", "events", "quarantined", "duplicates", "blank", "unmapped")
UGLY: list[Any] = [
    None, "", "-", [], {}, [None], {"a": {"b": []}}, True, -1, 0, 1e308, 2**64, "9" * 40, "x" * 300, "\x00\ud7ff",
    "2026-02-30T25:00:00Z", "00/Foo/0000:99:99:99 +9999", "12ms", '{"level":', "[1", "{}", '{"time":{}}', "\\u0000",
]  # fmt: skip
# Lines of text are spoilt by test_fuzz.
OF_JSON = [name for name in EXPECTED if sample(name).suffix != ".log"]


def records(name: str) -> list[dict[str, Any]]:
    """Return the lines of a sample; a document is split into documents of one element."""
    text = sample(name).read_text()
    if name == "cloudwatch":
        return [json.loads(text[: text.index("}{") + 1])]
    if sample(name).suffix == ".ndjson":
        return [json.loads(line) for line in text.splitlines()]
    document = json.loads(text)
    return document if isinstance(document, list) else [document]


def with_hostile_parts(value: Any) -> Iterator[Any]:
    """Yield the value with one part of it replaced by a hostile one, each part in turn."""
    yield from UGLY
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: other for name, other in value.items() if name != key}
            for ugly in with_hostile_parts(part):
                yield {**value, key: ugly}
    elif isinstance(value, list) and value:
        for ugly in with_hostile_parts(value[0]):
            yield [ugly, *value[1:]]


def written(path: Path, lines: list[str]) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), errors="surrogatepass")
    return str(path)


@pytest.mark.parametrize("name", OF_JSON)
def test_hostile_values_in_every_field(desk: Desk, tmp_path: Path, name: str) -> None:
    ugly = [
        json.dumps(line)
        for record in records(name)[:2]
        for line in with_hostile_parts(record)
        if isinstance(line, dict)
    ]
    lines = list(dict.fromkeys(ugly))
    format_name = EXPECTED[name]["format"].removeprefix("documents/")
    report = desk.ingest([written(tmp_path / "logs" / "a.log", lines)], format_name)
    assert report.lines == sum(report.lines_by_outcome().values()) >= len(lines) > 100
    reasons = {row["reason"] for row in desk.quarantine(100_000)}
    assert "not JSON as RFC 8259 has it" not in reasons
    assert all("\n" not in reason for reason in reasons)
    again = desk.ingest([written(tmp_path / "again" / "b.log", lines)], format_name)
    assert again.duplicates == again.lines == report.lines


@pytest.mark.parametrize("name", OF_JSON)
def test_torn_lines(desk: Desk, tmp_path: Path, name: str) -> None:
    whole = [json.dumps(record) for record in records(name)]
    torn = [line[: random.Random(n).randrange(1, len(line))] for n in range(30) for line in whole]
    torn += [line + tail for line in whole for tail in ("}", ",,", "TRAILER", line)]
    format_name = EXPECTED[name]["format"].removeprefix("documents/")
    report = desk.ingest([written(tmp_path / "logs" / "a.log", [*whole, *dict.fromkeys(torn)])], format_name)
    assert report.quarantined == len(set(torn))
    assert all(row["reason"].startswith("not JSON: ") for row in desk.quarantine(1000))
