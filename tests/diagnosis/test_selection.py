"""Diagnoses are selected by case, status, environment and time."""

from datetime import datetime
from typing import Any

import pytest

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.diagnosis.selection import filtered
from tests.diagnosis.a_diagnosis import a_diagnosis


def diagnosis(case: str, status: str, environment: str, first: int, last: int) -> Diagnosis:
    """A diagnosis from a day of November to another, at midnight."""
    seen = {"first_seen": datetime(2026, 11, first), "last_seen": datetime(2026, 11, last)}
    return a_diagnosis(case=case, status=status, environment=environment, **seen)


A = diagnosis("cached_jwt", "active", "production", 10, 12)
B = diagnosis("unknown_pipe", "recovered", "production", 14, 16)
C = diagnosis("cached_jwt", "recovered", "development", 11, 20)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [A, B, C]),
        ({"cases": ["cached_jwt"]}, [A, C]),
        ({"cases": ["cached_jwt", "unknown_pipe"], "status": "recovered"}, [B, C]),
        ({"environment": "development"}, [C]),
        ({"start": datetime(2026, 11, 13)}, [B, C]),
        ({"start": datetime(2026, 11, 12)}, [A, B, C]),
        ({"end": datetime(2026, 11, 14)}, [A, C]),
        ({"start": datetime(2026, 11, 17), "status": "active"}, []),
    ],
)
def test_filtering(asked: dict[str, Any], found: list[Diagnosis]) -> None:
    assert filtered([A, B, C], **asked) == found
