"""Record which alerts were posted, so that none is posted twice, even after a crash.

The journal has JSON lines: an "intent" before an alert is sent, and its outcome afterwards. An intent without an
outcome may have arrived, and counts as posted.
"""

from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ConfigDict, Field, ValidationError

from pixeldesk.errors import InputError
from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.incidents.incident import ChangeKind
from pixeldesk.journal import Journal

Outcome = Literal["intent", "posted", "failed"]
# The file may be of a newer version.
_READ_FROM_FILE = ConfigDict(extra="ignore")


class Alert(FrozenModel):
    """The part of an alert on which later alerts depend. Times are of the logs."""

    model_config = _READ_FROM_FILE

    kind: ChangeKind
    incident: str
    code: str
    environment: str | None
    started_at: Moment
    until: Moment
    growths: int


class Posted(NamedTuple):
    """An alert that was posted, or may have been, and the time of the post."""

    at: Moment
    alert: Alert


class Record(FrozenModel):
    """A line of the journal: the outcome of an alert, or the time at which watching began, without an alert.

    The alert's key in the file is `told`.
    """

    model_config = _READ_FROM_FILE

    at: Moment
    outcome: Outcome | Literal["began"]
    alert: Alert | None = Field(default=None, alias="told")
    reason: str = ""


class AlertJournal:
    """The records in a file. Only the process that holds the post lock may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = Journal(path)

    def records(self) -> list[Record]:
        """Return all records, oldest first. Raises InputError, with the line's number, for a malformed line."""
        try:
            lines = self._journal.lines()
        except OSError as error:
            raise InputError(f"{self._path}: cannot be read ({error.strerror})") from error
        return [self._parsed(line, number) for number, line in enumerate(lines, start=1)]

    def posted(self) -> list[Posted]:
        """Return the alerts that count as posted, oldest first."""
        return [
            Posted(record.at, record.alert)
            for record in self.records()
            if record.alert is not None and record.outcome == "posted"
        ]

    def append(self, record: Record) -> None:
        """Write a record and sync it to disk. Raises InputError if the file cannot be written."""
        try:
            self._journal.append(record.model_dump_json(by_alias=True))
        except OSError as error:
            raise InputError(
                f"{self._path}: cannot be written, so nothing is posted ({error.strerror}); make it writable"
            ) from error

    def _parsed(self, line: bytes, number: int) -> Record:
        try:
            return Record.model_validate_json(line)
        except ValidationError as error:
            raise InputError(f"{self._path}, line {number}: not a record of an alert; remove the line") from error
