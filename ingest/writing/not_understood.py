"""Say of lines of which none was understood what they seem to be, in one sentence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pixeldesk.ingest.sources.format_name import UNRECOGNISED
from pixeldesk.sql_files import statements
from pixeldesk.store import Transaction

_STATEMENTS = statements(Path(__file__).with_name("not_understood.sql"))
# So many names of an object are shown, and so many characters of each.
_SHOWN_NAMES = 6
_SHOWN_CHARACTERS = 40
IN_A_FILE = (
    "name its format (--format), or describe it in a file of your own (docs/adding_a_format.md) and try them again: "
    "pixeldesk quarantine --retry"
)
"""What to do about a file of such lines."""
IN_A_POST = (
    "name the format in the sender's address (?format=), or describe it in a file of your own "
    "(docs/adding_a_format.md) and try them again: pixeldesk quarantine --retry"
)
"""What to do about such lines that were pushed."""


@dataclass(frozen=True)
class NotUnderstood:
    """Lines of which none was understood. The counts are without blank lines."""

    lines: int
    unmapped: int
    format: str
    reason: str | None
    """Why the first of the refused ones was refused."""
    example: str | None
    """The first JSON object that no format knows, redacted."""

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "NotUnderstood":
        """Return what a row of the question not_understood says."""
        return cls(row["lines"], row["unmapped"], row["format"], row["reason"], row["example"])

    def sentence(self, remedy: str) -> str:
        """Return what the lines seem to be, and what to do."""
        lines = f"{self.lines:,} lines" if self.lines > 1 else "1 line"
        return f"nothing of it was understood ({lines}): {self._seems()}; {remedy}"

    def _seems(self) -> str:
        reader = "no format" if self.format.endswith(UNRECOGNISED) else self.format
        if self.unmapped * 2 < self.lines and self.reason:
            return self.reason if self.lines == 1 else f"of the first line, {self.reason}"
        named = f", such as one with {names}" if (names := _names(self.example)) else ""
        return f"it is JSON that {reader} {'knows' if reader == 'no format' else 'does not know'}{named}"


def not_understood(transaction: Transaction, batch_id: int, format_name: str) -> NotUnderstood:
    """Return what the lines of a batch are, of which none was understood."""
    lines, unmapped, reason, example = transaction.run(_STATEMENTS["of_batch"], batch=batch_id)[0]
    return NotUnderstood(lines, unmapped, format_name, reason, example)


def _names(example: str | None) -> str:
    try:
        record = json.loads(example or "")
    except (ValueError, RecursionError):
        return ""
    names = [str(name)[:_SHOWN_CHARACTERS] for name in record] if isinstance(record, dict) else []
    return ", ".join(names[:_SHOWN_NAMES]) + (", …" if len(names) > _SHOWN_NAMES else "")
