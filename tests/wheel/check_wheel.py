"""The wheel in an environment that has nothing else: `make wheel-check`, and not a part of the suite.

The environment is made by the Dockerfile's own commands, and what it runs is what the image and compose.yaml run.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from bench.chromium import CHROMIUM, CHROMIUM_FLAGS
from tests.conftest import ROOT, SAMPLE
from tests.logged import logged
from tests.wheel.image import Image, built

# Of the sample logs, also in the README.
REQUEST_ID = "req_L3yC4GAQ6X2V"
_HEALTHY_WITHIN_S = 120
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
VERSION = _PROJECT["project"]["version"]


class Served(NamedTuple):
    """A server of the image."""

    port: int
    process: "subprocess.Popen[bytes]"
    said: Path

    @property
    def settings(self) -> dict[str, str]:
        """By which the image's other commands find it, as `docker run -e` gives them."""
        return {"PIXELDESK_PORT": str(self.port)}


@pytest.fixture(scope="session")
def base() -> Iterator[Path]:
    """A folder that the image's user may enter, whoever runs this."""
    with tempfile.TemporaryDirectory(prefix="pixeldesk-wheel-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def tree() -> list[str]:
    """Every file that is committed, or about to be."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


@pytest.fixture(scope="session")
def context(base: Path, tree: list[str]) -> Path:
    """What an engine would be sent to build from, by .dockerignore: nothing, but for what it names."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert (lines[0], lines[-1]) == ("*", "**/__pycache__")
    named = {line.removeprefix("!") for line in lines[1:-1]}
    for path in tree:
        if path.partition("/")[0] in named:
            (base / "context" / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, base / "context" / path, follow_symlinks=False)
    return base / "context"


@pytest.fixture(scope="session")
def image(base: Path, context: Path) -> Image:
    made = built(ROOT / "Dockerfile", context, base / "image")
    made.mount(SAMPLE, "/logs")
    return made


@pytest.fixture(scope="session")
def wheel(image: Image) -> Path:
    (found,) = image.root.parent.glob("image-stages/*/build/wheel/pixeldesk-*.whl")
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), (
        f"no Chromium at {CHROMIUM}: apt-get install chromium-headless-shell, or set PIXELDESK_CHROMIUM"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@contextmanager
def serving(image: Image, command: list[str], log: Path, **settings: str) -> Iterator[Served]:
    """Run a server of the image until the block ends, from when its own health check says that it is well."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"PIXELDESK_PORT": str(port), **settings}
    with log.open("wb") as output:
        process = image.start(command, settings, stdout=subprocess.DEVNULL, stderr=output)
    served = Served(port, process, log)
    try:
        deadline = time.monotonic() + _HEALTHY_WITHIN_S
        while not is_healthy(image, served):
            assert process.poll() is None and time.monotonic() < deadline, f"it did not start:\n{log.read_text()}"
        yield served
    finally:
        process.terminate()
        process.wait(timeout=60)


def is_healthy(image: Image, served: Served) -> bool:
    return image.run(*image.healthcheck, **served.settings).returncode == 0


@contextmanager
def opened(chromium: Browser, address: str, path: str) -> Iterator[Page]:
    """A page whose scripts fail at nothing and which asks nobody else."""
    wrong: list[str] = []

    def only_this_server(route: Route) -> None:
        if route.request.url.startswith((f"{address}/", "data:", "blob:")):
            route.continue_()
        else:
            wrong.append(f"asked {route.request.url}")
            route.abort()

    with chromium.new_context(viewport={"width": 1440, "height": 900}) as window:
        window.route("**/*", only_this_server)
        page = window.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address + path)
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
        yield page
    assert wrong == []


# --- the wheel ----------------------------------------------------------------------------------------------


def names_in(wheel: Path) -> set[str]:
    """The files in a wheel, without those that describe it."""
    return {name for name in ZipFile(wheel).namelist() if not name.startswith(f"pixeldesk-{VERSION}.dist-info/")}


def test_it_holds_what_is_under_the_one_root_and_nothing_else(wheel: Path, tree: list[str]) -> None:
    links = {f"pixeldesk/{path.name}": path.name for path in (ROOT / "pixeldesk").iterdir() if path.is_symlink()}
    assert set(links.values()) == {"ingest", "queries"}
    expected = {path for path in tree if path.startswith("pixeldesk/")} - links.keys()
    expected |= {f"pixeldesk/{path}" for path in tree if path.startswith(("ingest/", "queries/"))}
    assert names_in(wheel) == expected
    assert {name.rpartition(".")[2] for name in expected} >= {"py", "sql", "toml", "html"}


def test_a_source_distribution_makes_the_same_wheel(base: Path, context: Path, wheel: Path) -> None:
    (requirement,) = _PROJECT["build-system"]["requires"]
    folder, venv = base / "sdist", base / "sdist-venv"
    python = f"{venv}/bin/python"
    archive = f"{folder}/pixeldesk-{VERSION}.tar.gz"
    make = f"import setuptools.build_meta as build; build.build_sdist({str(folder)!r})"
    for command in (
        [sys.executable, "-m", "venv", f"{venv}"],
        [python, "-m", "pip", "install", "--quiet", requirement],
        [python, "-c", make],
        [python, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", f"{folder}", archive],
    ):
        subprocess.run(command, cwd=context, check=True)
    (made,) = folder.glob("*.whl")
    assert names_in(made) == names_in(wheel)


def test_what_it_needs_is_there_and_fits(image: Image) -> None:
    checked = image.run("pip", "check")
    assert (checked.returncode, checked.stdout) == (0, "No broken requirements found.\n")
    listed = image.run("pip", "list", "--format", "json").stdout
    installed = {one["name"].lower(): one["version"] for one in json.loads(listed)}
    assert installed["pixeldesk"] == VERSION
    assert not installed.keys() & {"pytest", "playwright", "ruff", "mypy"}


# --- what it runs -------------------------------------------------------------------------------------------


def test_the_commands(image: Image) -> None:
    assert "lookup" in image.run("pixeldesk", "--help").stdout
    assert image.run("pixeldesk", "--version").stdout == f"pixeldesk {VERSION}\n"
    own = {"PIXELDESK_DB": image.there("/data/commands.duckdb")}
    read = image.run("pixeldesk", "ingest", "/logs", "--json", **own)
    assert (read.returncode, read.stderr) == (0, "")
    assert json.loads(read.stdout)["quarantined"] < json.loads(read.stdout)["requests"]
    found = image.run("pixeldesk", "lookup", REQUEST_ID, "--json", **own)
    assert (found.returncode, found.stderr) == (0, "")
    (card,) = json.loads(found.stdout)["found"]
    assert (card["request_id"], bool(card["reply"])) == (REQUEST_ID, True)
    assert image.run("pixeldesk", "diagnose", "--json", **own).returncode == 0
    assert image.run("pixeldesk", "report", "--format", "html", **own).stdout.startswith("<!doctype html>")
    if os.getuid() == 0:
        assert Path(own["PIXELDESK_DB"]).stat().st_uid == image.user[0] != 0


def test_what_compose_runs_shows_a_card_of_the_sample_logs(image: Image, chromium: Browser, tmp_path: Path) -> None:
    command, ports, volumes = (
        json.loads(re.findall(rf"^    {name}: (\[.*\])$", (ROOT / "compose.yaml").read_text(), re.MULTILINE)[0])
        for name in ("command", "ports", "volumes")
    )
    port = image.declared["EXPOSE"]
    assert ports == [f"127.0.0.1:{port}:{image.environment['PIXELDESK_PORT']}"]
    assert volumes == [f"data:{image.declared['VOLUME']}", "./sample_logs/logs:/logs:ro"]
    with serving(image, command, tmp_path / "log") as served:
        # A command in the same container: the server has the store and answers it.
        asked = image.run("pixeldesk", "lookup", REQUEST_ID, "--json", **served.settings)
        (card,) = json.loads(asked.stdout)["found"]
        with opened(chromium, f"http://127.0.0.1:{served.port}", f"/?request_id={REQUEST_ID}") as page:
            expect(page.get_by_role("textbox", name="Request id, error body or ticket")).to_be_visible()
            expect(page.get_by_role("heading", name=card["title"])).to_be_visible()
            expect(page.get_by_text(REQUEST_ID).first).to_be_visible()


def test_what_the_image_runs_is_healthy_until_it_ends(image: Image, chromium: Browser, tmp_path: Path) -> None:
    settings = {"PIXELDESK_DB": image.there("/data/empty.duckdb")}
    with serving(image, image.command, tmp_path / "log", **settings) as served:
        # On every address of the container, as a published port asks for: 127.0.0.2 is one.
        socket.create_connection(("127.0.0.2", served.port), timeout=10).close()
        with opened(chromium, f"http://localhost:{served.port}", "/") as page:
            expect(page.get_by_text("There are no logs yet.")).to_be_visible()
            expect(page.get_by_text("sample_logs/logs")).to_be_visible()
    assert not is_healthy(image, served)
    said = logged(served.said.read_text())
    assert [one.message for one in said if one.logger == "pixeldesk.server.app"] == [
        f"version {VERSION} has opened {settings['PIXELDESK_DB']}"
    ]
    assert [one for one in said if one.level != "INFO"] == []
