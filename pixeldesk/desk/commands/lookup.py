"""Find the requests that a text names."""

from typing import Annotated

from pixeldesk.desk.commands.command import Argument, Command, Context
from pixeldesk.desk.desk import Desk
from pixeldesk.tickets.answer import LookupAnswer


class Lookup(Command[LookupAnswer]):
    """Find the requests that a text names: what happened, why, the fix, and a reply to send."""

    text: Annotated[str, Argument(reads_input=True)]
    """A request id, several, or a whole ticket; - reads stdin."""

    def run(self, desk: Desk, _: Context) -> LookupAnswer:
        return desk.diagnosed(desk.lookup(self.text))

    def exit_code(self, answer: LookupAnswer) -> int:
        return 1 if answer.not_found or not answer.ids else 0
