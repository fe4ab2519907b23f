"""Answers are computed once for all, refreshed in the background after new lines, and rest in between."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.desk.refreshed import REST, Refreshed, RefreshedAnswers, Snapshot
from pixeldesk.errors import StoreError
from pixeldesk.incidents import find
from pixeldesk.incidents.incident import Incident
from tests.alerts.made_incidents import ended
from tests.log_lines import failed_line, moment, request_lines, write_lines
from tests.patience import PATIENCE_S, wait_until

A_SECOND = 1.0


class World:
    """A store of lines, a clock, and an answer that takes seconds of that clock and counts the lines."""

    def __init__(self) -> None:
        self.batch: int | None = None
        self.now = 0.0
        self.takes = A_SECOND
        self.finds = 0
        self.error: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.begun = threading.Semaphore(0)

    def find(self) -> str:
        self.finds += 1
        found = f"batch {self.batch}"
        self.begun.release()
        assert self.may_go_on.wait(PATIENCE_S)
        self.now += self.takes
        if self.error:
            raise self.error
        return found

    def new_lines(self) -> None:
        self.batch = (self.batch or 0) + 1

    def last_batch(self) -> int | None:
        return self.batch

    def clock(self) -> float:
        return self.now


class AtOnce(Executor):
    """Does its work where it is submitted."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given, **named))
        except Exception as error:
            done.set_exception(error)
        return done


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def refreshed(world: World, executor: Executor) -> Refreshed[str]:
    return Refreshed(world.find, world.last_batch, executor, world.clock)


# --- one answer ---------------------------------------------------------------------------------------------


def test_an_answer_is_computed_once_until_lines_arrive(world: World) -> None:
    answer = refreshed(world, AtOnce())
    assert answer.exact() == answer.exact() == "batch None"
    assert answer.shown() == answer.known() == Snapshot("batch None", None)
    assert world.finds == 1
    world.new_lines()
    assert answer.exact() == "batch 1"
    assert answer.shown() == Snapshot("batch 1", 1)
    assert world.finds == 2


def test_many_who_come_at_once_wait_for_one_computation(world: World, threads: Executor) -> None:
    answer = refreshed(world, threads)
    world.may_go_on.clear()
    pending = [answer.future() for _ in range(6)]
    assert world.begun.acquire(timeout=PATIENCE_S)
    pending.append(answer.future())
    assert not any(each.done() for each in pending)
    world.may_go_on.set()
    assert [each.result(PATIENCE_S) for each in pending] == [Snapshot("batch None", None)] * 7
    assert world.finds == 1


def test_while_a_refresh_runs_callers_get_the_former_answer(world: World, threads: Executor) -> None:
    answer = refreshed(world, threads)
    answer.exact()
    world.new_lines()
    world.now += REST * A_SECOND
    world.may_go_on.clear()
    former = Snapshot("batch None", None, is_current=False)
    assert answer.shown() == answer.known() == answer.future().result(timeout=0) == former
    world.may_go_on.set()
    assert answer.exact() == "batch 1"
    assert answer.shown() == Snapshot("batch 1", 1)
    assert world.finds == 2


def test_a_refresh_is_followed_by_a_rest(world: World) -> None:
    answer = refreshed(world, AtOnce())
    world.takes = 100.0
    answer.exact()
    world.new_lines()
    world.now += 899
    assert answer.shown() == Snapshot("batch None", None, is_current=False)
    assert world.finds == 1
    world.now += 1
    answer.shown()
    assert answer.shown() == Snapshot("batch 1", 1)
    assert world.finds == 2


def test_refreshes_take_a_tenth_of_the_time_at_most(world: World) -> None:
    answer = refreshed(world, AtOnce())
    world.takes = 29.0
    while world.now < 10_000:
        world.new_lines()
        world.now += 1
        answer.shown()
    # The rest of the last one is still to come.
    assert 0.09 * world.now < 29.0 * world.finds <= 0.1 * world.now + 29.0


def test_a_short_refresh_is_waited_for(world: World) -> None:
    answer = refreshed(world, AtOnce())
    world.takes = 0.1
    answer.exact()
    world.new_lines()
    world.now += REST
    assert answer.shown() == Snapshot("batch 1", 1)


def test_an_exact_answer_does_not_rest(world: World) -> None:
    answer = refreshed(world, AtOnce())
    for batch in range(1, 4):
        world.new_lines()
        assert answer.exact() == f"batch {batch}"


def test_the_first_answer_is_not_known_until_it_is_computed(world: World, threads: Executor) -> None:
    answer = refreshed(world, threads)
    world.may_go_on.clear()
    assert answer.known() is None
    world.may_go_on.set()
    assert answer.shown() == Snapshot("batch None", None)


def test_lines_that_arrive_during_a_refresh_are_newer(world: World, threads: Executor) -> None:
    answer = refreshed(world, threads)
    world.may_go_on.clear()
    pending = answer.future()
    assert world.begun.acquire(timeout=PATIENCE_S)
    world.new_lines()
    world.may_go_on.set()
    pending.result(PATIENCE_S)
    assert answer.shown() == Snapshot("batch None", None, is_current=False)
    assert answer.exact() == "batch 1"


def test_an_error_is_raised_to_those_who_wait_and_the_next_caller_tries_again(world: World, threads: Executor) -> None:
    answer = refreshed(world, threads)
    world.error = StoreError("the store is away")
    for wait_for in (answer.exact, answer.shown, answer.future().result):
        with pytest.raises(StoreError, match="the store is away"):
            wait_for()
    assert answer.known() is None
    world.error = None
    assert answer.shown() == Snapshot("batch None", None)


def test_after_an_error_pages_get_the_former_answer_and_the_rest_comes_first(world: World) -> None:
    answer = refreshed(world, AtOnce())
    answer.exact()
    world.new_lines()
    world.now += REST * A_SECOND
    world.error = StoreError("the disk is full")
    former = Snapshot("batch None", None, is_current=False)
    assert answer.shown() == former
    world.error = None
    assert answer.shown() == former
    assert world.finds == 2
    world.now += REST * A_SECOND
    answer.shown()
    assert answer.shown() == Snapshot("batch 1", 1)


def test_a_defect_is_logged_since_nobody_may_wait_for_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    answer = refreshed(world, AtOnce())
    for error in (StoreError("the store is away"), ZeroDivisionError("a defect")):
        world.error = error
        answer.refresh()
    assert [(record.levelno, record.exc_info and record.exc_info[1]) for record in caplog.records] == [
        (logging.ERROR, world.error)
    ]


# --- answers by key -----------------------------------------------------------------------------------------


@pytest.fixture
def answers(world: World) -> Iterator[RefreshedAnswers]:
    answers = RefreshedAnswers(world.last_batch, most=2, clock=world.clock)
    yield answers
    answers.close()


def shown(answers: RefreshedAnswers, key: str, answer: int) -> int:
    """Return what is shown for a key, for which this answer would be found now."""
    return answers.future(key, lambda: answer).result(PATIENCE_S).answer


def test_only_the_last_few_answers_are_cached(answers: RefreshedAnswers) -> None:
    for key in ("a", "b", "a", "c"):
        shown(answers, key, 1)
    assert shown(answers, "a", 2) == 1
    assert shown(answers, "b", 2) == 2


def test_the_answers_of_all_keys_survive_new_lines(world: World, answers: RefreshedAnswers) -> None:
    for key in ("a", "b"):
        assert answers.future(key, world.find).result(PATIENCE_S) == Snapshot("batch None", None)
    world.new_lines()
    for key in ("a", "b"):
        assert answers.future(key, world.find).result(timeout=0) == Snapshot("batch None", None, is_current=False)
    assert world.finds == 2


def test_a_refresh_finds_what_the_newest_caller_asked_for(world: World, answers: RefreshedAnswers) -> None:
    assert shown(answers, "a", 1) == 1
    world.new_lines()
    assert answers.future("a", lambda: 2).exception(PATIENCE_S) is None
    answers.close()
    assert shown(answers, "a", 3) == 2


def test_closing_waits_for_the_refreshes(world: World) -> None:
    answers, order = RefreshedAnswers(world.last_batch), []

    def work() -> None:
        world.find()
        order.append("found")

    def close() -> None:
        answers.close()
        order.append("closed")

    world.may_go_on.clear()
    answers.future("a", work)
    assert world.begun.acquire(timeout=PATIENCE_S)
    closing = threading.Thread(target=close)
    closing.start()
    world.may_go_on.set()
    closing.join(PATIENCE_S)
    assert order == ["found", "closed"]


# --- the desk's -----------------------------------------------------------------------------------------------


class Finder:
    """A fake detector that can be made to wait and counts its calls."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.asked = threading.Semaphore(0)
        self.found: list[Incident] = []
        self.times = 0

    def __call__(self, _: object) -> list[Incident]:
        self.times += 1
        self.asked.release()
        assert self.may_go_on.wait(PATIENCE_S)
        return list(self.found)


@pytest.fixture
def finder(monkeypatch: pytest.MonkeyPatch) -> Finder:
    """Replace the detector."""
    fake = Finder()
    monkeypatch.setattr(find, "find_incidents", fake)
    return fake


@pytest.fixture
def rests_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no answer of the desk be refreshed for its pages."""
    monkeypatch.setattr("pixeldesk.desk.refreshed.REST", 1e12)


def new_lines(desk: Desk, folder: Path, name: str) -> None:
    desk.ingest([str(write_lines(folder / f"{name}.ndjson", request_lines(2, message=name)))])


@pytest.mark.usefixtures("rests_for_ever")
def test_the_command_line_gets_exact_answers_however_often_lines_arrive(
    desk: Desk, finder: Finder, tmp_path: Path
) -> None:
    assert desk.incidents() == desk.incidents() == []
    assert finder.times == 1
    for name in ("one", "two"):
        finder.found = [ended(id=name)]
        new_lines(desk, tmp_path, name)
        assert desk.incidents() == finder.found
        assert desk.incident_snapshot().answer == finder.found
        finder.found = [ended(id=f"{name} again")]
        new_lines(desk, tmp_path, f"{name} again")
        assert desk.incident_snapshot().answer != finder.found
        assert list(desk.report(week="2026-W47").incidents) == finder.found
    assert finder.times == 5


def test_a_page_waits_for_the_first_search_only_if_it_has_to(desk: Desk, finder: Finder) -> None:
    finder.found = [ended()]
    finder.may_go_on.clear()
    assert desk.known_incidents() is None
    finder.may_go_on.set()
    assert desk.incident_snapshot().answer == finder.found == desk.known_incidents()


def test_closing_the_desk_ends_the_refreshes_quietly(desk: Desk, finder: Finder) -> None:
    desk.warm_caches()
    assert finder.asked.acquire(timeout=PATIENCE_S)
    finder.may_go_on.set()
    desk.close()
    with pytest.raises(StoreError, match="is being closed"):
        desk.diagnosis_snapshot()


def test_a_page_and_the_command_line_get_the_same_answer(desk: Desk, tmp_path: Path) -> None:
    new_lines(desk, tmp_path, "a")
    answer = desk.lookup("req_N0000001")
    assert desk.diagnosed_in_background(answer).result(PATIENCE_S).answer == desk.diagnosed(answer)
    assert desk.customer_in_background("cus_0184").result(PATIENCE_S).answer == desk.customer("cus_0184")
    assert desk.diagnosis_snapshot().answer == desk.diagnose()


@pytest.mark.usefixtures("rests_for_ever")
def test_what_is_found_for_the_first_time_is_never_hidden_by_a_former_answer(desk: Desk, tmp_path: Path) -> None:
    before = desk.lookup("req_N0000001")
    assert desk.diagnosed_in_background(before).result(PATIENCE_S).answer.found == ()
    new_lines(desk, tmp_path, "a")
    after = desk.lookup("req_N0000001")
    assert desk.diagnosed_in_background(after).result(PATIENCE_S).answer == desk.diagnosed(after)


@pytest.mark.usefixtures("rests_for_ever")
def test_a_diagnosis_that_was_just_printed_can_be_marked(desk: Desk, tmp_path: Path) -> None:
    assert desk.diagnosis_snapshot().answer == []
    lines = [failed_line("invalid_pipe", 400, timestamp=moment(600 * n), request_id=f"req_P{n:07}") for n in range(20)]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    (diagnosis,) = desk.diagnose()
    assert desk.mark(diagnosis.id, "right").case == diagnosis.case


def test_a_restored_backup_is_not_taken_for_the_store_that_it_replaced(desk: Desk, tmp_path: Path) -> None:
    def lines_of(customer: str) -> str:
        lines = [
            failed_line(
                "invalid_pipe", 400, request_id=f"req_{customer}{n}", timestamp=moment(600 * n), customer_id=customer
            )
            for n in range(10)
        ]
        return str(write_lines(tmp_path / f"{customer}.log", lines))

    desk.ingest([str(write_lines(tmp_path / "app.log", request_lines(3)))])
    made = desk.backup(tmp_path / "backup.duckdb")
    desk.ingest([lines_of("cus_before")])
    assert [each.customer_id for each in desk.diagnosis_snapshot().answer] == ["cus_before"]
    desk.restore(made.path)
    # The store gives the same id to this batch.
    desk.ingest([lines_of("cus_after")])
    wait_until(lambda: desk.diagnosis_snapshot().is_current, "the diagnoses are current")
    assert [each.customer_id for each in desk.diagnosis_snapshot().answer] == ["cus_after"]
