"""Record whether support found a diagnosis right or wrong. Each case's precision comes from these marks.

Marks are lines of JSON in a journal beside the store, because they cannot be derived from the logs again. If several
marks are about the same diagnosis, the last one counts.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, ValidationError

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.errors import InputError
from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.journal import Journal

Verdict = Literal["right", "wrong", "unmarked"]


class Mark(FrozenModel):
    """A verdict on one diagnosis, as a line of the journal. Fields of a newer version are ignored."""

    model_config = ConfigDict(extra="ignore")

    diagnosis: str
    """The id of the diagnosis."""
    case: str
    verdict: Verdict
    """`unmarked` withdraws an earlier mark."""
    at: Moment
    """When it was marked."""
    confidence: float
    """The confidence, first and last failure that the diagnosis had then."""
    first_seen: Moment
    last_seen: Moment


class Precision(FrozenModel):
    """The marks of a case's diagnoses, counted. `precision` is None before the first mark."""

    case: str
    right: int
    wrong: int

    @property
    def precision(self) -> float | None:
        """Share of the marked diagnoses that were right, from 0 to 1."""
        marked = self.right + self.wrong
        return self.right / marked if marked else None


class MarkJournal:
    """The marks in one file. Any thread may call any method."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = Journal(path)

    def mark(self, diagnosis: Diagnosis, verdict: Verdict) -> Mark:
        """Append a mark; it is synced to disk when this returns. Raises InputError if the file cannot be written."""
        made = Mark(
            diagnosis=diagnosis.id,
            case=diagnosis.case,
            verdict=verdict,
            at=datetime.now(UTC).replace(tzinfo=None),
            confidence=diagnosis.confidence,
            first_seen=diagnosis.first_seen,
            last_seen=diagnosis.last_seen,
        )
        try:
            self._journal.append(made.model_dump_json())
        except OSError as error:
            raise InputError(
                f"{self._path}: the mark was not kept ({error.strerror}); free the file and mark again"
            ) from error
        return made

    def marks(self) -> dict[str, Mark]:
        """Return the last mark of each marked diagnosis, by the diagnosis's id.

        Raises InputError, with the line number, for a line that is not a mark.
        """
        try:
            lines = self._journal.lines()
        except OSError as error:
            raise InputError(f"{self._path}: the marks cannot be read ({error})") from error
        latest: dict[str, Mark] = {}
        for number, line in enumerate(lines, start=1):
            mark = self._parsed(line, number)
            latest[mark.diagnosis] = mark
        return {name: mark for name, mark in latest.items() if mark.verdict != "unmarked"}

    def precision(self, cases: Sequence[str]) -> list[Precision]:
        """Return the precision of each of these cases, in the same order."""
        marks = list(self.marks().values())
        return [
            Precision(
                case=case,
                right=sum(mark.case == case and mark.verdict == "right" for mark in marks),
                wrong=sum(mark.case == case and mark.verdict == "wrong" for mark in marks),
            )
            for case in cases
        ]

    def _parsed(self, line: bytes, number: int) -> Mark:
        try:
            return Mark.model_validate_json(line)
        except ValidationError as error:
            raise InputError(f"{self._path}, line {number}: that is no mark; mend or remove the line") from error
