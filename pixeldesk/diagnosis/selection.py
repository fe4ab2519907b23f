"""Select diagnoses by case, status, environment and time."""

from collections.abc import Sequence
from datetime import datetime

from pixeldesk.diagnosis.diagnosis import Diagnosis, Status


def filtered(
    diagnoses: Sequence[Diagnosis],
    *,
    cases: Sequence[str] = (),
    status: Status | None = None,
    environment: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[Diagnosis]:
    """Return the diagnoses of these cases, this status and this environment with failures in a range of time.

    The range is half open, in UTC without a zone. An empty or None argument filters nothing.
    """
    return [
        diagnosis
        for diagnosis in diagnoses
        if (not cases or diagnosis.case in cases)
        and status in (None, diagnosis.status)
        and environment in (None, diagnosis.environment)
        and (start is None or diagnosis.last_seen >= start)
        and (end is None or diagnosis.first_seen < end)
    ]
