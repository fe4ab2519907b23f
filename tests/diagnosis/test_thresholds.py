"""Every number that a diagnosis depends on has a name, in one place, and SQL takes it from there."""

import re
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis import diagnose as diagnose_module
from pixeldesk.diagnosis.case_file import Case, cases
from pixeldesk.diagnosis.diagnose import diagnose
from pixeldesk.diagnosis.thresholds import MINUTE_S, SQL_PARAMETERS
from tests.log_lines import failed_line, moment, request_line, write_lines

EVERY_CASE = [pytest.param(case, id=case.name) for case in cases()]
_STRING = re.compile(r"'(?:[^']|'')*'")
_NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?")
# 1000.0 makes seconds of milliseconds; a status of HTTP has its name in the standard.
_NO_THRESHOLDS = {"0", "1", "1000.0", *map(str, range(100, 600))}


@pytest.mark.parametrize("case", EVERY_CASE)
def test_the_sql_of_a_case_has_no_number_without_a_name(case: Case) -> None:
    sql = "\n".join(line for line in f"{case.query}\n{case.facts}".splitlines() if not line.strip().startswith("--"))
    assert set(_NUMBER.findall(_STRING.sub("", sql))) <= _NO_THRESHOLDS


@pytest.mark.parametrize("case", EVERY_CASE)
def test_a_case_uses_each_of_its_thresholds(case: Case) -> None:
    assert [name for name in case.thresholds if not re.search(rf"\${name}\b", case.query + case.facts)] == []
    assert not case.thresholds.keys() & SQL_PARAMETERS.keys()


def test_the_steps_in_sql_take_the_numbers_of_python(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure every five minutes, for fifty minutes after an hour of success."""
    at = range(0, 50 * 60 + 1, 5 * 60)
    lines = [request_line(request_id=f"req_ok{n}", timestamp=moment(-3600 + 60 * n)) for n in range(60)]
    lines += [
        failed_line("invalid_pipe", 400, request_id=f"req_no{n}", timestamp=moment(seconds))
        for n, seconds in enumerate(at)
    ]
    # Another customer, days later: the failures are no news any more, and nobody has noticed them.
    lines.append(request_line(request_id="req_later", timestamp=moment(2 * 86400), customer_id="cus_other"))
    desk.ingest([str(write_lines(tmp_path / "app.log", lines))])
    assert [each.case for each in diagnose(desk.store)] == ["unknown_pipe"]
    changed = {**SQL_PARAMETERS, "slip_s": 60 * MINUTE_S}
    monkeypatch.setattr(diagnose_module, "SQL_PARAMETERS", changed)
    assert diagnose(desk.store) == []
