"""Diagnose who fails and why."""

from typing import Annotated

from pixeldesk.desk.commands.command import Command, Context, Option
from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.frozen_model import Moment


class Diagnose(Command[list[Diagnosis]]):
    """Say who fails and why: the known mistake, the evidence for and against it, the fix, a reply to send."""

    start: Annotated[Moment | None, Option("--from")] = None
    """Failures not before this time."""
    end: Annotated[Moment | None, Option("--to")] = None
    """Failures before this time, which is the present."""
    customer_id: Annotated[str | None, Option("--customer")] = None
    """Only this customer."""
    environment: Annotated[str | None, Option("--environment")] = None
    """Only there."""

    def run(self, desk: Desk, _: Context) -> list[Diagnosis]:
        return list(desk.diagnose(self.start, self.end, self.customer_id, self.environment))
