"""The weekly review, run without a browser: its filters, its figures, and what it says of partial weeks."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import the_desk
from pixeldesk.weekly.week import Week
from tests.pages.conftest import PageRunner, elements
from tests.pages.failing_lines import SCOPELESS, scopeless_lines
from tests.pages.reading import says_how_to_fill_the_store
from tests.weekly.weekly_lines import bad, good, whole_week

PAGE = "weekly/page.py"
HOSTILE = "<img src=x onerror=alert(1)>"
LINES = [
    *whole_week(-1, failing=5),
    *whole_week(0, failing=9),
    *(bad(0, hour + 0.3, "tinybird_error", 503, customer_id=f"cus_{hour:04}") for hour in range(3)),
    *(good(0, hour + 0.6, environment="preview") for hour in range(4)),
    bad(0, 7.7, HOSTILE, 400, environment="preview", customer_id=HOSTILE, route=HOSTILE),
    *(bad(0, 2 * number + 0.2, "invalid_pipe") for number in range(80)),
    *scopeless_lines(),
]


def metrics(test: AppTest) -> dict[str, tuple[str, str]]:
    assert not test.exception
    return {metric.label: (metric.value, metric.delta) for metric in test.metric}


def tables(test: AppTest) -> dict[str, pd.DataFrame]:
    """Return each table by its name for screen readers, which is its title."""
    return {element.proto.alt: element.value for element in test.dataframe}


def captions(test: AppTest) -> str:
    return "\n".join(element.value for element in test.caption)


def test_the_figures_are_those_of_the_report(page: PageRunner) -> None:
    test = page(LINES, at=PAGE)
    review = the_desk().report().as_json()
    shown = tables(test)
    assert shown["By error code, of all requests"]["Error code"].tolist() == [rate["name"] for rate in review["codes"]]
    for title, name in (("By error code, of all requests", "codes"), ("By route", "routes")):
        for column, field in (("Requests", "requests"), ("Errors", "errors"), ("Rate", "rate")):
            assert shown[title][column].tolist() == [rate[field] for rate in review[name]]
        before = [rate["from_week_before"] for rate in review[name]]
        assert shown[title]["Change"].dropna().tolist() == [change["points"] for change in before if change]
        marked = [bool(change and change["is_more_than_noise"]) for change in before]
        assert [bool(mark) for mark in shown[title]["Change: more than noise"]] == marked
        assert {*marked} == {True, False}
    assert shown["Week by week"]["Requests"].tolist() == [week["requests"] for week in review["weeks"]]
    share = f"{100 * review['overall']['rate']:.2f}%"
    assert metrics(test)["Requests that failed"] == (
        share,
        f"{review['overall']['from_week_before']['points']:+.2f} points",
    )
    assert metrics(test)["Customers newly failing"][0] == str(len(review["new_customers"]))
    (new,) = [frame for title, frame in shown.items() if title.startswith("Customers newly failing")]
    assert new["Customer"].tolist() == [customer["customer_id"] for customer in review["new_customers"]]
    assert shown["Customers by known mistake"]["Mistake"].tolist() == [case["title"] for case in review["cases"]]
    assert SCOPELESS in shown["Customers by known mistake"]["Who"].tolist()


def test_the_week_and_the_environment_are_in_the_address(page: PageRunner) -> None:
    test = page(LINES, at=PAGE, week="2026-W46")
    assert test.selectbox(key="weekly_week").value == Week(2026, 46)
    assert metrics(test)["Requests that failed"][1] == ""
    test.selectbox(key="weekly_week").set_value(Week(2026, 47)).run()
    assert test.query_params == {"week": "2026-W47"}
    test.selectbox(key="weekly_environment").set_value("preview").run()
    assert test.query_params == {"week": "2026-W47", "environment": "preview"}
    assert metrics(test)["Requests that failed"][0] == "20.00%"
    assert test.selectbox(key="weekly_week").options == [
        "2026-W47: 16 Nov to 22 Nov 2026",
        "2026-W46: 9 Nov to 15 Nov 2026",
    ]


@pytest.mark.parametrize("week", ["2026-W99", "1999-W01"])
def test_invalid_parameters_are_ignored(page: PageRunner, week: str) -> None:
    test = page(LINES, at=PAGE, week=week, environment="moon")
    assert test.selectbox(key="weekly_week").value == Week(2026, 47)
    assert test.selectbox(key="weekly_environment").value is None
    assert metrics(test)["Requests that failed"][0] != "none logged"


def test_an_address_without_a_week_is_given_the_one_it_shows(page: PageRunner) -> None:
    test = page(LINES, at=PAGE)
    pinned = [
        json.loads(element.proto.mixed.json or element.proto.json) for element in elements(test, "bidi_component")
    ]
    assert {"params": {"week": "2026-W47"}} in pinned


def test_a_partial_week_says_so(page: PageRunner) -> None:
    test = page([*(good(0, hour) for hour in range(30)), bad(0, 30)], at=PAGE)
    assert "31 of its 168 hours" in captions(test)
    assert test.selectbox(key="weekly_week").options == ["2026-W47: 16 Nov to 22 Nov 2026, partial"]
    assert "Tue 17 Nov 2026 (7 of 24 hours)" in captions(test)
    assert metrics(test)["Customers newly failing"][0] == "not known"


def test_an_empty_store_says_how_to_fill_it(page: PageRunner) -> None:
    test = page([], at=PAGE)
    assert says_how_to_fill_the_store(test)


def test_charts_are_inert_and_named_and_figures_defined_and_files_offered(page: PageRunner) -> None:
    test = page(LINES, at=PAGE)
    charts = [json.loads(element.proto.spec) for element in elements(test, "plotly_chart")]
    assert len(charts) == 3
    assert "&lt;img src=x" in json.dumps(charts[1:])
    assert "<img" not in json.dumps(charts)
    assert all(element.proto.alt for element in elements(test, "plotly_chart"))
    assert "400" in captions(test)
    assert "0.05" in captions(test) and "Holm" in captions(test)
    offered = [element.proto.label for element in elements(test, "download_button")]
    assert offered == ["Export HTML", "Export Markdown", "Export CSV", "Export XLSX"]
