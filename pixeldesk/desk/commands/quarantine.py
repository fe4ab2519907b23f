"""List the lines that could not be understood, and try them again."""

from typing import Annotated, ClassVar

from pydantic import Field

from pixeldesk.desk.commands.command import Command, Context, Option
from pixeldesk.desk.commands.query import Row
from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.report import Retried


class Quarantine(Command[list[Row]]):
    """List the lines that could not be understood, with the reasons, or try them again."""

    limit: Annotated[int, Field(ge=1), Option("--limit")] = 100
    """At most so many lines."""

    def run(self, desk: Desk, _: Context) -> list[Row]:
        return desk.quarantine(self.limit)


class Retry(Command[Retried]):
    """Read them again, after something was mended."""

    typed: ClassVar[tuple[str, ...]] = ("quarantine", "--retry")

    source: Annotated[str | None, Option("--source")] = None
    """With --retry: only those of this source."""

    @property
    def writes(self) -> bool:
        return True

    def run(self, desk: Desk, _: Context) -> Retried:
        return desk.retry_quarantine(self.source)
