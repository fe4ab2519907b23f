"""Make the fixtures anew, from the real programs: `python -m tests.emitters.make_fixtures [NAME …]`.

Each fixture's TOML says which program writes it and how. Libraries come from npm and PyPI and servers from Debian, as
versions.toml pins them. Programs run as root on Debian 12, each in a mount and host namespace of its own, where they
are in /srv/app on a host called shop-1: no path or name of this machine gets into a log.
"""

import contextlib
import gzip
import http.server
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.emitters import client
from tests.emitters.receiver import Received, receiving

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
VERSIONS: dict[str, dict[str, str]] = tomllib.loads((HERE / "versions.toml").read_text())
_SETTLE_S = 1.2  # an aborted request is logged when its handler has come to its end
# What is kept of a program: one file of its log; what it sent; or the folder of its rotated files.
_ENDINGS = {"otlp": ".otlp", "folder": "", "logrotate": ""}
_IN_NAMESPACE = """
mount -t tmpfs none /srv && mkdir /srv/app && mount --bind "$1" /srv/app && hostname shop-1 && cd /srv/app && shift
exec "$@"
"""
_ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/srv/app", "TZ": "UTC", "LANG": "C.UTF-8",
    "PYTHONPATH": "/srv/app/python:/srv/app", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
    "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": "/srv/app/go-cache",
}  # fmt: skip


def main() -> None:
    """Make the named fixtures, or all that a program writes."""
    recipes = {path.stem: tomllib.loads(path.read_text()) for path in sorted(FIXTURES.glob("*.toml"))}
    made = {name: recipe for name, recipe in recipes.items() if "command" in recipe}
    chosen = sys.argv[1:] or list(made)
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="emitters-") as folder:
        room = Path(os.environ.get("EMITTERS_ROOM", folder))
        _install(room, [made[name] for name in chosen])
        for name in chosen:
            print(name, flush=True)
            try:
                _make(room, name, made[name])
            except TimeoutError as silent:
                print(silent, (room / "written" / "stderr").read_text()[-2000:], sep="\n", flush=True)
                failed.append(name)
    sys.exit(f"not made: {', '.join(failed)}" if failed else 0)


def versions_of(recipe: dict[str, Any]) -> dict[str, str]:
    """Return the versions of the packages that a recipe names, as "npm:pino"."""
    return {package: VERSIONS[package.split(":")[0]][package.split(":")[1]] for package in recipe["packages"]}


def _install(room: Path, recipes: list[dict[str, Any]]) -> None:
    needed = {package.split(":")[0] for recipe in recipes for package in recipe["packages"]}
    shutil.copytree(HERE / "apps", room, dirs_exist_ok=True)
    if "npm" in needed and not (room / "node_modules").exists():
        pinned = [f"{name}@{version}" for name, version in VERSIONS["npm"].items()]
        (room / "package.json").write_text('{"private": true}')
        _run("npm", "install", "--legacy-peer-deps", "--no-audit", "--no-fund", "--silent", *pinned, cwd=room)
    if "pypi" in needed and not (room / "python").exists():
        pinned = [f"{name}=={version}" for name, version in VERSIONS["pypi"].items()]
        _run(sys.executable, "-m", "pip", "install", "--quiet", "--target", str(room / "python"), *pinned, cwd=room)
    if "debian" in needed:
        _check_debian({p.split(":")[1] for recipe in recipes for p in recipe["packages"] if p.startswith("debian:")})


def _check_debian(names: set[str]) -> None:
    for name in sorted(names):
        there = subprocess.run(
            ["dpkg-query", "--show", "--showformat", "${Version}", name], capture_output=True, text=True, check=False
        ).stdout
        if not there:
            sys.exit(f"{name} is not installed: apt-get install --no-install-recommends {' '.join(sorted(names))}")
        if VERSIONS["debian"][name] not in there:
            sys.exit(f"{name} is of version {there}: versions.toml says {VERSIONS['debian'][name]}; change one of them")


def _make(room: Path, name: str, recipe: dict[str, Any]) -> None:
    log = FIXTURES / f"{name}{_ENDINGS.get(next(iter(_ENDINGS.keys() & recipe.keys()), ''), '.log')}"
    written = room / "written"
    shutil.rmtree(written, ignore_errors=True)
    written.mkdir(mode=0o777)
    written.chmod(0o777)
    if "build" in recipe:
        subprocess.run(_in_namespace(room, recipe["build"]), env=_ENVIRONMENT, check=True)
    asked: list[client.Asked] = []
    with receiving() as received, _backend() as backend:
        for life in range(1, recipe.get("lives", 2) + 1):
            port = _free_port()
            ports = {
                "PORT": port,
                "BACKEND": backend,
                "RECEIVER": received.port,
                "DEAD": _free_port(),
                "BEHIND": _free_port(),
            }
            replaced = recipe.get("words", {}) | {word: str(value) for word, value in ports.items()}
            for template in recipe.get("configure", []):
                (room / Path(template).name).write_text(_filled((room / template).read_text(), replaced))
            with _running(room, recipe, replaced, written):
                client.wait_until_open(port)
                asked += client.drive(port, life, recipe.get("burst", 0) if life == 1 else 0)
                time.sleep(_SETTLE_S)
                if "logrotate" in recipe:
                    _rotate(written, recipe["logrotate"])
                    asked += client.drive(port, life + 1)
        _keep(recipe, written, received, log)
    client.write_truth(FIXTURES / f"{name}.truth.json", asked, versions_of(recipe))
    _refuse_traces_of_this_machine(log, room)


def _rotate(written: Path, directives: list[str]) -> None:
    """Rotate what the program has written so far, which goes on writing to the file that it has open."""
    settings, state = written / "logrotate.conf", written / "logrotate.state"
    settings.write_text("\n".join([f"{written}/stdout {{", "su root root", "rotate 5", *directives, "}"]))
    written.chmod(0o755)
    _run("/usr/sbin/logrotate", "--force", "--state", str(state), str(settings), cwd=written)


@contextlib.contextmanager
def _running(room: Path, recipe: dict[str, Any], replaced: dict[str, str], written: Path) -> Iterator[None]:
    command = [_filled(word, replaced) for word in recipe["command"]]
    environment = {key: _filled(value, replaced) for key, value in recipe.get("environment", {}).items()}
    stream = recipe.get("stream", "stdout")
    (written / "stdout").touch()
    with (written / "stdout").open("r+b") as out, (written / "stderr").open("ab") as err:
        # As the shell's >, and not as its >>: after copytruncate, there is a hole of NUL bytes before what is written.
        out.seek(0, os.SEEK_END)
        process = subprocess.Popen(
            _in_namespace(room, command, pid_1=recipe.get("pid_1", False)), env=_ENVIRONMENT | replaced | environment,
            stdout=err if stream == "stderr" else out, stderr=out if stream in ("both", "stderr") else err,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=4)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            time.sleep(0.3)


def _in_namespace(room: Path, command: list[str], *, pid_1: bool = False) -> list[str]:
    alone = ["--pid", "--fork", "--mount-proc", "--kill-child"] if pid_1 else []
    return ["unshare", "--mount", "--uts", *alone, "sh", "-c", _IN_NAMESPACE, "sh", str(room), *command]


def _keep(recipe: dict[str, Any], written: Path, received: Received, log: Path) -> None:
    if "otlp" in recipe:
        log.write_bytes(received.joined())
        return
    if "logrotate" in recipe or "folder" in recipe:
        shutil.rmtree(log, ignore_errors=True)
        log.mkdir()
        kept = [written / name for name in recipe["folder"]] if "folder" in recipe else written.glob("stdout*")
        for path in kept:
            shutil.copyfile(path, log / path.name.replace("stdout", "app.log"))
        return
    stream = recipe.get("stream", "stdout")
    name = {"both": "stdout", "stderr": "stdout"}.get(stream, stream)
    log.write_bytes((written / name).read_bytes())


def _filled(text: str, replaced: dict[str, str]) -> str:
    for word, value in replaced.items():
        text = text.replace(f"@{word}@", value)
    return text


def _refuse_traces_of_this_machine(log: Path, room: Path) -> None:
    files = [path for path in [log, *log.glob("*")] if path.is_file()]
    text = b"".join(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files)
    for trace in (str(room), socket.gethostname(), str(Path.home()), str(HERE.parents[1])):
        # A host name such as "vm" is in many a word.
        if trace.encode() in text and len(trace) > 3:
            sys.exit(f"{trace} is in the log")


def _free_port() -> int:
    """Return a port below those that outgoing connections take."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def _run(*command: str, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, check=True)


@contextlib.contextmanager
def _backend() -> Iterator[int]:
    """Answer as the shop does, behind the servers."""
    sys.path.insert(0, str(HERE / "apps"))
    import shop  # type: ignore[import-not-found]

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                status = shop.answer(path)
            except shop.KaboomError:
                status = 500
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(b"{}")

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


if __name__ == "__main__":
    main()
