"""A store of the test's own behind the page, and the page run without a browser."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import close_the_desk, open_the_desk
from pixeldesk.settings import Settings
from tests.conftest import ROOT
from tests.log_lines import Line, write_lines
from tests.patience import PATIENCE_S

PageRunner = Callable[..., AppTest]


def elements(test: AppTest, kind: str) -> list[Any]:
    """The page's elements of a kind for which AppTest has no list of its own."""
    return list(test.get(kind))


def page_at(path: str | None = None) -> AppTest:
    """The dashboard before its first run, at a page such as `customer/page.py`, or at the first one."""
    test = AppTest.from_file(str(ROOT / "pixeldesk" / "pages" / "navigation.py"), default_timeout=PATIENCE_S)
    if path:
        test._page_hash = _page_hash(path)
    return test


@cache
def _page_hash(path: str) -> str:
    """What Streamlit knows a page by. AppTest finds it out after a run only, which would double each test's."""
    test = page_at().run()
    return test.switch_page(path)._page_hash


@pytest.fixture
def page(tmp_path: Path, empty_store: Path) -> Iterator[PageRunner]:
    """Fill a store with lines and run a page at an address: `page(lines, "req_…", "req_…", show="1")`.

    `at` names another page than the first: `page(lines, at="customer/page.py", id="cus_…")`.
    """

    def run(lines: Sequence[Line], *request_ids: str, at: str | None = None, **query: str) -> AppTest:
        settings = Settings(db=tmp_path / "pixeldesk.duckdb")
        if not settings.db.exists():
            shutil.copyfile(empty_store, settings.db)
        desk = open_the_desk(settings)
        if lines:
            desk.ingest([str(write_lines(tmp_path / "api.ndjson", lines))])
        test = page_at(at)
        asked = {"request_id": list(request_ids)} if request_ids else {}
        test.query_params.update({**asked, **query})
        return test.run()

    yield run
    close_the_desk()
