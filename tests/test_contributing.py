"""CONTRIBUTING is right: what it says to write, written where it says, is what the program then knows."""

import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import pixeldesk.catalogue.catalogue as catalogue_module
from pixeldesk import queries
from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.desk.desk import Desk, close_the_desk, open_the_desk
from pixeldesk.desk.doctor import examine
from pixeldesk.errors import UsageError
from pixeldesk.pages.widgets.code_colour import code_colour
from pixeldesk.server.handover.server import handover_server
from pixeldesk.settings import Settings
from tests.catalogue import test_catalogue as shape
from tests.command import finish, start
from tests.conftest import ROOT
from tests.log_lines import failed_line, request_line, write_lines
from tests.patience import PATIENCE_S

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def section(heading: str) -> str:
    """The text below a heading."""
    (text,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", CONTRIBUTING, re.DOTALL | re.MULTILINE)
    return str(text)


def example(heading: str, language: str, number: int = 0) -> str:
    """A block of code below a heading, without the list's indentation."""
    blocks = re.findall(rf"^ *```{language}\n(.*?)^ *```$", section(heading), re.DOTALL | re.MULTILINE)
    return textwrap.dedent(blocks[number])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what is imported, to add files to."""
    copy = tmp_path / "tree"
    copy.mkdir()
    for name in ("ingest", "pixeldesk", "queries"):
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "pyproject.toml", copy / "pyproject.toml")
    return copy


# --- an error code ------------------------------------------------------------------------------------------

NEW_CODE = "body_too_large"


@pytest.fixture
def with_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue with one code more, in that one file."""
    text = (ROOT / "pixeldesk" / "catalogue" / "errors.toml").read_text("utf-8")
    copy = tmp_path / "errors.toml"
    copy.write_text(f"{text}\n{example('Add an error code', 'toml')}", "utf-8")
    monkeypatch.setattr(catalogue_module, "_CATALOGUE_FILE", copy)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


@pytest.fixture
def desk_with_the_code(desk: Desk, tmp_path: Path) -> Desk:
    """A desk over one request that was refused with the new code."""
    desk.ingest([str(write_lines(tmp_path / "a.log", [failed_line(NEW_CODE, 413)]))])
    return desk


def test_without_the_table_the_code_is_unknown(desk_with_the_code: Desk) -> None:
    (card,) = desk_with_the_code.lookup("req_7Qm2xV9cT4").as_json()["found"]
    assert card["known_code"] is False
    assert NEW_CODE not in card["reply"]
    assert any(NEW_CODE in problem for problem in examine(desk_with_the_code).wrong)
    assert code_colour(NEW_CODE) == code_colour("not_listed")


@pytest.mark.usefixtures("with_the_code")
def test_a_code_is_added_in_one_file(desk_with_the_code: Desk) -> None:
    entry = catalogue().entry(NEW_CODE, 413)
    (card,) = desk_with_the_code.lookup("req_7Qm2xV9cT4").as_json()["found"]
    assert (entry.known, entry.fault, entry.status) == (True, "customer", 413)
    assert [card[name] for name in ("known_code", "title", "fix")] == [True, entry.title, entry.fix]
    assert all(text in card["reply"] for text in (NEW_CODE, entry.reply, *entry.steps))
    assert code_colour(NEW_CODE) == entry.colour != code_colour("not_listed")
    assert not [problem for problem in examine(desk_with_the_code).wrong if NEW_CODE in problem]


@pytest.mark.usefixtures("with_the_code")
def test_the_code_passes_the_checks_of_the_catalogue() -> None:
    assert catalogue().codes() == (*shape.CODES, NEW_CODE)
    shape.test_every_error_that_the_simulated_api_gives_is_listed_with_its_status()
    shape.test_whose_fault_and_whether_to_retry(NEW_CODE)
    shape.test_every_text_is_filled_and_uses_known_placeholders_only(catalogue().entry(NEW_CODE, None))
    shape.test_the_example_is_an_envelope_of_this_code(NEW_CODE)
    shape.test_a_colour_is_seen_on_a_light_and_on_a_dark_ground(NEW_CODE, "light")
    shape.test_a_colour_is_seen_on_a_light_and_on_a_dark_ground(NEW_CODE, "dark")


# --- a case, a format: the documents that CONTRIBUTING points to are walked through beside what they are about --


@pytest.mark.parametrize(
    ("heading", "folder", "document"),
    [
        ("Add a case", "pixeldesk/diagnosis/cases", "docs/adding_a_case.md"),
        ("Add a log format", "ingest/formats", "docs/adding_a_format.md"),
    ],
)
def test_where_a_case_and_a_format_go(heading: str, folder: str, document: str) -> None:
    assert f"`{folder}/NAME.toml`" in section(heading)
    assert f"({document})" in section(heading)
    assert list((ROOT / folder).glob("*.toml"))
    assert f"`{folder}/`" in (ROOT / document).read_text("utf-8")


# --- a question ---------------------------------------------------------------------------------------------


def add_question(folder: Path) -> None:
    """Write the question of the document into a folder such as queries/."""
    (name,) = re.findall(r"`queries/(\w+\.sql)`", section("Add a question"))
    (folder / name).write_text(example("Add a question", "sql"), "utf-8")


@pytest.fixture
def with_the_question(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The questions with one more, in this process."""
    add_question(tree / "queries")
    monkeypatch.setattr(queries, "_FOLDER", tree / "queries")
    queries.question.cache_clear()
    yield
    queries.question.cache_clear()


def test_a_question_is_a_file(tree: Path, desk: Desk, tmp_path: Path) -> None:
    lines = [request_line(), request_line(request_id="req_8Rn3yW0dU5", route="/pixel/events", duration_ms=900)]
    desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    desk.store.close()
    add_question(tree / "queries")
    (command,) = re.findall(r"`\.venv/bin/pixeldesk (query .*?)`", section("Add a question"))
    arguments = [*command.split(), "--db", desk.store.path]
    answered = finish(start(*arguments, env={"PYTHONPATH": str(tree)}, cwd=tree))
    assert (answered.code, answered.err) == (0, "")
    assert example("Add a question", "sql").splitlines()[0].removeprefix("-- ") in answered.out
    assert answered.out.index("/pixel/events") < answered.out.index("/pixel/pipes/{pipe}")


@pytest.mark.usefixtures("with_the_question")
def test_a_new_question_is_listed() -> None:
    with pytest.raises(UsageError, match=r"there are: .*slow_routes"):
        queries.question("nonsense")


# --- a command ----------------------------------------------------------------------------------------------


def insert(path: Path, before: str, text: str) -> None:
    """Insert a text before the only occurrence of another."""
    whole = path.read_text("utf-8")
    assert whole.count(before) == 1
    path.write_text(whole.replace(before, text + before), "utf-8")


def test_a_command_is_a_class_and_a_printer(tree: Path, desk: Desk) -> None:
    (file,) = re.findall(r"`(pixeldesk/desk/commands/losses\.py)`", section("Add a command"))
    (tree / file).write_text(example("Add a command", "python"), "utf-8")
    module = file.removesuffix(".py").replace("/", ".")
    commands, printers = tree / "pixeldesk/desk/commands/__init__.py", tree / "pixeldesk/cli/printers.py"
    insert(commands, "from pixeldesk.desk.commands.mark", f"from {module} import Losses\n")
    insert(commands, "    Mark,\n", "    Losses,\n")
    insert(printers, "from pixeldesk.desk.commands.mark", f"from {module} import Losses\n")
    printers.write_text(printers.read_text("utf-8") + example("Add a command", "python", 1), "utf-8")
    with desk.store.transaction() as transaction:
        transaction.execute("INSERT INTO losses VALUES ('a.log', now()::TIMESTAMP, now()::TIMESTAMP, 'it is gone', 1)")
    with handover_server(desk):
        printed, limited, refused, helped = (
            finish(start("losses", *arguments, "--db", desk.store.path, env={"PYTHONPATH": str(tree)}, cwd=tree))
            for arguments in ([], ["--json", "--limit", "1"], ["--limit", "0"], ["--help"])
        )
    # The server is of this process, without the command.
    assert printed.code == limited.code == 2 and "losses" in printed.err
    desk.store.close()
    printed, limited = (
        finish(start("losses", *arguments, "--db", desk.store.path, env={"PYTHONPATH": str(tree)}, cwd=tree))
        for arguments in ([], ["--json", "--limit", "1"])
    )
    assert (printed.code, "it is gone" in printed.out) == (1, True)
    assert [row["what"] for row in limited.json] == ["it is gone"]
    assert (refused.code, "--limit" in refused.err) == (2, True)
    assert "List when lines of a followed file may have been lost." in helped.out


# --- a page -------------------------------------------------------------------------------------------------


def add_page(tree: Path) -> None:
    """Do what the document says for a page, but for the import contract."""
    (folder,) = re.findall(r"`(pixeldesk/pages/\w+/)` with", section("Add a page"))
    (tree / folder).mkdir()
    (tree / folder / "__init__.py").write_text('"""Slow routes."""\n')
    (tree / folder / "page.py").write_text(example("Add a page", "python", 0), "utf-8")
    navigation = tree / "pixeldesk" / "pages" / "navigation.py"
    before, end, after = navigation.read_text("utf-8").partition('    ],\n    position="top",')
    assert end
    entry = textwrap.indent(example("Add a page", "python", 1), " " * 8)
    navigation.write_text(f"{before}{entry}{end}{after}", "utf-8")


@pytest.mark.usefixtures("with_the_question")
def test_a_page_is_a_folder_and_an_entry_in_the_navigation(tree: Path, tmp_path: Path) -> None:
    add_page(tree)
    desk = open_the_desk(Settings(db=tmp_path / "pixeldesk.duckdb"))
    try:
        desk.ingest([str(write_lines(tmp_path / "a.log", [request_line()]))])
        test = AppTest.from_file(str(tree / "pixeldesk" / "pages" / "navigation.py"), default_timeout=PATIENCE_S)
        test.run()
        test.switch_page("slow_routes/page.py")
        test.run()
        assert not test.exception
        assert [header.value for header in test.header] == ["Slow routes"]
        (table,) = test.dataframe
        assert list(table.value["route"]) == ["/pixel/pipes/{pipe}"]
    finally:
        close_the_desk()


def test_a_page_is_named_in_the_import_contract(tree: Path) -> None:
    add_page(tree)
    contracts = tree / "pyproject.toml"
    assert imports_hold(tree) is False
    assert '"A page knows its own folder and the widgets"' in section("Add a page")
    text = contracts.read_text("utf-8")
    named = text.replace('"customer | ', '"slow_routes | customer | ')
    assert named != text
    contracts.write_text(named, "utf-8")
    assert imports_hold(tree) is True


def imports_hold(tree: Path) -> bool:
    """Whether the import contracts of a tree hold."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    finished = subprocess.run(command, cwd=tree, env={"PYTHONPATH": str(tree)}, capture_output=True, text=True)
    assert "Contracts" in finished.stdout, finished
    return finished.returncode == 0


# --- setting up -------------------------------------------------------------------------------------------


def test_what_blame_looks_through_is_in_the_history() -> None:
    (name,) = re.findall(r"git config blame\.ignoreRevsFile (\S+)`", CONTRIBUTING)
    lines = (ROOT / name).read_text().splitlines()
    commits = {
        commit: subject.removeprefix("# ")
        for subject, commit in pairwise(lines)
        if re.fullmatch("[0-9a-f]{40}", commit)
    }
    assert commits
    if not (ROOT / ".git").exists() or git("rev-parse", "--is-shallow-repository") == "true":
        pytest.skip("the history is not here")
    assert {commit: git("log", "-1", "--format=%s", commit) for commit in commits} == commits


def git(*arguments: str) -> str:
    """What git prints."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
