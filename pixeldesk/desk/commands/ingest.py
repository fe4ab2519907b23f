"""Ingest logs, and follow them."""

import secrets
from collections.abc import Sequence
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from pixeldesk.desk.commands.command import Argument, Command, Context, Option
from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.report import Ingested
from pixeldesk.ingest.sources.address import absolute

_STANDARD_INPUT = "-"


class Ingest(Command[Ingested]):
    """Read log files into the store, each line once."""

    paths: Annotated[list[str], Argument()]
    """Files, folders, globs, addresses such as s3://…; - is stdin."""
    format_name: Annotated[str, Option("--format")] = "auto"
    """auto, or a format by name: nginx, docker/pino, …"""

    @property
    def writes(self) -> bool:
        return True

    @property
    def reads_standard_input(self) -> bool:
        return _STANDARD_INPUT in self.paths

    def prepared(self) -> Self:
        """Make the paths absolute: the command may run in a server with another working folder."""
        return self.model_copy(update={"paths": [absolute(path) for path in self.paths]})

    def run(self, desk: Desk, context: Context) -> Ingested:
        return desk.ingest(self.paths, self.format_name, context.standard_input, progress=context.progress)

    def exit_code(self, answer: Ingested) -> int:
        if answer.unreadable:
            return 2
        return 1 if answer.damaged or answer.lost or answer.not_understood else 0

    def problems(self, answer: Ingested) -> Sequence[str]:
        return [*answer.unreadable, *answer.not_understood, *answer.damaged]


class Follow(Ingest):
    """Go on with what is written to them, until stopped."""

    typed: ClassVar[tuple[str, ...]] = ("ingest", "--follow")

    follower: str = Field(default_factory=lambda: secrets.token_hex(8))
    """The name by which the command is stopped."""

    @model_validator(mode="after")
    def _refuse_standard_input(self) -> Self:
        if self.reads_standard_input:
            raise ValueError("--follow is for files; what is piped in is read to its end in any case")
        return self

    def run(self, desk: Desk, context: Context) -> Ingested:
        return desk.follow(self.paths, context.stop, context.progress, self.format_name, self.follower)

    def problems(self, _: Ingested) -> Sequence[str]:
        """Return nothing: a follower has logged its problems as they came."""
        return ()


class StopFollowing(Command[bool]):
    """Stop a follower. The answer is whether there was one of this name."""

    typed: ClassVar[tuple[str, ...]] = ()

    follower: str
    """The name of the follower."""

    def run(self, desk: Desk, _: Context) -> bool:
        return desk.following.stop(self.follower)
