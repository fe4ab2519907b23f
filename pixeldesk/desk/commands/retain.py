"""Drop what the retention rules keep no longer."""

from typing import Annotated

from pixeldesk.desk.commands.command import Command, Context, Option
from pixeldesk.desk.desk import Desk
from pixeldesk.retention.retention import RetentionReport


class Retain(Command[RetentionReport]):
    """Drop whole days that the rules in PIXELDESK_RETENTION keep no longer. The server does it once a day."""

    dry_run: Annotated[bool, Option("--dry-run")] = False
    """Only say what would be dropped."""

    @property
    def writes(self) -> bool:
        return not self.dry_run

    def run(self, desk: Desk, _: Context) -> RetentionReport:
        return desk.retention.run(self.dry_run)
