"""Which alerts were posted, so that none is posted twice, also after a crash.

A journal of JSON lines. Before a post a line says that it is about to be sent, after it another what became of it. An
"intent" without an outcome may have arrived, and counts as posted.
"""

from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from pixeldesk.errors import InputError
from pixeldesk.incidents.incident import ChangeKind
from pixeldesk.journal import Journal

Outcome = Literal["intent", "posted", "failed"]


class Told(BaseModel):
    """What an alert says, as far as later ones depend on it; times of the logs, in UTC."""

    model_config = ConfigDict(frozen=True)

    kind: ChangeKind
    incident: str
    code: str
    environment: str | None
    started_at: AwareDatetime
    until: AwareDatetime
    growths: int


class Posted(NamedTuple):
    """An alert that was, or may have been, posted, and when."""

    at: datetime
    told: Told


class Record(BaseModel):
    """One line: what was done about an alert and when; `told` is None where watching began."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    outcome: Outcome | Literal["began"]
    told: Told | None = None
    reason: str = ""


class AlertMemory:
    """The records in one file. Only the process that holds the post lock may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = Journal(path)

    def records(self) -> list[Record]:
        """All of them, in the order in which they were kept. Raises InputError, naming the line, where one is none."""
        try:
            lines = self._journal.lines()
        except OSError as error:
            raise InputError(f"{self._path}: what was posted cannot be read ({error.strerror})") from error
        return [self._parsed(line, number) for number, line in enumerate(lines, start=1)]

    def posted(self) -> list[Posted]:
        """The alerts that count as posted, in that order."""
        return [
            Posted(record.at, record.told)
            for record in self.records()
            if record.told is not None and record.outcome == "posted"
        ]

    def keep(self, record: Record) -> None:
        """Write a line. It is on the disk when this returns. Raises InputError where the file cannot be written."""
        try:
            self._journal.append(record.model_dump_json())
        except OSError as error:
            raise InputError(
                f"{self._path}: what was posted cannot be kept, so nothing is posted ({error.strerror}); free the file"
            ) from error

    def _parsed(self, line: bytes, number: int) -> Record:
        try:
            return Record.model_validate_json(line)
        except ValidationError as error:
            raise InputError(f"{self._path}, line {number}: that is no record; mend or remove the line") from error
