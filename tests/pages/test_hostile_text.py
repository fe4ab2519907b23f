"""Check that hostile log text reaches no element that reads Markdown, except inside an inert code span."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import the_desk
from pixeldesk.pages.widgets.safe_text import code_label
from tests.log_lines import event_line, moment, request_line
from tests.pages.conftest import PageRunner, elements
from tests.pages.failing_lines import scopeless_lines

# Every hostile value contains this word, so that it can be found wherever it is shown.
MARK = "xyzzy"
ATTACKS = [
    f"![{MARK}](http://evil.example/{MARK}.png)",
    f"<img src=x onerror=alert('{MARK}')>",
    f":red[{MARK}] :material/{MARK}:",
    f"[{MARK}](javascript:alert(1))",
    f"https://evil.example/{MARK}",
    f"$\\frac{{{MARK}}}{{2}}$",
    f"`` {MARK} ![](http://evil.example/{MARK}.png) ``",
]
# A selectbox's options are text too: tests/browser/test_customers.py checks them in a browser.
SHOWN_UNCHANGED = {"text", "code", "json", "dataframe", "bidi_component", "selectbox"}
CODE_SPAN = re.compile(r"`` [^`]* ``")


def hostile_line(attack: str, **fields: Any) -> dict[str, Any]:
    """Return a request line with the attack in every text that a card shows."""
    return request_line(
        **{
            "status": 418,
            "request_id": attack.replace(" ", "_"),
            **dict.fromkeys(
                (
                    "environment",
                    "host",
                    "region",
                    "release",
                    "method",
                    "route",
                    "path",
                    "customer_id",
                    "website_id",
                ),
                attack,
            ),
            "api_key": {
                "id": attack,
                "prefix": attack[:12],
                "length": 40,
                "fingerprint": MARK,
                "scopes": [attack],
            },
            "client": {"ip": attack, "user_agent": attack},
            "upstream": {"service": attack, "status": 500, "message": attack},
            "error": {"code": attack, "message": attack, "details": {attack: attack}},
            **fields,
        }
    )


def assert_inert(test: AppTest) -> None:
    assert not test.exception
    elements = list(test.main)
    assert any(MARK in str(element.proto) for element in elements if element.type in SHOWN_UNCHANGED)
    for element in elements:
        if element.type == "page_link":
            assert MARK not in CODE_SPAN.sub("", element.proto.label)
            assert re.fullmatch(r"(\w+=[\w%.+~-]+(&|$))*", element.proto.query_string)
        elif element.type == "plotly_chart":
            assert_chart_is_inert(json.loads(element.proto.spec))
        elif element.type not in SHOWN_UNCHANGED:
            assert MARK not in CODE_SPAN.sub("", str(element.proto)), (element.type, element.proto)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_record_is_shown_as_text(page: PageRunner, attack: str) -> None:
    line = hostile_line(attack)
    lines = [line, hostile_line(attack, request_id=f"req_Next{MARK}", timestamp=moment(5))]
    lines.append(event_line(request_id=line["request_id"], message=attack))
    test = page(lines, line["request_id"])
    assert_inert(test)
    (raw,) = [button for button in test.button if button.label.startswith("Raw record")]
    raw.click().run()
    assert_inert(test)
    assert MARK in json.dumps([element.value for element in elements(test, "json")])


def assert_chart_is_inert(value: Any) -> None:
    """Check that no text of a chart holds an HTML tag of a log: Plotly renders tags."""
    if isinstance(value, str) and MARK in value:
        assert "<" not in value.replace("<br>", "").replace("<extra></extra>", "")
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            assert_chart_is_inert(part)


def hostile_customer(attack: str, number: int) -> list[dict[str, Any]]:
    """Return requests of a customer with a lasting mistake and the attack in every text, the first with an odd code."""
    hostile = hostile_line(attack, timestamp=moment(7 + number))
    fields = {name: hostile[name] for name in ("environment", "host", "path", "website_id", "customer_id", "client")}
    key = {**hostile["api_key"], "scopes": [], "fingerprint": f"{number:016x}"}
    return [hostile, *scopeless_lines(stem=attack.replace(" ", "_"), count=8, **fields, api_key=key)]


def test_hostile_customers_are_shown_as_text(page: PageRunner) -> None:
    attacks = [*ATTACKS, f"=cmd|'/C {MARK}'!A0", f"<a href='http://evil.example'>{MARK}</a>"]
    lines = [hostile_customer(attack, number) for number, attack in enumerate(attacks)]
    assert_inert(page([line for customer in lines for line in customer], at="customers/page.py"))
    diagnoses = the_desk().diagnosis_snapshot().answer
    assert {diagnosis.customer_id for diagnosis in diagnoses} == set(attacks)
    test = page([], at="customer/page.py")
    for attack in attacks:
        test.query_params["id"] = attack
        assert_inert(test.run())
    assert_inert(page([], lines[0][1]["request_id"]))
    assert_inert(page([], at="customer/page.py", diagnosis=diagnoses[0].id))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_shared_id_is_an_inert_choice(page: PageRunner, attack: str) -> None:
    line = hostile_line(attack)
    assert_inert(page([line, {**line, "timestamp": moment(1)}], line["request_id"]))


@pytest.mark.parametrize("tail", ["<b>", "*x*", "`x`", "$x$", ":x:", "_x_", "[x]"])
def test_a_hostile_id_among_the_nearest_is_an_inert_button(page: PageRunner, tail: str) -> None:
    test = page([request_line(request_id=f"req_{MARK}{tail}")], f"req_{MARK}12")
    (nearest,) = [button for button in test.button if MARK in button.label]
    assert CODE_SPAN.fullmatch(nearest.label)
    assert_inert(test)


@given(st.text())
def test_a_label_is_one_closed_code_span_whatever_the_text(text: str) -> None:
    label = code_label(text)
    assert CODE_SPAN.fullmatch(label)
    assert "\n" not in label
    assert len(label) <= 66
