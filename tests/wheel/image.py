"""A Dockerfile's commands, run as processes of this machine below a folder that stands for the image's root.

No engine is needed, and nothing that the file says is repeated here: what is not known of it is an error.
"""

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

_BUILT_WITHIN_S = 1800
_DONE_WITHIN_S = 300
# Settings of the package index and of proxies are the machine's. Those of Python and of the desk must not get in.
_NOT_INHERITED = ("PIXELDESK_", "PYTHON", "STREAMLIT_", "VIRTUAL_ENV")
_INSTRUCTION = re.compile(r"(?P<word>[A-Z]+) +(?P<flags>(?:--\S+ +)*)(?P<rest>.+)")


class Instruction(NamedTuple):
    """One instruction of a Dockerfile: its word, its flags, and the rest as it is written."""

    word: str
    flags: dict[str, str]
    rest: str


@dataclass
class Image:
    """What the last stage of a Dockerfile says, over the files that its stages made below `root`."""

    root: Path
    folders: list[str]
    """The image's own, which stand below the root; other paths are the base image's, and this machine's."""
    environment: dict[str, str]
    workdir: Path
    declared: dict[str, str] = field(default_factory=dict)
    """What is only said and not done: by word."""

    @property
    def command(self) -> list[str]:
        """What the image runs."""
        return _words(self.declared["CMD"])

    @property
    def healthcheck(self) -> list[str]:
        """What tells whether that is well."""
        return _words(self.declared["HEALTHCHECK"].removeprefix("CMD "))

    @property
    def user(self) -> tuple[int, int]:
        """Who runs both: numbers of user and group."""
        return _numbers(self.declared["USER"])

    def there(self, text: str) -> str:
        """A text of the Dockerfile, in which the image's own folders are those below the root."""
        folders = "|".join(map(re.escape, self.folders))
        return re.sub(rf"(?<![\w/.])(?=(?:{folders})(?![\w-]))", str(self.root), text)

    def mount(self, source: Path, folder: str) -> None:
        """Put a copy of a folder into the image, as a volume to read."""
        self.folders.append(folder)
        shutil.copytree(source, self.there(folder))

    def start(self, command: Iterable[str], settings: Mapping[str, str], **options: Any) -> "subprocess.Popen[bytes]":
        """Start a command as the image's user, in its working folder, with its environment and no other."""
        words = [self.there(word) for word in command]
        found = shutil.which(words[0], path=self.environment["PATH"])
        assert found, f"{words[0]} is not on the image's PATH"
        environment = {**self.environment, **settings}
        return subprocess.Popen([found, *words[1:]], cwd=self.workdir, env=environment, **self._as_user(), **options)

    def run(self, *command: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run a command so to its end."""
        with self.start(command, settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            out, err = process.communicate(timeout=_DONE_WITHIN_S)
        return subprocess.CompletedProcess(command, process.returncode, out.decode(), err.decode())

    def _as_user(self) -> dict[str, Any]:
        if os.getuid() != 0:
            return {}
        user, group = self.user
        return {"user": user, "group": group, "extra_groups": []}


def built(dockerfile: Path, context: Path, root: Path) -> Image:
    """Run a Dockerfile's instructions, a stage after the other."""
    found = instructions(dockerfile.read_text())
    stages: dict[str, Path] = {}
    base = _base_environment(root.with_name("python"))
    image, name = _empty(found, root, base), ""
    for instruction in found:
        if instruction.word == "FROM":
            # What a stage made is set aside: the next has of it what it copies.
            stages[name] = _set_aside(image)
            image, name = _empty(found, root, base), instruction.rest.partition(" AS ")[2]
        else:
            _follow(instruction, image, context, stages)
    return image


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile."""
    lines = "\n".join(line for line in text.splitlines() if line and not line.startswith("#"))
    found = []
    for line in lines.replace("\\\n", " ").splitlines():
        parts = _INSTRUCTION.fullmatch(line)
        assert parts, f"no instruction: {line}"
        flags = dict(flag.removeprefix("--").split("=", 1) for flag in parts["flags"].split())
        found.append(Instruction(parts["word"], flags, parts["rest"].strip()))
    return found


def _base_environment(folder: Path) -> dict[str, str]:
    """The environment of the base image: it has a Python that every user may run.

    That is this one, or a copy of it where others may not enter its folder.
    """
    prefix, library = Path(sys.base_prefix), Path(sysconfig.get_path("stdlib"))
    path = "/usr/local/bin:/usr/bin:/bin"
    if all(parent.stat().st_mode & stat.S_IXOTH for parent in (prefix, *prefix.parents)):
        return {"PATH": f"{prefix / 'bin'}:{path}"}
    (folder / "bin").mkdir(parents=True)
    shutil.copy(Path(sys.executable).resolve(), folder / "bin" / "python3")
    not_copied = shutil.ignore_patterns("site-packages", "test", "config-*")
    shutil.copytree(library, folder / "lib" / library.name, ignore=not_copied)
    for shared in library.parent.glob("libpython*.so*"):
        shutil.copy(shared, folder / "lib" / shared.name)
    return {"PATH": f"{folder / 'bin'}:{path}", "LD_LIBRARY_PATH": str(folder / "lib")}


def _empty(found: list[Instruction], root: Path, environment: Mapping[str, str]) -> Image:
    root.mkdir(exist_ok=True)
    targets = [one.rest.split()[-1] for one in found if one.word in ("WORKDIR", "COPY")]
    return Image(root, [*{target for target in targets if target.startswith("/")}], {**environment}, root)


def _set_aside(image: Image) -> Path:
    aside = image.root.with_name(f"{image.root.name}-stages") / str(len([*image.root.parent.glob("*-stages/*")]))
    aside.parent.mkdir(exist_ok=True)
    return image.root.rename(aside)


def _follow(instruction: Instruction, image: Image, context: Path, stages: Mapping[str, Path]) -> None:
    word, flags, rest = instruction
    match word:
        case "WORKDIR":
            image.workdir = Path(image.there(rest))
            image.workdir.mkdir(parents=True, exist_ok=True)
        case "COPY" if "from" in flags:
            source, target = rest.split()
            assert source == target, "programs that a stage installed have their path written in them"
            _move(stages[flags["from"]] / source.lstrip("/"), Path(image.there(target)), flags.get("chown"))
        case "COPY":
            source, target = rest.split()
            _copy(context / source, image.workdir / target)
        case "RUN":
            _run(image.there(rest), image)
        case "ENV":
            for pair in shlex.split(rest):
                name, _, value = pair.partition("=")
                image.environment[name] = image.there(value).replace("$PATH", image.environment["PATH"])
        case "USER" | "EXPOSE" | "VOLUME" | "HEALTHCHECK" | "CMD":
            image.declared[word] = rest
        case _:
            raise AssertionError(f"this test does not know {word}")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def _move(source: Path, target: Path, owner: str | None) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    if owner and os.getuid() == 0:
        user, group = _numbers(owner)
        for one in (target, *target.rglob("*")):
            os.chown(one, user, group, follow_symlinks=False)


def _words(written: str) -> list[str]:
    words: list[str] = json.loads(written)
    return words


def _numbers(owner: str) -> tuple[int, int]:
    user, group = map(int, owner.split(":"))
    return user, group


def _run(command: str, image: Image) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    environment = {**inherited, **image.environment}
    subprocess.run(["/bin/sh", "-c", command], cwd=image.workdir, env=environment, check=True, timeout=_BUILT_WITHIN_S)
