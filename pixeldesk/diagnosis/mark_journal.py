"""What support says of diagnoses: right or wrong. Each case's precision comes from these marks, openly shown.

Marks are kept in a journal of JSON lines beside the store: nobody would mark again. Each line is one mark; of several
about the same diagnosis the last one counts.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pixeldesk.diagnosis.diagnose import Diagnosis
from pixeldesk.errors import InputError
from pixeldesk.journal import Journal

Verdict = Literal["right", "wrong", "unmarked"]


class Mark(BaseModel):
    """One person's word on one diagnosis. `diagnosis` is its id; `unmarked` takes an earlier mark back."""

    model_config = ConfigDict(frozen=True)

    diagnosis: str
    case: str
    verdict: Verdict
    at: datetime
    confidence: float
    first_seen: str
    last_seen: str


class Precision(BaseModel):
    """How often a case's marked diagnoses were right. `precision` is None before the first mark."""

    model_config = ConfigDict(frozen=True)

    case: str
    right: int
    wrong: int

    @property
    def precision(self) -> float | None:
        """Right among all that were marked, from 0 to 1."""
        marked = self.right + self.wrong
        return self.right / marked if marked else None


class CaseMemory:
    """The marks in one file. Any thread may ask."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = Journal(path)

    def mark(self, diagnosis: Diagnosis, verdict: Verdict) -> Mark:
        """Write down what somebody says of a diagnosis. It is on the disk when this returns.

        Raises InputError where the file cannot be written.
        """
        made = Mark(
            diagnosis=diagnosis["id"],
            case=diagnosis["case"],
            verdict=verdict,
            at=datetime.now(UTC),
            confidence=diagnosis["confidence"],
            first_seen=diagnosis["first_seen"],
            last_seen=diagnosis["last_seen"],
        )
        try:
            self._journal.append(made.model_dump_json())
        except OSError as error:
            raise InputError(
                f"{self._path}: the mark was not kept ({error.strerror}); free the file and mark again"
            ) from error
        return made

    def marks(self) -> dict[str, Mark]:
        """The mark that counts for each diagnosis that has one, by the diagnosis's id.

        Raises InputError, naming the line, where the file is no file of marks.
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
        """For each of these cases how its marked diagnoses fared, in the same order."""
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
