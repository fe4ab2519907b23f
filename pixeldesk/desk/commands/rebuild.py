"""Rebuild a store from the raw records of another."""

from pathlib import Path
from typing import Annotated, Self

from pixeldesk.desk.commands.command import Argument, Command, Context
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import StoreMissing
from pixeldesk.ingest.rebuilding.report import RebuildReport


class Rebuild(Command[RebuildReport]):
    """Read the records of an old or damaged store into the one that --db names, as far as they can be read."""

    old: Annotated[str, Argument()]
    """The old store. It is only read."""

    @property
    def writes(self) -> bool:
        return True

    def prepared(self) -> Self:
        """Make the path absolute: the command may run in a server with another working folder.

        Raises StoreMissing, before an empty store is made for nothing.
        """
        if not Path(self.old).exists():
            raise StoreMissing(f"there is no store at {self.old}")
        return self.model_copy(update={"old": str(Path(self.old).absolute())})

    def run(self, desk: Desk, context: Context) -> RebuildReport:
        return desk.rebuild(Path(self.old), context.progress)

    def exit_code(self, report: RebuildReport) -> int:
        return 1 if report.left else 0
