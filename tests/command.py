"""Runs the real command line as a process of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.command_forks import Forks
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[1]
_FORKS = Forks(ROOT)
_OF_THE_BINDINGS = re.compile(r"^(nanobind: | - (leaked |\.\.\. skipped)|See https://nanobind).*\n", re.MULTILINE)


@dataclass(frozen=True)
class Finished:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line on stderr of a command that could not do it."""
        assert self.code == 2, self
        assert self.err.startswith("pixeldesk: "), self
        assert self.err.count("\n") == 1, self
        assert "Traceback" not in self.err
        assert self.out == ""
        return self.err.removeprefix("pixeldesk: ").rstrip("\n")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours, in which what is compiled is kept, as for a command that is installed: else a start takes twice as long."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**ours, "PYTHONPATH": str(ROOT), **(more or {})}


def start(*arguments: object, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[bytes]:
    """Start `pixeldesk` with these arguments, able to be stopped by Ctrl-C, and everything piped."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(
        [sys.executable, "-m", "pixeldesk", *map(str, arguments)],
        env=environment(env),
        # Whoever runs the tests in the background has it ignored, and a child inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **{**pipes, **options},
    )


def finish(process: subprocess.Popen[bytes], stdin: bytes | None = None) -> Finished:
    """Wait for its end."""
    out, err = process.communicate(stdin, timeout=PATIENCE_S)
    # What the engine's bindings say of themselves when a process ends with a thread at work is none of our words.
    ours = _OF_THE_BINDINGS.sub("", (err or b"").decode())
    return Finished(process.returncode, (out or b"").decode(), ours)


def run(
    *arguments: object, stdin: bytes = b"", env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Finished:
    """Run `pixeldesk` with these arguments to its end.

    It is forked from a process that has loaded the program already: loading it is most of what a command takes.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        code = _FORKS.run([*map(str, arguments)], environment(env), cwd or Path.cwd(), (given, out, err))
        out.seek(0)
        err.seek(0)
        return Finished(code, out.read().decode(), err.read().decode())
