"""Find incidents, and replay their alerts."""

from typing import Annotated, ClassVar

from pixeldesk.alerts import replay
from pixeldesk.desk.commands.command import Command, Context, Option
from pixeldesk.desk.desk import Desk
from pixeldesk.frozen_model import Moment
from pixeldesk.incidents.incident import Incident


class Incidents(Command[list[Incident]]):
    """Say when it was our own fault: each incident, whom it hit, and what differs about the failing requests."""

    start: Annotated[Moment | None, Option("--from")] = None
    """Those that were not over before this time."""
    end: Annotated[Moment | None, Option("--to")] = None
    """Those that began before this time."""
    environment: Annotated[str | None, Option("--environment")] = None
    """Only there."""

    def run(self, desk: Desk, _: Context) -> list[Incident]:
        return list(desk.incidents(self.start, self.end, self.environment))


class Replay(Command[replay.Replay]):
    """The alerts they would have made, had pixeldesk watch been running."""

    typed: ClassVar[tuple[str, ...]] = ("incidents", "--replay")

    start: Annotated[Moment | None, Option("--from")] = None
    """Alerts of logs not before this time."""
    end: Annotated[Moment | None, Option("--to")] = None
    """Alerts of logs before this time."""
    environment: Annotated[str | None, Option("--environment")] = None
    """Only there."""

    def run(self, desk: Desk, _: Context) -> replay.Replay:
        return desk.replay(self.start, self.end, self.environment)
