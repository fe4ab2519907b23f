"""The answer cache: work runs once for all callers, and again after new lines or a failure."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pixeldesk.desk.answer_cache import AnswerCache
from pixeldesk.desk.desk import Desk
from pixeldesk.errors import StoreError
from tests.log_lines import request_lines, write_lines
from tests.patience import PATIENCE_S


@pytest.fixture
def cache(desk: Desk) -> Iterator[AnswerCache]:
    cache = AnswerCache(desk.store, most=2)
    yield cache
    cache.close()


def test_callers_share_work_that_is_still_running(cache: AnswerCache) -> None:
    go, calls = threading.Event(), []

    def work() -> int:
        calls.append(1)
        assert go.wait(PATIENCE_S)
        return len(calls)

    first, second = cache.future("a", work), cache.future("a", work)
    assert not first.done()
    go.set()
    assert first.result(PATIENCE_S) == second.result(PATIENCE_S) == cache.future("a", work).result(PATIENCE_S) == 1


def test_new_lines_start_the_work_again(cache: AnswerCache, desk: Desk, tmp_path: Path) -> None:
    assert cache.future("a", lambda: 1).result(PATIENCE_S) == 1
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", request_lines(1)))])
    assert cache.future("a", lambda: 2).result(PATIENCE_S) == 2


def test_only_the_last_few_answers_are_cached(cache: AnswerCache) -> None:
    for key in ("a", "b", "a", "c"):
        cache.future(key, lambda: 1).result(PATIENCE_S)
    assert cache.future("a", lambda: 2).result(PATIENCE_S) == 1
    assert cache.future("b", lambda: 2).result(PATIENCE_S) == 2


def test_failed_work_raises_and_is_started_again(cache: AnswerCache) -> None:
    def fail() -> int:
        raise StoreError("the store is away")

    with pytest.raises(StoreError, match="the store is away"):
        cache.future("a", fail).result(PATIENCE_S)
    assert cache.future("a", lambda: 1).result(PATIENCE_S) == 1


def test_a_page_and_the_command_line_get_the_same_answer(desk: Desk, tmp_path: Path) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", request_lines(3)))])
    answer = desk.lookup("req_N0000001")
    assert desk.diagnosed_in_background(answer).result(PATIENCE_S) == desk.diagnosed(answer)
    assert desk.customer_in_background("cus_0184").result(PATIENCE_S) == desk.customer("cus_0184")
