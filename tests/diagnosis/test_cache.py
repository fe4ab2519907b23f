"""The cached diagnoses: computed once, refreshed when lines arrive, and never waited for twice."""

import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis.cache import DiagnosisCache, filtered
from pixeldesk.diagnosis.diagnose import diagnose
from pixeldesk.diagnosis.diagnosis import Diagnosis
from tests.diagnosis.a_diagnosis import a_diagnosis
from tests.log_lines import failed_line, moment, write_lines


def failing(first: int, count: int) -> list[dict[str, Any]]:
    """A pipe that does not exist, asked for every ten minutes."""
    return [
        failed_line("invalid_pipe", 400, timestamp=moment(600 * n), request_id=f"req_P{n:07}")
        for n in range(first, first + count)
    ]


@pytest.fixture
def diagnose_calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time the store is diagnosed."""
    times: list[int] = []
    real = diagnose

    def counting(store: Any) -> Any:
        times.append(1)
        return real(store)

    monkeypatch.setattr("pixeldesk.diagnosis.cache.diagnose", counting)
    return times


def test_a_store_is_diagnosed_once_until_lines_arrive(desk: Desk, tmp_path: Path, diagnose_calls: list[int]) -> None:
    cache = DiagnosisCache(desk.store)
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", failing(0, 20)))])
    first = cache.snapshot()
    assert cache.snapshot() is first
    assert len(diagnose_calls) == 1 and first.is_current
    assert [one.failing_requests for one in first.diagnoses] == [20]

    desk.ingest([str(write_lines(tmp_path / "b.ndjson", failing(20, 20)))])
    older = cache.snapshot()
    assert not older.is_current
    assert [one.failing_requests for one in older.diagnoses] == [20]
    cache.refresh()
    newer = cache.snapshot()
    assert newer.is_current
    assert [one.failing_requests for one in newer.diagnoses] == [40]
    assert len(diagnose_calls) == 2


def test_many_who_come_at_once_wait_for_one_refresh(desk: Desk, tmp_path: Path, diagnose_calls: list[int]) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", failing(0, 20)))])
    cache = DiagnosisCache(desk.store)
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(cache.snapshot())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(diagnose_calls) == 1
    assert all(answer.diagnoses == answers[0].diagnoses for answer in answers) and len(answers) == 6


def test_an_empty_store_has_an_empty_snapshot(desk: Desk) -> None:
    snapshot = DiagnosisCache(desk.store).snapshot()
    assert list(snapshot.diagnoses) == [] and snapshot.committed_at is None


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
