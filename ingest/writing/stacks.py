"""Make one event of a stack that a program wrote as text among its JSON.

What stands between two known lines of a source is one text. If it has a frame of a stack, such as
`    at handler (/app.js:1:2)`, it is an event of level error, with the time and the request id of the line before it.
It counts as one line. Other text stays refused, line by line. A text that goes on in another chunk is an event there,
of the same request.
"""

from pathlib import Path

from pixeldesk.sql_files import statements
from pixeldesk.store import Transaction

_STACKS = statements(Path(__file__).with_name("stacks.sql"))
# As Node, Python, Java, Go, Ruby, PHP and .NET write frames, or a text that is indented below the name of an error.
_FRAME = (
    r"(?m)^\s+at \S|^\s*File \".+\", line \d|^Caused by: |^goroutine \d+ \[|^\s+\S+\.go:\d+|^Traceback \(most recent"
    r"|^\s*(?:from )?\S+(?: \([\d.]+\) \S+)?:\d+:in [`']|^#\d+ \S|(?:Error|Exception|panic)\b[^\n]*\n\s+[^\s\"{}\[\]]"
)
_LONGEST = 1 << 20
# How many lines before a text a known one is looked for that was stored earlier.
_BEFORE = 1000


class Stacks:
    """The stacks among the lines of a chunk. Use it after its lines are staged in the last of their formats."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        transaction.run(_STACKS["empty"])
        self._has_placed = False

    def place(self) -> None:
        """Note the known lines in `staged`, since the lines among them are still to be staged in other formats."""
        self._transaction.run(_STACKS["place"])
        self._has_placed = True

    def join(self, *, are_joined: bool = True) -> list[tuple[int, int, int]]:
        """Join the stacks in `staged`. Returns by how many the lines are less: (batch_id, source_id, -lines) each.

        `are_joined`: false for texts of a store, each of which is whole.
        """
        run = self._transaction.run
        values = {"frame": _FRAME, "longest": _LONGEST, "before": _BEFORE, "are_joined": are_joined}
        found: list[tuple[int, int, int]] = []
        if self._transaction.value("SELECT EXISTS (SELECT 1 FROM staged WHERE outcome = 'refused')"):
            run(_STACKS["texts"], **values)
            if self._transaction.value("SELECT count(*) FROM text_lines"):
                for name in ("known", "stacks", "delete", "insert"):
                    run(_STACKS[name], **values)
                sql = "SELECT batch_id, source_id, sum(1 - lines)::BIGINT FROM stacks GROUP BY ALL"
                found = [(batch_id, source_id, lines) for batch_id, source_id, lines in self._transaction.execute(sql)]
        if self._has_placed:
            run(_STACKS["empty"])
            self._has_placed = False
        return found
