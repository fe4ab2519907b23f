"""The list of incidents, the page of one, and the box on a card, run without a browser."""

import json
import re
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import Desk, the_desk
from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.incidents.table import _EXPORTED, _exported
from pixeldesk.pages.widgets.incident_text import duration, from_until, rate
from pixeldesk.spreadsheet import as_csv
from tests.alerts.made_incidents import after, ended, incident
from tests.conftest import ROOT
from tests.log_lines import request_line
from tests.pages.conftest import PageRunner, elements
from tests.pages.outage_lines import CODE, CUSTOMERS, outage_lines
from tests.pages.test_hostile_text import ATTACKS, CODE_SPAN, MARK, assert_inert
from tests.patience import PATIENCE_S

ID = f"2026-11-16T12:00-{CODE}-production"
LIST, ONE = "incidents/page.py", "incident/page.py"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Incident]:
    """Incidents made up, which the desk is made to tell instead of its own."""
    told = [
        incident(id=ID, is_learning=True),
        ended(id="b", code="tinybird_error", environment="preview"),
        ended(id="c", started_at=after(-3000), ended_at=after(-2900), last_seen=after(-2901)),
    ]
    monkeypatch.setattr("pixeldesk.incidents.cache.IncidentCache._up_to_date", lambda _: told)
    return told


@pytest.fixture
def sample_page(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> PageRunner:
    """Run a page over the whole sample."""
    monkeypatch.setattr("pixeldesk.desk.desk._desk", sample_desk)

    def run(at: str, **query: str) -> AppTest:
        test = AppTest.from_file(str(ROOT / "pixeldesk" / "pages" / "navigation.py"), default_timeout=PATIENCE_S).run()
        test.switch_page(at)
        test.query_params.update(query)
        return test.run()

    return run


def shown(test: AppTest) -> str:
    assert not test.exception
    return "\n".join(str(element.value) for element in test.main if hasattr(element, "value"))


def table(test: AppTest, alt: str = "Incidents, one row each") -> pd.DataFrame:
    assert not test.exception
    (frame,) = [one.value for one in test.dataframe if one.proto.alt.startswith(alt)]
    assert isinstance(frame, pd.DataFrame)
    return frame


def tags(test: AppTest, column: str) -> list[list[str]]:
    return [[*one] for one in table(test)[column]]


def links(test: AppTest) -> list[tuple[str, str]]:
    return [(one.proto.page, one.proto.query_string) for one in elements(test, "page_link")]


# --- the list -----------------------------------------------------------------------------------------------


def test_the_list_tells_of_each_outage_of_the_sample(sample_page: PageRunner, sample_desk: Desk) -> None:
    test = sample_page(LIST)
    truth = json.loads((ROOT / "sample_logs" / "truth.json").read_text())["outages"]
    rows = table(test)
    assert tags(test, "code") == [[one["code"]] for one in reversed(truth)]
    assert [*rows["hosts"]] == [", ".join(one["hosts"]) for one in reversed(truth)]
    told = sample_desk.incidents()
    for column, name in (("requests", "requests"), ("customers", "customers"), ("peak", "peak_per_minute")):
        assert [*rows[column]] == [getattr(one, name) for one in told]
    assert tags(test, "state") == [["over"], ["over"], ["over"], ["over", "learning"]]
    text = shown(test)
    assert "**4 incidents**" in text
    assert re.search(r"preview: \d+ requests in the last hour, not enough traffic to judge", text)
    assert "Learning:" not in text


def test_each_filter_is_in_the_address_and_works(page: PageRunner, made: list[Incident]) -> None:
    lines = [request_line(timestamp="2026-11-16T12:30:00Z")]
    test = page(lines, at=LIST)
    assert tags(test, "code") == [[one.code] for one in made]
    test.button_group(key="state").set_value("Going on").run()
    assert tags(test, "state") == [["going on", "learning"]]
    test.button_group(key="state").set_value("Over").run()
    test.selectbox(key="code").set_value(CODE).run()
    assert [*table(test)["environment"]] == ["production"]
    test.selectbox(key="code").set_value("All").run()
    test.selectbox(key="environment").set_value("preview").run()
    assert tags(test, "code") == [["tinybird_error"]]
    test.selectbox(key="environment").set_value("All").run()
    test.button_group(key="time").set_value("24 hours").run()
    assert tags(test, "code") == [["tinybird_error"]]
    bound = {element.proto.query_param_key for element in [*test.button_group, *test.selectbox]}
    assert bound == {"state", "time", "environment", "code"}
    assert "**1 incident**" in shown(page([], at=LIST, code="tinybird_error"))
    assert "**3 incidents**" in shown(page([], at=LIST, code="=cmd", state="x", time="-1", environment="moon"))


def test_an_empty_choice_and_no_incident_at_all_are_said_calmly(page: PageRunner, made: list[Incident]) -> None:
    lines = [request_line(timestamp="2026-11-16T12:30:00Z")]
    text = shown(page(lines, at=LIST, code="tinybird_error", state="Going on"))
    assert "No incident is like that." in text
    made.clear()
    text = shown(page([], at=LIST))
    assert "No incident is found in these logs." in text
    assert "Learning: the logs cover less than 7 days" in text
    assert "production: 1 requests in the last hour, not enough traffic to judge" in text


def test_an_empty_store_says_how_to_fill_it(page: PageRunner) -> None:
    assert "There are no logs yet." in shown(page([], at=LIST))


def test_the_export_has_all_that_is_known_and_no_formula() -> None:
    hostile = ended(hosts=("=1+1", "web-2"), code="+cmd", differs=("@x",), environment="-1")
    head, row, _ = as_csv([_exported(hostile)], _EXPORTED).decode("utf-8-sig").split("\r\n")
    cells = dict(zip(head.split(","), re.findall(r'"[^"]*"|[^,]+|(?<=,)(?=,)', row), strict=True))
    assert cells["code"] == "'+cmd"
    assert cells["hosts"] == '"\'=1+1, web-2"'
    assert cells["environment"] == "'-1"
    assert cells["differs"] == "'@x"
    assert cells["ended_at"] == "2026-11-16T12:22:00.000Z"
    assert (cells["requests"], cells["peak_per_minute"]) == ("230", "31")


# --- one incident -------------------------------------------------------------------------------------------


def test_the_page_of_an_outage(page: PageRunner) -> None:
    test = page(outage_lines(), at=ONE, id=ID)
    text = shown(test)
    assert [element.value for element in test.header] == [f"Incident `` {CODE} `` in `` production ``"]
    assert ":green-badge[Over]" in text
    assert "16 Nov 2026 12:00 to 12:10 UTC" in text
    assert "16 Nov 2026 12:05\nafter 5 min" in text
    assert "10 min\nlast seen 16 Nov 2026 12:09" in text
    assert "70\n6 customers\n7 callers in all" in text
    assert "7 on average\n7 in the worst minute\n" in text
    assert "Not counted: 1 caller that failed like this already before it began." in text
    assert "web-2 answered 100 % of them, and 0 % of the requests that succeeded meanwhile." in text
    assert "16 Nov 2026 12:40  it was over: 70 requests, 7 callers" in text
    assert "On 2026-11-16 from 12:00 until 12:10 UTC, requests in the production environment" in text
    hit = table(test, "Customers that the incident hit")
    assert {*zip(hit["customer"], hit["requests"], strict=True)} == {(customer, 10) for customer in CUSTOMERS}
    assert "Beside them 1 caller whose customer is not known, with 10 requests." in text
    assert [*table(test, "Requests that show the incident")["request_id"]] == [
        f"req_Hit0090{place}" for place in range(7)
    ]
    assert [*table(test, "What is different")["value"]][:1] == ["web-2"]
    assert links(test) == [
        ("incidents", ""),
        ("errors", f"from=2026-11-16T11%3A00Z&to=2026-11-16T13%3A00Z&environment=production&code={CODE}"),
    ]


def test_the_chart_shows_each_minute_and_host_between_the_moments(page: PageRunner) -> None:
    test = page(outage_lines(), at=ONE, id=ID)
    (chart,) = elements(test, "plotly_chart")
    figure = json.loads(chart.proto.spec)
    bars, usual = figure["data"]
    assert bars["name"] == "web-2"
    assert bars["x"] == [f"2026-11-16T12:0{minute}:00" for minute in range(10)]
    assert [*bars["y"]] == [7.0] * 10
    assert usual["name"] == f"usual: {rate(the_desk().incidents()[0].baseline_per_minute)} a minute"
    labels = [one["text"] for one in figure["layout"]["annotations"]]
    assert labels == ["began 12:00", "detected 12:05", "ended 12:10"]
    assert figure["layout"]["xaxis"]["range"] == ["2026-11-16T11:00:00", "2026-11-16T13:00:00"]
    assert "7 in the worst minute" in chart.proto.alt


def test_what_goes_on_says_so(page: PageRunner) -> None:
    test = page(outage_lines(9), at=ONE, id=ID)
    text = shown(test)
    assert ":red-badge[Going on]" in text
    assert "since 16 Nov 2026 12:00 UTC" in text
    assert "so far" in text
    assert "We are working on it." in text
    (chart,) = elements(test, "plotly_chart")
    figure = json.loads(chart.proto.spec)
    assert [one["text"] for one in figure["layout"]["annotations"]] == ["began 12:00", "detected 12:05"]
    assert figure["layout"]["xaxis"]["range"][1] == "2026-11-16T12:09:00"


def test_an_id_that_is_none_leads_to_the_nearest_of_its_code(page: PageRunner, made: list[Incident]) -> None:
    test = page([request_line()], at=ONE, id=ID.replace("12:00", "11:48"))
    assert "There is no such incident now." in shown(test)
    assert ("incident", f"id={ID.replace(':', '%3A')}") in links(test)
    assert len(made) == 3
    for nonsense in ("x", ""):
        test = page([], at=ONE, id=nonsense)
        assert "There is no such incident now." in shown(test)
        assert links(test) == [("incidents", "")]


def test_hostile_names_are_shown_as_text(page: PageRunner) -> None:
    attack = f"<i>{ATTACKS[0]}</i>"
    hostile: dict[str, Any] = {
        "environment": attack,
        "host": attack,
        "route": attack,
        "region": attack,
        "release": attack,
    }
    whose = {"customer_id": attack, "client": {"ip": attack, "user_agent": attack}}
    lines = outage_lines(code=attack, **hostile)
    lines = [{**line, **whose} if line["request_id"].endswith("5") else line for line in lines]
    assert_inert(page(lines, at=LIST))
    (found,) = the_desk().incidents()
    assert attack in found.hosts
    assert_inert(page([], at=ONE, id=found.id))
    nearest = elements(page([], at=ONE, id=found.id.replace("T12:00", "T12:01")), "page_link")[-1]
    assert MARK not in CODE_SPAN.sub("", nearest.proto.label)
    assert MARK in nearest.proto.query_string
    assert_inert(page([], "req_Hit00935"))
    assert MARK in found.id


# --- on a card ----------------------------------------------------------------------------------------------


def test_a_card_says_of_which_incident_its_request_is_part(page: PageRunner) -> None:
    test = page(outage_lines(), "req_Hit00930")
    text = shown(test)
    assert "**Part of an incident** &nbsp; :green-badge[Over]" in text
    assert f"{CODE}, 16 Nov 2026 12:00 to 12:10 UTC, 6 customers. Ours, not the customer's." in text
    assert "There was an outage on our side on 2026-11-16 from 12:00 until 12:10 UTC. It is over." in text
    assert ("incident", f"id={ID.replace(':', '%3A')}") in links(test)
    beside = shown(page([], "req_Old00930"))
    assert "No known lasting mistake explains this request. It is part of no incident either." in beside
    assert "Part of an incident" not in beside
    assert "part of no incident" not in shown(page([], "req_Fine00930"))


# --- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "says"),
    [(0, "0 min"), (59, "59 min"), (60, "1 h 0 min"), (294, "4 h 54 min"), (1440, "1 d 0 h"), (3061, "2 d 3 h")],
)
def test_how_long(minutes: int, says: str) -> None:
    assert duration(minutes) == says


@pytest.mark.parametrize(
    ("ended_at", "says"),
    [
        ("2026-11-12T14:29:00.000Z", "12 Nov 2026 14:07 to 14:29 UTC"),
        ("2026-11-13T00:00:00.000Z", "12 Nov 2026 14:07 to 13 Nov 2026 00:00 UTC"),
        (None, "since 12 Nov 2026 14:07 UTC"),
    ],
)
def test_from_when_until_when(ended_at: str | None, says: str) -> None:
    assert from_until("2026-11-12T14:07:17.914Z", ended_at) == says


@pytest.mark.parametrize(
    ("per_minute", "says"), [(1204.4, "1,204"), (31.0, "31"), (9.318, "9.3"), (0.00931, "0.0093"), (0.0, "0")]
)
def test_a_rate_has_two_digits_or_is_whole(per_minute: float, says: str) -> None:
    assert rate(per_minute) == says
