"""The page on adding a case is right: its example, saved as a file, is a case."""

import re
import shutil
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis import case_file, diagnose
from pixeldesk.diagnosis.case_file import Case
from tests.conftest import ROOT
from tests.diagnosis.example_lines import example_lines
from tests.log_lines import write_lines

PAGE = (ROOT / "docs" / "adding_a_case.md").read_text("utf-8")


@pytest.fixture
def new_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """The case of the page, in a copy of the folder that the diagnoses now read."""
    folder = tmp_path / "cases"
    shutil.copytree(ROOT / "pixeldesk" / "diagnosis" / "cases", folder)
    (name,) = re.findall(r"`(\w+\.toml)`, for instance", PAGE)
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (folder / name).write_text(text, "utf-8")
    every_case = case_file.cases(folder)
    monkeypatch.setattr(diagnose, "cases", lambda: every_case)
    return next(case for case in every_case if case.name == Path(name).stem)


@pytest.mark.parametrize("is_it", [True, False])
def test_the_case_of_the_page_is_diagnosed(is_it: bool, new_case: Case, desk: Desk, tmp_path: Path) -> None:
    (example,) = (one for one in new_case.example if one.is_it is is_it)
    desk.ingest([str(write_lines(tmp_path / "example.log", example_lines(example)))])
    assert [one.case for one in diagnose.diagnose(desk.store)] == [new_case.name] * is_it


def test_the_new_case_leaves_to_others_what_they_explain(new_case: Case, desk: Desk, tmp_path: Path) -> None:
    (other,) = new_case.yields_to
    example = next(one for one in case_file.case(other).example if one.is_it)
    desk.ingest([str(write_lines(tmp_path / "example.log", example_lines(example)))])
    assert [one.case for one in diagnose.diagnose(desk.store)] == [other]


def test_without_the_file_there_is_no_such_case() -> None:
    assert "often_limited" in PAGE
    assert "often_limited" not in {case.name for case in case_file.cases()}
