"""A store of the test's own behind the page, and the page run without a browser."""

from collections.abc import Callable, Iterator, Sequence
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


@pytest.fixture
def page(tmp_path: Path) -> Iterator[PageRunner]:
    """Fill a store with lines and run a page at an address: `page(lines, "req_…", "req_…", show="1")`.

    `at` names another page than the first: `page(lines, at="customer/page.py", id="cus_…")`.
    """

    def run(lines: Sequence[Line], *request_ids: str, at: str | None = None, **query: str) -> AppTest:
        desk = open_the_desk(Settings(db=tmp_path / "pixeldesk.duckdb"))
        if lines:
            desk.ingest([str(write_lines(tmp_path / "api.ndjson", lines))])
        test = AppTest.from_file(str(ROOT / "pixeldesk" / "pages" / "navigation.py"), default_timeout=PATIENCE_S)
        if at:
            test.run()
            test.switch_page(at)
        asked = {"request_id": list(request_ids)} if request_ids else {}
        test.query_params.update({**asked, **query})
        return test.run()

    yield run
    close_the_desk()
