"""Mark a diagnosis as right or wrong."""

from typing import Annotated, get_args

from pydantic import field_validator

from pixeldesk.desk.commands.command import Argument, Command, Context
from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis import mark_journal
from pixeldesk.diagnosis.mark_journal import Verdict


class Mark(Command[mark_journal.Mark]):
    """Say that a diagnosis was right or wrong: each case's precision comes from these marks."""

    diagnosis: Annotated[str, Argument()]
    """The id of a diagnosis, as pixeldesk diagnose shows it."""
    verdict: Annotated[Verdict, Argument()]
    """right, wrong, or unmarked to take a mark back."""

    @field_validator("verdict", mode="before")
    @classmethod
    def _name_the_verdicts(cls, verdict: object) -> object:
        if verdict not in get_args(Verdict):
            raise ValueError(f"a diagnosis is marked {', '.join(get_args(Verdict))}, not {verdict!r}")
        return verdict

    def run(self, desk: Desk, _: Context) -> mark_journal.Mark:
        return desk.mark(self.diagnosis, self.verdict)
