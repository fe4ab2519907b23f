"""Examine the configuration and the store."""

from pixeldesk.desk.commands.command import Command, Context
from pixeldesk.desk.desk import Desk
from pixeldesk.desk.doctor import Examination, examine


class Doctor(Command[Examination]):
    """Show what is configured, what is in the store, and what is wrong."""

    def run(self, desk: Desk, _: Context) -> Examination:
        return examine(desk)

    def exit_code(self, answer: Examination) -> int:
        return 0 if answer.ok else 1
