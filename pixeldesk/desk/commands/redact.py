"""Redact what is stored by the rules of now."""

from typing import Annotated

from pixeldesk.desk.commands.command import Command, Context, Option
from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.cleaning.report import CleaningReport


class Redact(Command[CleaningReport]):
    """Redact what is stored by the rules of now and PIXELDESK_PERSONAL_DATA, and write the store to a new file."""

    check: Annotated[bool, Option("--check")] = False
    """Only say what would be found. The exit code is 1 if anything would be."""

    @property
    def writes(self) -> bool:
        return not self.check

    def run(self, desk: Desk, _: Context) -> CleaningReport:
        return desk.redact(is_check=self.check)

    def exit_code(self, report: CleaningReport) -> int:
        return 1 if self.check and (report.changed or report.is_unfinished) else 0
