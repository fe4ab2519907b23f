"""Lines of real programs that were once read wrong, a log for each kind, against what is right for it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from tests.whole_store import differences

FOLDER = Path(__file__).parent / "real_lines"
RIGHT: dict[str, dict[str, Any]] = tomllib.loads(FOLDER.with_suffix(".toml").read_text())
# The same id may come again after a restart.
MAY_DIFFER = {"ids_twice"}
OF_REQUESTS = """SELECT count(*) AS requests, count(method) AS methods, count(path) AS paths,
        count(duration_ms) AS durations, count(client_ip) AS clients, count(error_message) AS errors
    FROM requests"""


def test_each_log_says_what_is_right() -> None:
    assert sorted(RIGHT) == sorted(path.name for path in FOLDER.iterdir())


@pytest.mark.parametrize("name", RIGHT)
def test_a_log_is_read_as_its_program_meant_it(desk: Desk, name: str) -> None:
    report = desk.ingest([str(FOLDER / name)])
    (found,) = desk.store.rows(OF_REQUESTS)
    found |= {"events": report.events, "quarantined": report.quarantined, "unmapped": report.unmapped}
    expected = dict(RIGHT[name])
    shares_an_id = expected.pop("shares_an_id", False)
    assert report.formats == {expected.pop("format"): 1}
    assert {count: number for count, number in found.items() if number} == expected
    assert report.requests == expected.get("requests", 0)
    assert not set(differences(desk.store)) - MAY_DIFFER
    kinds = {row["kind"] for row in desk.store.rows("SELECT kind FROM contradictory_requests")}
    assert ("reused_request_id" in kinds) == shares_an_id
