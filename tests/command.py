"""Runs the real command line as a process of its own."""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Compiled once and kept, as for a command that is installed; without it a start takes twice as long.
_COMPILED = tempfile.TemporaryDirectory(prefix="pixeldesk-tests-", ignore_cleanup_errors=True)
atexit.register(_COMPILED.cleanup)


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


def start(*arguments: object, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[bytes]:
    """Start `pixeldesk` with these arguments, able to be stopped by Ctrl-C, and everything piped."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)],
        env={**kept, "PYTHONPYCACHEPREFIX": _COMPILED.name, **(env or {})},
        # Whoever runs the tests in the background has it ignored, and a child inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **{**pipes, **options},
    )


def finish(process: subprocess.Popen[bytes], stdin: bytes | None = None) -> Finished:
    """Wait for its end."""
    out, err = process.communicate(stdin, timeout=120)
    return Finished(process.returncode, (out or b"").decode(), (err or b"").decode())


def run(*arguments: object, stdin: bytes = b"", env: Mapping[str, str] | None = None, **options: Any) -> Finished:
    """Run `pixeldesk` with these arguments to its end."""
    return finish(start(*arguments, env=env, **options), stdin)
