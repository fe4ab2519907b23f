"""Incidents are found once a batch; a page is never kept waiting by new lines."""

import threading
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.incidents import find
from pixeldesk.incidents.board import IncidentBoard
from pixeldesk.incidents.incident import Incident
from pixeldesk.store import Store
from tests.alerts.made_incidents import ended
from tests.log_lines import request_lines, write_lines

_PATIENCE_S = 30


class Finder:
    """In the place of the detector: it can be made to wait, and says how often it was asked."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.asked = threading.Semaphore(0)
        self.found: list[Incident] = []
        self.times = 0

    def __call__(self, _: Store) -> list[Incident]:
        self.times += 1
        self.asked.release()
        assert self.may_go_on.wait(_PATIENCE_S)
        return list(self.found)


@pytest.fixture
def finder(monkeypatch: pytest.MonkeyPatch) -> Finder:
    """Instead of looking through failures."""
    made = Finder()
    monkeypatch.setattr(find, "find_incidents", made)
    return made


def new_lines(desk: Desk, folder: Path, name: str) -> None:
    path = write_lines(folder / f"{name}.ndjson", request_lines(2, message=name))
    desk.ingest([str(path)])


def test_they_are_looked_for_once_a_batch(desk: Desk, finder: Finder, tmp_path: Path) -> None:
    board = IncidentBoard(desk.store)
    assert board.incidents() == board.incidents() == board.known() == []
    assert finder.times == 1
    new_lines(desk, tmp_path, "one")
    finder.found = [ended()]
    assert board.incidents() == finder.found
    assert finder.times == 2


def test_a_page_gets_what_is_known_while_new_lines_are_looked_at(desk: Desk, finder: Finder, tmp_path: Path) -> None:
    board = IncidentBoard(desk.store, clock=lambda: 0.0)
    board.incidents()
    new_lines(desk, tmp_path, "one")
    finder.found = [ended()]
    finder.may_go_on.clear()
    assert finder.asked.acquire(timeout=_PATIENCE_S)
    assert board.known() == []
    assert finder.asked.acquire(timeout=_PATIENCE_S)
    assert board.known() == []
    finder.may_go_on.set()
    assert board.incidents() == finder.found
    assert board.known() == finder.found
    assert finder.times == 2


def test_pages_do_not_make_it_look_all_the_time(desk: Desk, finder: Finder, tmp_path: Path) -> None:
    seconds = iter([0.0, 100.0, 100.0])
    now = 150.0
    board = IncidentBoard(desk.store, clock=lambda: next(seconds, now))
    board.incidents()
    new_lines(desk, tmp_path, "one")
    board.known()
    assert finder.times == 1
    now = 1001.0
    board.known()
    board.incidents()
    assert finder.times == 2


def test_the_first_look_is_waited_for_only_by_who_needs_it(desk: Desk, finder: Finder) -> None:
    board = IncidentBoard(desk.store)
    finder.found = [ended()]
    finder.may_go_on.clear()
    assert board.known() is None
    finder.may_go_on.set()
    assert board.incidents() == finder.found


def test_closing_the_store_ends_a_look_quietly(desk: Desk, finder: Finder) -> None:
    desk.judge_ahead()
    assert finder.asked.acquire(timeout=_PATIENCE_S)
    finder.may_go_on.set()
    desk.close()
