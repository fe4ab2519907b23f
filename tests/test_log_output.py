"""What is logged: one dated line a message, or one JSON object; no secret, and nothing that steers a terminal."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from pixeldesk.log_output import JsonFormat, TextFormat
from tests.command import environment
from tests.conftest import ROOT
from tests.logged import Logged, logged
from tests.patience import PATIENCE_S

NOON = datetime(2026, 11, 30, 12, 0, 0, 123_400, tzinfo=UTC).timestamp()
SECRET = "ak_live_9fK2mQ7xV4tR8wZ1bN6c"


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    """A message of `pixeldesk.alerts`, logged at noon."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("pixeldesk.alerts", logging.WARNING, __file__, 1, message, arguments, exc_info)
    made.created = NOON
    return made


def failure(message: str) -> Exception:
    """An exception that was raised."""
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


def test_a_message_is_a_dated_line() -> None:
    said = TextFormat().format(record("%s: posted, %d %% sure", "opened", 90))
    assert said == "2026-11-30T12:00:00.123Z WARNING pixeldesk.alerts: opened: posted, 90 % sure"


def test_or_a_json_object() -> None:
    assert json.loads(JsonFormat().format(record("%s: posted", "opened"))) == {
        "time": "2026-11-30T12:00:00.123Z",
        "level": "WARNING",
        "logger": "pixeldesk.alerts",
        "message": "opened: posted",
    }


def test_a_hostile_message_stays_one_line_and_steers_nothing() -> None:
    hostile = "lost\n2026-11-30T12:00:00.123Z INFO pixeldesk.alerts: forged \x1b[2J\r\u2028\u202e"
    said = TextFormat().format(record("%s", hostile))
    assert len(said.splitlines()) == 1 and said.isprintable()
    assert r"lost\x0a2026-11-30" in said
    as_json = JsonFormat().format(record("%s", hostile))
    assert len(as_json.splitlines()) == 1 and as_json.isascii() and as_json.isprintable()
    assert json.loads(as_json)["message"] == hostile


def test_an_exception_follows_its_message_and_cannot_forge_another() -> None:
    error = failure("no\n2026-11-30T12:00:00.123Z INFO pixeldesk.alerts: forged\x1b")
    first, *trace = TextFormat().format(record("it failed", error=error)).split("\n")
    assert first.endswith(" WARNING pixeldesk.alerts: it failed")
    assert trace[0] == "    Traceback (most recent call last):"
    assert all(line.startswith("    ") and line.isprintable() for line in trace)
    as_json = JsonFormat().format(record("it failed", error=error))
    assert "\n" not in as_json
    assert json.loads(as_json)["exception"].startswith("Traceback (most recent call last):\n")


@pytest.mark.parametrize("form", [TextFormat(), JsonFormat()], ids=["text", "json"])
def test_no_secret_gets_in(form: logging.Formatter) -> None:
    quoted = f'Authorization: Bearer {SECRET} {{"api_key": "{SECRET}"}} https://u:{SECRET}@host/?token={SECRET}'
    assert SECRET not in form.format(record("refused: %s", quoted))
    assert SECRET not in form.format(record("refused", error=failure(quoted)))
    assert "[redacted]" in form.format(record("refused", error=failure(quoted)))


def lines_of(script: str, **settings: Any) -> str:
    """What a process wrote to stderr that configured its logging by these settings and then ran this script."""
    begin = f"from pixeldesk.settings import Settings\nsettings = Settings(**{settings!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", begin + script],
        cwd=ROOT, env=environment(), check=True, capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.stdout == ""
    return done.stderr


LIBRARIES = """
import streamlit, uvicorn
from streamlit import logger as streamlit_logger
from streamlit.web.server.starlette import starlette_server
from pixeldesk.server.app import _configure_logging
streamlit_logger.get_logger("streamlit.before").warning("streamlit, undated")
_configure_logging(settings)
_configure_logging(settings)
# What Streamlit does when its settings are read, and uvicorn when a server is made.
streamlit_logger.update_formatter()
streamlit_logger.init_uvicorn_logs()
uvicorn.Config("app:app", use_colors=False)
for name in ("streamlit.before", "streamlit.after", "uvicorn.error", "uvicorn.access", "websockets"):
    streamlit_logger.get_logger(name).warning("of %s", name)
"""


def test_streamlit_and_uvicorn_are_logged_alike_and_once() -> None:
    first, *rest = lines_of(LIBRARIES).splitlines(keepends=True)
    assert first.endswith("streamlit, undated\n")
    names = ["streamlit.before", "streamlit.after", "uvicorn.error", "uvicorn.access", "websockets"]
    assert logged("".join(rest)) == [Logged("WARNING", name, f"of {name}") for name in names]


LEVELS = """
import logging, sys, warnings
from pixeldesk.log_output import configure_logging
configure_logging(settings)
configure_logging(settings)
for name in ("pixeldesk.alerts", "botocore"):
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logging.getLogger(name).log(level, "%s", name)
warnings.warn("old ways")
"""


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("DEBUG", ["DEBUG", "INFO", "WARNING", "ERROR"]),
        ("warning", ["WARNING", "ERROR"]),
    ],
)
def test_below_the_level_nothing_is_logged_and_of_other_libraries_warnings_at_most(
    level: str, shown: list[str]
) -> None:
    found = [json.loads(line) for line in lines_of(LEVELS, log_level=level, log_format="JSON").splitlines()]
    assert [(one["logger"], one["level"]) for one in found] == [
        *[("pixeldesk.alerts", one) for one in shown],
        *[("botocore", one) for one in ("WARNING", "ERROR")],
        ("py.warnings", "WARNING"),
    ]
