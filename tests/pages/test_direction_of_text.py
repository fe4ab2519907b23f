"""No character of a log turns the facts beside it: they are escaped in each element of each page."""

import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import the_desk
from tests.alerts.made_incidents import incident
from tests.conftest import ROOT
from tests.log_lines import event_line, moment
from tests.pages.conftest import PageRunner
from tests.pages.test_hostile_text import hostile_customer, hostile_line

PAGES = ROOT / "pixeldesk" / "pages"
TURNED = "xyzzy\N{RIGHT-TO-LEFT OVERRIDE}0.5\N{RIGHT-TO-LEFT ISOLATE}"
# As they are, and in JSON, where an escaped one has two backslashes.
_BARE = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_IN_JSON = re.compile(r"(?<!\\)(\\\\)*\\u(061c|200[ef]|202[a-e]|206[6-9])")
_JSON = {"json", "plotly_chart", "bidi_component"}


def turning(test: AppTest) -> list[Any]:
    """Return the elements of a page in which a character turns the direction of text."""
    assert not test.exception
    found = []
    for element in test.main:
        if element.proto is None:
            continue
        content = element.proto.SerializeToString().decode("utf-8", "replace")
        # The text that a button copies is the id itself.
        if element.type == "bidi_component":
            content = re.sub(r'"(id|text)": ?"[^"]*"', "", content)
        if _BARE.search(content) or (element.type in _JSON and _IN_JSON.search(content)):
            found.append((element.type, str(element.proto)[:600]))
    return found


def test_pages_show_text_by_functions_that_escape_it() -> None:
    bare = re.compile(r"\bst\.(text|code|json|dataframe|table)\(|from html import escape")
    sources = {file.relative_to(PAGES).as_posix(): file.read_text() for file in PAGES.rglob("*.py")}
    assert [name for name, source in sources.items() if bare.search(source)] == ["widgets/safe_text.py"]


def test_no_page_is_turned(page: PageRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: dict[str, Any] = dict.fromkeys(("code", "environment"), TURNED)
    texts |= dict.fromkeys(("hosts", "routes", "failing_before", "differs", "examples"), (TURNED,))
    monkeypatch.setattr("pixeldesk.incidents.find.find_incidents", lambda _: [incident(id="in_1", **texts)])
    line = hostile_line(TURNED)
    lines = [line, hostile_line(TURNED, request_id="req_next", timestamp=moment(5)), f"no JSON {TURNED}"]
    lines.append(event_line(request_id=line["request_id"], message=TURNED))
    lines += hostile_customer(TURNED, 1)
    page([])
    the_desk().ingest_upload(f"{TURNED}.log", f"no JSON {TURNED}\n".encode() * 3)
    test = page(lines, line["request_id"])
    wrong = {"card": turning(test)}
    for button in [button for button in test.button if button.label.startswith("Raw record")]:
        wrong["raw"] = turning(button.click().run())
    wrong["not found"] = turning(page([], f"req_{TURNED}"))
    for at in ("customers", "live_errors", "incidents", "weekly", "sources"):
        wrong[at] = turning(page([], at=f"{at}/page.py"))
    wrong["customer"] = turning(page([], at="customer/page.py", id=TURNED))
    wrong["incident"] = turning(page([], at="incident/page.py", id="in_1"))
    diagnoses = the_desk().diagnosis_snapshot().answer
    assert [diagnosis.customer_id for diagnosis in diagnoses] == [TURNED]
    wrong["diagnosis"] = turning(page([], at="customer/page.py", diagnosis=diagnoses[0].id))
    assert {name: found for name, found in wrong.items() if found} == {}
