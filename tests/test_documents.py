"""README and the documents speak of what is there: commands, options, settings, files, links, versions."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from pixeldesk.cli.main import application
from pixeldesk.settings import Settings
from tests.conftest import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")
MAP = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PIXELDESK = get_command(application)
OPTIONS = {option for parameter in PIXELDESK.params for option in parameter.opts}
COMMANDS = PIXELDESK.commands  # type: ignore[attr-defined]
# What a sender has in its own environment.
NOT_OURS = {"PIXELDESK_TOKEN"}
# Names of files that the documents have somebody write.
EXAMPLES = {"NAME", "losses", "often_limited", "shop", "slow_routes"}

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)


def calls(text: str) -> list[list[str]]:
    """Each call of `pixeldesk` that stands alone in a line or between backticks, as words; without `<`, `>` and `#`."""
    alone = re.findall(r"^ *(?:[\d*]+ +)*(?:\S*/)?(pixeldesk [^`\n]+)$", text, re.MULTILINE)
    quoted = re.findall(r"`(?:\S*/)?(pixeldesk [^`\n]+)`", text)
    return [shlex.split(re.split(r" [<>]|  +#", call)[0])[1:] for call in (*alone, *quoted)]


def test_the_readme_is_short_and_has_five_links() -> None:
    assert len(README.splitlines()) < 90
    assert len(re.findall(r"(?<!!)\[.*?\]\(.*?\)", README)) == 5


def test_every_part_is_on_the_map() -> None:
    packages = [f"pixeldesk/{path.parent.name}/" for path in (ROOT / "pixeldesk").glob("*/__init__.py")]
    listed = {*packages, "app.py", "ingest/", "queries/", "sample_logs/", "bench/", "tests/"}
    listed -= {"pixeldesk/ingest/", "pixeldesk/queries/"}
    assert not [name for name in listed if f"`{name}`" not in MAP]


def test_every_command_is_shown() -> None:
    shown = (ROOT / "docs" / "using_the_desk.md").read_text("utf-8")
    assert set(COMMANDS) == set(re.findall(r"bin/pixeldesk (\w+)", shown))


@each_document
def test_every_call_is_one_that_the_command_line_takes(path: Path) -> None:
    for name, *arguments in calls(path.read_text("utf-8")):
        assert name in {*COMMANDS, *OPTIONS}
        if arguments:  # Without any it is the command that is spoken of.
            COMMANDS[name].make_context(name, arguments)


@each_document
def test_every_setting_it_names_is_one(path: Path) -> None:
    settings = {f"PIXELDESK_{name}".upper() for name in Settings.model_fields}
    named = set(re.findall(r"PIXELDESK_[A-Z_]*[A-Z]", path.read_text("utf-8")))
    assert named - NOT_OURS <= settings


@each_document
def test_every_file_and_folder_it_names_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    tops = "|".join(re.escape(top.name) for top in ROOT.iterdir() if top.is_dir())
    named = {
        name for name in re.findall(rf"`((?:{tops})/[\w./]*)`", text) if not EXAMPLES & set(re.split(r"[/.]", name))
    }
    assert not [name for name in named if not (ROOT / name).exists()]
    alone = {name for name in re.findall(r"`(\w+\.(?:py|sql|toml))`", text) if Path(name).stem not in EXAMPLES}
    assert alone <= {file.name for top in ("*", "ingest/**/*", "pixeldesk/**/*") for file in ROOT.glob(top)}


def leads_somewhere(path: Path, target: str) -> bool:
    """Return whether there is such a file beside a document, and such a heading in it."""
    name, _, anchor = target.partition("#")
    file = path.parent / name if name else path
    headings = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE) if anchor and file.exists() else []
    return file.exists() and (not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings})


@each_document
def test_every_link_and_picture_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((.*?)\)", path.read_text("utf-8"))
    assert not [target for target in targets if "://" not in target and not leads_somewhere(path, target)]


@each_document
def test_every_make_target_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = re.findall(r"(?:`|^    )make ([a-z-]+(?: [a-z-]+)*)", path.read_text("utf-8"), re.MULTILINE)
    assert {target for words in named for target in words.split()} <= targets


def test_the_changelog_begins_with_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    versions = re.findall(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert next(one for one in versions if one != "Unreleased") == version
    assert len(set(versions)) == len(versions)
