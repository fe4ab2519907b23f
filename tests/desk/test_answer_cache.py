"""Answers that take a while: once for all, and anew when lines come or when it failed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.desk.kept import Kept
from pixeldesk.errors import StoreError
from tests.log_lines import request_lines, write_lines

WAIT_S = 10


@pytest.fixture
def kept(desk: Desk) -> Iterator[Kept]:
    kept = Kept(desk.store, most=2)
    yield kept
    kept.close()


def test_work_is_done_once_even_while_it_is_on_its_way(kept: Kept) -> None:
    go, calls = threading.Event(), []

    def work() -> int:
        calls.append(1)
        assert go.wait(WAIT_S)
        return len(calls)

    first, second = kept.of("a", work), kept.of("a", work)
    assert not first.done()
    go.set()
    assert first.result(WAIT_S) == second.result(WAIT_S) == kept.of("a", work).result(WAIT_S) == 1


def test_new_lines_make_it_work_anew(kept: Kept, desk: Desk, tmp_path: Path) -> None:
    assert kept.of("a", lambda: 1).result(WAIT_S) == 1
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", request_lines(1)))])
    assert kept.of("a", lambda: 2).result(WAIT_S) == 2


def test_only_the_last_few_are_kept(kept: Kept) -> None:
    for key in ("a", "b", "a", "c"):
        kept.of(key, lambda: 1).result(WAIT_S)
    assert kept.of("a", lambda: 2).result(WAIT_S) == 1
    assert kept.of("b", lambda: 2).result(WAIT_S) == 2


def test_what_failed_is_told_and_tried_anew(kept: Kept) -> None:
    def fail() -> int:
        raise StoreError("the store is away")

    with pytest.raises(StoreError, match="the store is away"):
        kept.of("a", fail).result(WAIT_S)
    assert kept.of("a", lambda: 1).result(WAIT_S) == 1


def test_a_page_and_the_command_line_get_the_same_answer(desk: Desk, tmp_path: Path) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", request_lines(3)))])
    answer = desk.lookup("req_N0000001")
    assert desk.diagnosing(answer).result(WAIT_S) == desk.diagnosed(answer)
    assert desk.gathering("cus_0184").result(WAIT_S) == desk.customer("cus_0184")
