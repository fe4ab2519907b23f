"""docs/json.md is what the types say, and says all that an answer holds."""

import re
from pathlib import Path
from typing import Any

from pixeldesk.desk.desk import Desk
from pixeldesk.desk.json_reference import json_reference
from tests.conftest import ROOT
from tests.log_lines import event_line, failed_line, moment, write_lines

PAGE = (ROOT / "docs" / "json.md").read_text("utf-8")


def test_the_page_is_made_from_the_types() -> None:
    assert json_reference() == PAGE, "run: make docs"


def test_each_field_has_a_type_and_a_sentence() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", PAGE, re.MULTILINE)
    assert len(rows) > 150
    assert not [
        name for name, type_name, meaning in rows if not type_name or not re.fullmatch(r"[A-Z0-9`].*\.", meaning)
    ]
    assert {"for", "against", "evidence_for", "also_affected", "ended_at"} <= {name for name, _, _ in rows}


def fields_of(name: str) -> set[str]:
    """Return the fields that the page gives a type."""
    section = PAGE.partition(f"## {name}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))


def test_a_real_answer_has_the_fields_of_the_page(desk: Desk, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        failed_line("invalid_pipe", 400, timestamp=moment(600 * n), request_id="req_shared01") for n in range(30)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [*lines, event_line(request_id="req_shared01")]))])
    answer = desk.diagnosed(desk.lookup("req_shared01 req_unknown1")).as_json()
    card = answer["found"][0]
    (diagnosis,) = card["diagnoses"]
    for name, document in (
        ("LookupAnswer", answer),
        ("NotFound", answer["not_found"][0]),
        ("RequestRow", answer["more"][0]),
        ("Card", card),
        ("Neighbour", card["neighbours"]["after"][0]),
        ("Diagnosis", diagnosis),
        ("Sentence", diagnosis["evidence_for"][0]),
        ("RetryHygiene", diagnosis["retries"]),
    ):
        assert set(document) == fields_of(name), name
