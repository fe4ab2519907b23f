"""Incidents are searched once a batch, and new lines never keep a page waiting."""

import threading
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.incidents import find
from pixeldesk.incidents.cache import IncidentCache
from pixeldesk.incidents.incident import Incident
from pixeldesk.store import Store
from tests.alerts.made_incidents import ended
from tests.log_lines import request_lines, write_lines
from tests.patience import PATIENCE_S


class Finder:
    """A fake detector that can be made to wait and counts its calls."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.asked = threading.Semaphore(0)
        self.found: list[Incident] = []
        self.times = 0

    def __call__(self, _: Store) -> list[Incident]:
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


def new_lines(desk: Desk, folder: Path, name: str) -> None:
    path = write_lines(folder / f"{name}.ndjson", request_lines(2, message=name))
    desk.ingest([str(path)])


def test_incidents_are_searched_once_a_batch(desk: Desk, finder: Finder, tmp_path: Path) -> None:
    cache = IncidentCache(desk.store)
    assert cache.incidents() == cache.incidents() == cache.known() == []
    assert finder.times == 1
    new_lines(desk, tmp_path, "one")
    finder.found = [ended()]
    assert cache.incidents() == finder.found
    assert finder.times == 2


def test_a_page_gets_the_cached_incidents_while_a_search_runs(desk: Desk, finder: Finder, tmp_path: Path) -> None:
    cache = IncidentCache(desk.store, clock=lambda: 0.0)
    cache.incidents()
    new_lines(desk, tmp_path, "one")
    finder.found = [ended()]
    finder.may_go_on.clear()
    assert finder.asked.acquire(timeout=PATIENCE_S)
    assert cache.known() == []
    assert finder.asked.acquire(timeout=PATIENCE_S)
    assert cache.known() == []
    finder.may_go_on.set()
    assert cache.incidents() == finder.found
    assert cache.known() == finder.found
    assert finder.times == 2


def test_a_search_is_followed_by_a_rest(desk: Desk, finder: Finder, tmp_path: Path) -> None:
    seconds = iter([0.0, 100.0, 100.0])
    now = 150.0
    cache = IncidentCache(desk.store, clock=lambda: next(seconds, now))
    cache.incidents()
    new_lines(desk, tmp_path, "one")
    cache.known()
    assert finder.times == 1
    now = 1001.0
    cache.known()
    cache.incidents()
    assert finder.times == 2


def test_only_incidents_waits_for_the_first_search(desk: Desk, finder: Finder) -> None:
    cache = IncidentCache(desk.store)
    finder.found = [ended()]
    finder.may_go_on.clear()
    assert cache.known() is None
    finder.may_go_on.set()
    assert cache.incidents() == finder.found


def test_closing_the_store_ends_a_search_quietly(desk: Desk, finder: Finder) -> None:
    desk.warm_caches()
    assert finder.asked.acquire(timeout=PATIENCE_S)
    finder.may_go_on.set()
    desk.close()
