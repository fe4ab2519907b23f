"""The README speaks of what is there."""

import re

from pixeldesk.cli.main import application
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()


def test_every_part_is_on_the_map() -> None:
    packages = [f"pixeldesk/{path.parent.name}/" for path in (ROOT / "pixeldesk").glob("*/__init__.py")]
    listed = {*packages, "app.py", "ingest/", "queries/", "sample_logs/", "bench/", "tests/"}
    listed -= {"pixeldesk/ingest/", "pixeldesk/queries/"}
    assert not [name for name in listed if f"`{name}`" not in README]


def test_every_command_is_shown() -> None:
    names = {command.callback.__name__ for command in application.registered_commands if command.callback}
    assert names == set(re.findall(r"bin/pixeldesk (\w+)", README))


def test_every_file_it_names_is_there() -> None:
    named = re.findall(r"`([\w./]+\.(?:py|toml|sql))`", README)
    present = {path.name for pattern in ("*", "ingest/**/*", "pixeldesk/**/*") for path in ROOT.glob(pattern)}
    assert named
    assert not [name for name in named if name.rpartition("/")[2] not in present]


def test_its_picture_is_there() -> None:
    assert all((ROOT / picture).exists() for picture in re.findall(r"!\[.*?\]\((.*?)\)", README))
