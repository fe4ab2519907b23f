"""The list of incidents, an incident's page, and the incident on a card, run without a browser."""

import json
import re
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pixeldesk.catalogue.mail import GREETING
from pixeldesk.desk.desk import Desk, the_desk
from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.rules import LEARNING_DAYS
from pixeldesk.pages.incidents.table import _EXPORTED, _exported
from pixeldesk.pages.widgets.incident_text import duration, from_until, rate
from pixeldesk.spreadsheet import as_csv
from pixeldesk.tickets.outage import Outage
from pixeldesk.tickets.outage_note import outage_note
from tests.alerts.made_incidents import after, ended, incident
from tests.conftest import ROOT
from tests.log_lines import request_line
from tests.pages.conftest import PageRunner, elements, page_at
from tests.pages.outage_lines import CODE, CUSTOMERS, outage_lines
from tests.pages.reading import badges, links, says_how_to_fill_the_store, table, text_of
from tests.pages.test_hostile_text import ATTACKS, CODE_SPAN, MARK, assert_inert

ID = f"2026-11-16T12:00-{CODE}-production"
LIST, INCIDENT = "incidents/page.py", "incident/page.py"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Incident]:
    """Let the desk return made-up incidents instead of those in the logs."""
    incidents = [
        incident(id=ID, is_learning=True),
        ended(id="b", code="tinybird_error", environment="preview"),
        ended(id="c", started_at=after(-3000), ended_at=after(-2900), last_seen=after(-2901)),
    ]
    monkeypatch.setattr("pixeldesk.incidents.find.find_incidents", lambda _: incidents)
    return incidents


@pytest.fixture
def sample_page(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> PageRunner:
    """Run a page over the sample logs."""
    monkeypatch.setattr("pixeldesk.desk.desk._desk", sample_desk)

    def run(at: str, **query: str) -> AppTest:
        test = page_at(at)
        test.query_params.update(query)
        return test.run()

    return run


def listed(test: AppTest) -> pd.DataFrame:
    return table(test, "Incidents, one row each")


def tags(test: AppTest, column: str) -> list[list[str]]:
    return [[*cell] for cell in listed(test)[column]]


# --- the list -----------------------------------------------------------------------------------------------


def test_the_list_shows_each_outage_of_the_sample(sample_page: PageRunner, sample_desk: Desk) -> None:
    test = sample_page(LIST)
    truth = json.loads((ROOT / "sample_logs" / "truth.json").read_text())["outages"]
    rows = listed(test)
    assert tags(test, "code") == [[outage["code"]] for outage in reversed(truth)]
    assert [*rows["hosts"]] == [", ".join(outage["hosts"]) for outage in reversed(truth)]
    incidents = sample_desk.incidents()
    for column, name in (("requests", "requests"), ("customers", "customers"), ("peak", "peak_per_minute")):
        assert [*rows[column]] == [getattr(incident, name) for incident in incidents]
    assert tags(test, "state") == [["over"], ["over"], ["over"], ["over", "learning"]]
    text = text_of(test)
    assert "4 incidents" in text
    assert re.search(r"preview: \d+ requests", text)
    assert f"less than {LEARNING_DAYS} days, so" not in text


def test_each_filter_is_in_the_address_and_works(page: PageRunner, made: list[Incident]) -> None:
    lines = [request_line(timestamp="2026-11-16T12:30:00Z")]
    test = page(lines, at=LIST)
    assert tags(test, "code") == [[incident.code] for incident in made]
    test.button_group(key="state").set_value("Going on").run()
    assert tags(test, "state") == [["going on", "learning"]]
    test.button_group(key="state").set_value("Over").run()
    test.selectbox(key="code").set_value(CODE).run()
    assert [*listed(test)["environment"]] == ["production"]
    test.selectbox(key="code").set_value("All").run()
    test.selectbox(key="environment").set_value("preview").run()
    assert tags(test, "code") == [["tinybird_error"]]
    test.selectbox(key="environment").set_value("All").run()
    test.button_group(key="time").set_value("24 hours").run()
    assert tags(test, "code") == [["tinybird_error"]]
    bound = {element.proto.query_param_key for element in [*test.button_group, *test.selectbox]}
    assert bound == {"state", "time", "environment", "code"}
    assert "1 incident" in text_of(page([], at=LIST, code="tinybird_error"))
    assert "3 incidents" in text_of(page([], at=LIST, code="=cmd", state="x", time="-1", environment="moon"))


def test_no_chosen_incident_and_no_incident_at_all_are_said_calmly(page: PageRunner, made: list[Incident]) -> None:
    lines = [request_line(timestamp="2026-11-16T12:30:00Z")]
    none_chosen = page(lines, at=LIST, code="tinybird_error", state="Going on")
    assert "0 incidents" in text_of(none_chosen)
    assert not none_chosen.dataframe
    made.clear()
    none_at_all = page([], at=LIST)
    text = text_of(none_at_all)
    assert "0 incidents" in text
    assert not none_at_all.dataframe
    # Another reason is given than for filters that choose none.
    assert none_at_all.caption[1].value != none_chosen.caption[1].value
    assert f"less than {LEARNING_DAYS} days, so" in text
    assert "production: 1 requests" in text


def test_an_empty_store_says_how_to_fill_it(page: PageRunner) -> None:
    assert says_how_to_fill_the_store(page([], at=LIST))


def test_the_export_has_all_that_is_known_and_no_formula() -> None:
    hostile = ended(hosts=("=1+1", "web-2"), code="+cmd", differs=("@x",), environment="-1")
    head, row, _ = as_csv([_exported(hostile)], _EXPORTED).decode("utf-8-sig").split("\r\n")
    cells = dict(zip(head.split(","), re.findall(r'"[^"]*"|[^,]+|(?<=,)(?=,)', row), strict=True))
    assert cells["code"] == "'+cmd"
    assert cells["hosts"] == '"\'=1+1, web-2"'
    assert cells["environment"] == "'-1"
    assert cells["differs"] == "'@x"
    assert cells["ended_at"] == "2026-11-16T12:22:00.000Z"
    assert (cells["requests"], cells["peak_per_minute"]) == ("230", "31.0")


# --- one incident -------------------------------------------------------------------------------------------


def test_the_page_of_an_outage(page: PageRunner) -> None:
    test = page(outage_lines(), at=INCIDENT, id=ID)
    text = text_of(test)
    (heading,) = [element.value for element in test.header]
    assert CODE in heading and "production" in heading
    assert badges(test)["Over"] == "green"
    assert "16 Nov 2026 12:00 to 12:10 UTC" in text
    assert "16 Nov 2026 12:05\nafter 5 min" in text
    assert "10 min\nlast seen 16 Nov 2026 12:09" in text
    assert "70\n6 customers\n7 callers in all" in text
    assert "7 on average\n7 in the worst minute\n" in text
    (not_counted,) = [element.value for element in test.caption if element.value.startswith("Not counted")]
    assert "1 caller" in not_counted
    (difference,) = [element.value for element in test.text if element.value.startswith("web-2 ")]
    assert "100 %" in difference and " 0 %" in difference
    (changes,) = [element.value for element in test.text if element.value.startswith("16 Nov 2026 12:05 ")]
    last_change = changes.splitlines()[-1]
    assert last_change.startswith("16 Nov 2026 12:40 ") and last_change.endswith("70 requests, 7 callers")
    (note,) = [element.value for element in test.text if "16 November 2026 from 12:00 to 12:10 UTC" in element.value]
    assert "production" in note
    hit = table(test, "Customers that the incident hit")
    assert {*zip(hit["customer"], hit["requests"], strict=True)} == {(customer, 10) for customer in CUSTOMERS}
    (unnamed,) = [element.value for element in test.caption if "not known" in element.value]
    assert "1 caller" in unnamed and "10 requests" in unnamed
    assert [*table(test, "Requests that show the incident")["request_id"]] == [
        f"req_Hit0090{caller}" for caller in range(7)
    ]
    assert [*table(test, "What is different")["value"]][:1] == ["web-2"]
    assert links(test) == [
        ("incidents", ""),
        ("errors", f"from=2026-11-16T11%3A00Z&to=2026-11-16T13%3A00Z&environment=production&code={CODE}"),
    ]


def test_the_chart_shows_each_minute_and_host_between_the_labelled_times(page: PageRunner) -> None:
    test = page(outage_lines(), at=INCIDENT, id=ID)
    (chart,) = elements(test, "plotly_chart")
    figure = json.loads(chart.proto.spec)
    bars, usual = figure["data"]
    assert bars["name"] == "web-2"
    assert bars["x"] == [f"2026-11-16T12:0{minute}:00" for minute in range(10)]
    assert [*bars["y"]] == [7.0] * 10
    assert usual["name"] == f"usual: {rate(the_desk().incidents()[0].baseline_per_minute)} a minute"
    labels = [label["text"] for label in figure["layout"]["annotations"]]
    assert labels == ["began 12:00", "detected 12:05", "ended 12:10"]
    assert figure["layout"]["xaxis"]["range"] == ["2026-11-16T11:00:00", "2026-11-16T13:00:00"]
    assert "7 in the worst minute" in chart.proto.alt


def test_an_open_incident_says_so(page: PageRunner) -> None:
    test = page(outage_lines(9), at=INCIDENT, id=ID)
    text = text_of(test)
    assert badges(test)["Going on"] == "red"
    (found,) = the_desk().incidents()
    outage = Outage(since=found.started_at, until=None)
    assert outage_note(outage, CODE, "production") in text
    assert "since 16 Nov 2026 12:00 UTC" in text
    assert "so far" in text
    (chart,) = elements(test, "plotly_chart")
    figure = json.loads(chart.proto.spec)
    assert [label["text"] for label in figure["layout"]["annotations"]] == ["began 12:00", "detected 12:05"]
    assert figure["layout"]["xaxis"]["range"][1] == "2026-11-16T12:09:00"


def test_an_unknown_id_links_to_the_nearest_incident_of_its_code(page: PageRunner, made: list[Incident]) -> None:
    test = page([request_line()], at=INCIDENT, id=ID.replace("12:00", "11:48"))
    assert [element.value for element in test.header] == ["Incident"]
    assert not test.dataframe
    assert ("incident", f"id={ID.replace(':', '%3A')}") in links(test)
    assert len(made) == 3
    for invalid in ("x", ""):
        test = page([], at=INCIDENT, id=invalid)
        assert [element.value for element in test.header] == ["Incident"]
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
    caller = {"customer_id": attack, "client": {"ip": attack, "user_agent": attack}}
    lines = outage_lines(code=attack, **hostile)
    lines = [{**line, **caller} if line["request_id"].endswith("5") else line for line in lines]
    assert_inert(page(lines, at=LIST))
    (found,) = the_desk().incidents()
    assert attack in found.hosts
    assert_inert(page([], at=INCIDENT, id=found.id))
    nearest = elements(page([], at=INCIDENT, id=found.id.replace("T12:00", "T12:01")), "page_link")[-1]
    assert MARK not in CODE_SPAN.sub("", nearest.proto.label)
    assert MARK in nearest.proto.query_string
    assert_inert(page([], "req_Hit00935"))
    assert MARK in found.id


# --- on a card ----------------------------------------------------------------------------------------------


def test_a_card_names_the_incident_that_its_request_is_part_of(page: PageRunner) -> None:
    test = page(outage_lines(), "req_Hit00930")
    assert badges(test)["Over"] == "green"
    assert f"{CODE}, 16 Nov 2026 12:00 to 12:10 UTC, 6 customers" in text_of(test)
    (reply,) = [element.value for element in test.text if element.value.startswith(GREETING)]
    assert "16 November 2026 from 12:00 to 12:10 UTC" in reply
    incident_link = ("incident", f"id={ID.replace(':', '%3A')}")
    assert incident_link in links(test)
    # A request that may be part of an incident, and is not, says so; a request that succeeded does not.
    for request_id, may_be_part in (("req_Old00930", True), ("req_Fine00930", False)):
        test = page([], request_id)
        assert incident_link not in links(test)
        assert ("part of no incident" in text_of(test)) is may_be_part


# --- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0 min"), (59, "59 min"), (60, "1 h 0 min"), (294, "4 h 54 min"), (1440, "1 d 0 h"), (3061, "2 d 3 h")],
)
def test_a_duration_has_its_two_largest_units(minutes: int, text: str) -> None:
    assert duration(minutes) == text


@pytest.mark.parametrize(
    ("ended_at", "text"),
    [
        ("2026-11-12T14:29:00.000Z", "12 Nov 2026 14:07 to 14:29 UTC"),
        ("2026-11-13T00:00:00.000Z", "12 Nov 2026 14:07 to 13 Nov 2026 00:00 UTC"),
        (None, "since 12 Nov 2026 14:07 UTC"),
    ],
)
def test_the_time_of_an_incident_names_its_day_once(ended_at: str | None, text: str) -> None:
    assert from_until("2026-11-12T14:07:17.914Z", ended_at) == text


@pytest.mark.parametrize(
    ("per_minute", "text"), [(1204.4, "1,204"), (31.0, "31"), (9.318, "9.3"), (0.00931, "0.0093"), (0.0, "0")]
)
def test_a_rate_has_two_digits_or_is_whole(per_minute: float, text: str) -> None:
    assert rate(per_minute) == text
