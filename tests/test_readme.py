"""The README speaks of what is there."""

import re
import tomllib

from cli import application
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()


def test_every_part_is_on_the_map() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    setuptools = project["tool"]["setuptools"]
    packages = [f"{name}/" for name in setuptools["packages"] if "." not in name]
    modules = [f"{name}.py" for name in setuptools["py-modules"]]
    missing = [name for name in [*packages, *modules, "bench/", "tests/"] if f"`{name}`" not in README]
    assert not missing


def test_every_command_is_shown() -> None:
    names = {command.callback.__name__ for command in application.registered_commands if command.callback}
    assert names == set(re.findall(r"bin/pixeldesk (\w+)", README))


def test_every_file_it_names_is_there() -> None:
    named = re.findall(r"`([\w./]+\.(?:py|toml|sql))`", README)
    present = {path.name for pattern in ("*", "[!.]*/*", "[!.]*/formats/*") for path in ROOT.glob(pattern)}
    assert named
    assert not [name for name in named if name.rpartition("/")[2] not in present]


def test_its_picture_is_there() -> None:
    assert all((ROOT / picture).exists() for picture in re.findall(r"!\[.*?\]\((.*?)\)", README))
