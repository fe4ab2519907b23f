"""Back up the store, and restore a backup."""

from pathlib import Path
from typing import Annotated, Self

from pixeldesk.desk.commands.command import Argument, Command, Context, Option
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import StoreError
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.settings import Settings
from pixeldesk.store.backup import StoreCopy, restore


class CopyReport(FrozenModel):
    """A verified copy of a store: where it is, its size in bytes, and its requests."""

    path: str
    bytes: int
    requests: int
    former: str | None = None
    """Where a restore moved the store that was there before."""


class Backup(Command[CopyReport]):
    """Copy the store to one file, which opens as a store. Whoever reads goes on, and whoever writes waits."""

    path: Annotated[str, Argument()]
    """The file to write, or a folder for a file with a dated name."""
    replace: Annotated[bool, Option("--replace")] = False
    """Overwrite the file if there is one."""

    def prepared(self) -> Self:
        """Make the path absolute: the command may run in a server with another working folder."""
        return self.model_copy(update={"path": str(Path(self.path).absolute())})

    def run(self, desk: Desk, _: Context) -> CopyReport:
        return _report(desk.backup(Path(self.path), replace=self.replace))


class Restore(Command[CopyReport]):
    """Put a backup in the place of the store, which is moved aside. A server goes on with it."""

    path: Annotated[str, Argument()]
    """The backup."""

    def prepared(self) -> Self:
        """Make the path absolute: the command may run in a server with another working folder."""
        return self.model_copy(update={"path": str(Path(self.path).absolute())})

    def run(self, desk: Desk, _: Context) -> CopyReport:
        return _report(desk.restore(Path(self.path)))

    def run_without_store(self, settings: Settings, _: StoreError) -> CopyReport:
        """Restore where there is no store, or one that does not open: that is what a backup is for."""
        return _report(restore(settings, Path(self.path), None))


def _report(copy: StoreCopy) -> CopyReport:
    return CopyReport(
        path=str(copy.path),
        bytes=copy.bytes,
        requests=copy.requests,
        former=str(copy.former) if copy.former else None,
    )
