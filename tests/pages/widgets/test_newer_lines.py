"""A page that shows the state before the newest lines says so, and has the newer answer when there is one."""

import pytest

from pixeldesk.desk.desk import the_desk
from tests.pages.conftest import PageRunner
from tests.pages.outage_lines import CODE, CUSTOMERS, outage_lines
from tests.pages.reading import text_of

NEWER_LINES = "Newer lines are being judged"
INCIDENT = f"2026-11-16T12:00-{CODE}-production"
OF_THE_WHOLE_STORE = ("customers/page.py", "incidents/page.py", "weekly/page.py")
PAGES = [
    *(({"at": at}, ()) for at in OF_THE_WHOLE_STORE),
    ({"at": "customer/page.py", "id": CUSTOMERS[0]}, ()),
    ({"at": "incident/page.py", "id": INCIDENT}, ()),
    ({}, ("req_Hit00900",)),
]


@pytest.fixture(autouse=True)
def _rests_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixeldesk.desk.refreshed.REST", 1e12)


@pytest.mark.parametrize(("address", "ids"), PAGES)
def test_a_page_of_a_former_answer_says_so(page: PageRunner, address: dict[str, str], ids: tuple[str, ...]) -> None:
    assert NEWER_LINES not in text_of(page(outage_lines(20), *ids, **address))
    assert NEWER_LINES in text_of(page(outage_lines(40), *ids, **address))


@pytest.mark.parametrize("at", OF_THE_WHOLE_STORE)
def test_a_page_has_the_newer_answer_when_there_is_one(page: PageRunner, at: str) -> None:
    page(outage_lines(20), at=at)
    test = page(outage_lines(40), at=at)
    the_desk().incidents()
    the_desk().report(week="2026-W47")
    assert NEWER_LINES not in text_of(test.run())
