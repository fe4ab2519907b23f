"""Live errors, run without a browser: its address, filters, numbers, drill-down and live refresh."""

import json
from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from pixeldesk.desk.desk import the_desk
from pixeldesk.incidents.incident import Change, Incident
from pixeldesk.pages.live_errors.chart import selected_span
from pixeldesk.pages.live_errors.figure import error_figure
from pixeldesk.trends.live_errors import LiveErrors, live_errors
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import DAY, HOUR, MINUTE, TimeRange
from pixeldesk.trends.usual import FEWEST_DAYS
from tests.log_lines import failed_line, moment, request_line
from tests.pages.conftest import PageRunner, elements
from tests.pages.reading import links, says_how_to_fill_the_store, table, text_of
from tests.pages.test_hostile_text import ATTACKS, MARK, assert_inert, hostile_line

NOON = datetime(2026, 11, 16, 12)
FROM_TO = {"from": "2026-11-16T12:00Z", "to": "2026-11-16T14:00Z"}
BROKEN = {"host": "web-3", "environment": "preview", "route": "/pixel/events", "customer_id": "cus_hit"}


def two_hours() -> list[dict[str, Any]]:
    """Return two hours of requests: one per minute, a refusal every ten, and from 13:00 five minutes of 503."""
    good = [request_line(request_id=f"req_Good{minute:05}", timestamp=moment(60 * minute)) for minute in range(120)]
    refused = [
        failed_line("invalid_body", 400, request_id=f"req_Body{number:05}", timestamp=moment(600 * number + 5))
        for number in range(12)
    ]
    ours = [
        failed_line("tinybird_error", 503, request_id=f"req_Ours{n:05}", timestamp=moment(3600 + 10 * n), **BROKEN)
        for n in range(30)
    ]
    return [*good, *refused, *ours]


def split_freshness(test: AppTest) -> tuple[str, str]:
    """Return how fresh the logs are, which the first caption says, and the other texts of the page."""
    freshness = test.caption[0].value
    others = [*test.caption[1:], *test.subheader, *test.markdown]
    return freshness, "\n".join(str(element.value) for element in others)


def address(test: AppTest) -> dict[str, str]:
    values = {name: test.query_params[name] for name in test.query_params}
    return {name: value if isinstance(value, str) else value[0] for name, value in values.items()}


def bars(test: AppTest) -> dict[str, list[float]]:
    """Return the heights of the bars by the name of their series, without the clear columns."""
    (chart,) = elements(test, "plotly_chart")
    traces = json.loads(chart.proto.spec)["data"]
    return {trace["name"]: trace["y"] for trace in traces if trace["type"] == "bar" and trace["name"]}


def rows(test: AppTest, alt: str) -> list[dict[str, Any]]:
    """Return the rows of the table whose name for screen readers begins with a text; none without such a table."""
    if not any(element.proto.alt.startswith(alt) for element in test.dataframe):
        return []
    return [{str(name): value for name, value in row.items()} for row in table(test, alt).to_dict("records")]


def test_it_shows_the_last_24_hours_before_the_newest_record(page: PageRunner) -> None:
    test = page(two_hours(), at="live_errors/page.py")
    assert "42 errors in 162 requests (25.93%)" in text_of(test)
    assert "15 minutes" in text_of(test)
    assert test.button_group(key="errors_length").value == "24 h"
    assert {name: sum(heights) for name, heights in bars(test).items()} == {"tinybird_error": 30, "invalid_body": 12}
    # The browser sets the address: if the server did, the browser's history would get another step.
    assert address(test) == {}


def test_tiles_show_what_is_worst_in_the_newest_part(page: PageRunner) -> None:
    test = page(two_hours(), at="live_errors/page.py", **FROM_TO)
    assert "from 16 Nov 13:40 to 16 Nov 14:00 UTC" in text_of(test)
    tiles = {tile.label.strip("` "): (tile.value, tile.delta) for tile in test.metric}
    assert tiles == {"Error rate": ("9.1%", ""), "invalid_body": ("2", "")}
    assert "2 of 22 requests" in test.metric[0].help
    assert f"fewer than {FEWEST_DAYS} days" in test.metric[0].help


def test_each_filter_is_in_the_address_and_counts(page: PageRunner) -> None:
    test = page(two_hours(), at="live_errors/page.py", **FROM_TO)
    for name, value, errors, requests in (
        ("environment", "preview", 30, 30),
        ("code", "invalid_body", 12, 162),
        ("code", "5xx", 30, 162),
        ("route", "/pixel/events", 30, 30),
        ("host", "web-1", 12, 132),
        ("customer", "cus_hit", 30, 30),
    ):
        test.selectbox(key=f"errors_{name}").set_value(value).run()
        assert f"{errors} errors in {requests} requests" in text_of(test)
        assert address(test) == {**FROM_TO, name: value}
        test.selectbox(key=f"errors_{name}").set_value(None).run()
        assert "42 errors in 162 requests" in text_of(test)
        assert address(test) == FROM_TO


def test_an_address_shows_the_same_numbers_later(page: PageRunner) -> None:
    times = {"from": "2026-11-16T12:00Z", "to": "2026-11-16T13:59Z"}
    drill = {"drill_from": "2026-11-16T13:00Z", "drill_to": "2026-11-16T13:01Z"}
    query = {**times, **drill, "code": "5xx", "host": "web-3", "measure": "rate"}
    test = page(two_hours(), at="live_errors/page.py", **query)
    freshness, others = split_freshness(test)
    assert "Mon 16 Nov 13:00 to 13:01 UTC: 6 errors in 6 requests (100.0%)" in others
    page([request_line(request_id=f"req_Next{second:05}", timestamp=moment(86_400 + second)) for second in range(5)])
    fresher, others_later = split_freshness(test.run())
    assert fresher != freshness
    assert others_later == others
    assert address(test) == query
    assert test.button_group(key="errors_length").value is None


def test_a_length_is_written_as_absolute_time(page: PageRunner) -> None:
    test = page(
        two_hours(), at="live_errors/page.py", **FROM_TO, drill_from="2026-11-16T12:00Z", drill_to="2026-11-16T12:01Z"
    )
    test.button_group(key="errors_length").set_value("6 h").run()
    assert address(test) == {
        "from": "2026-11-16T08:00Z",
        "to": "2026-11-16T14:00Z",
        "drill_from": "2026-11-16T12:00Z",
        "drill_to": "2026-11-16T12:01Z",
    }
    test.button_group(key="errors_length").set_value("1 h").run()
    # The drill-down is no longer within the range.
    assert address(test) == {"from": "2026-11-16T13:00Z", "to": "2026-11-16T14:00Z"}


def test_any_time_can_be_chosen(page: PageRunner) -> None:
    test = page(two_hours(), at="live_errors/page.py", **FROM_TO)
    start, end = elements(test, "date_time_input")
    assert ["UTC" in element.label for element in (start, end)] == [True, True]
    start.set_value(datetime(2026, 11, 16, 12, 30))
    (button,) = [button for button in test.button if button.label == "Show"]
    button.click().run()
    assert address(test) == {"from": "2026-11-16T12:30Z", "to": "2026-11-16T14:00Z"}


def test_invalid_parameters_are_ignored(page: PageRunner) -> None:
    test = page(two_hours(), at="live_errors/page.py")
    queries: list[dict[str, str]] = [
        {"from": "yesterday", "to": "=cmd", "measure": "x", "drill_from": "1", "drill_to": ""},
        {"from": "2026-11-16T14:00Z", "to": "2026-11-16T12:00Z"},
        {"from": "0001-01-01", "to": "9999-12-31T23:59:59Z"},
        {"to": "2026-11-16T12:00Z", "live": "2", "last": "1 h"},
        {"from": "2026-11-16T12:00Z", "drill_from": "2026-11-16T12:00Z"},
    ]
    for query in queries:
        test.query_params = dict(query)
        assert "42 errors in 162 requests" in text_of(test.run()), query
        assert test.button_group(key="errors_length").value == "24 h"
        assert not rows(test, "Errors of this time by code")


def test_a_very_long_range_is_truncated_to_its_newest_part(page: PageRunner) -> None:
    test = page(two_hours(), at="live_errors/page.py", **{"from": "2010-01-01", "to": "2026-11-17"})
    assert "42 errors in 162 requests" in text_of(test)
    assert len(next(iter(bars(test).values()))) == 175


def test_the_measure_is_what_the_bars_count(page: PageRunner) -> None:
    test = page(two_hours(), at="live_errors/page.py", **FROM_TO, code="tinybird_error")
    assert bars(test) == {"tinybird_error": [*[0] * 60, *[6] * 5, *[0] * 55]}
    test.button_group(key="errors_measure").set_value("Requests").run()
    assert address(test)["measure"] == "requests"
    assert {name: sum(heights) for name, heights in bars(test).items()} == {"errors": 30, "other requests": 132}
    test.button_group(key="errors_measure").set_value("Error rate").run()
    assert bars(test)["tinybird_error"][60:66] == pytest.approx([6 / 8, *[6 / 7] * 4, 0])


def test_the_worst_bucket_can_be_drilled_into(page: PageRunner) -> None:
    test = page(two_hours(), at="live_errors/page.py", **FROM_TO)
    box = test.selectbox(key="errors_bucket")
    assert box.options[0] == "Mon 16 Nov 13:00 to 13:01, 7 errors"
    box.select_index(0).run()
    assert address(test) == {**FROM_TO, "drill_from": "2026-11-16T13:00Z", "drill_to": "2026-11-16T13:01Z"}
    assert "7 errors in 8 requests (87.5%)" in text_of(test)
    assert [(row["code"], row["errors"]) for row in rows(test, "Errors of this time by code")] == [
        ("tinybird_error", 6),
        ("invalid_body", 1),
    ]
    assert [(row["who"], row["errors"], row["codes"]) for row in rows(test, "Customers and other callers")] == [
        ("cus_hit", 6, "tinybird_error"),
        ("cus_0184", 1, "invalid_body"),
    ]
    ids = [row["request_id"] for row in rows(test, "Requests that failed")]
    assert ids == ["req_Ours00005", "req_Ours00004", "req_Ours00003", "req_Ours00002", "req_Ours00001",
                   "req_Body00006", "req_Ours00000"]  # fmt: skip
    (close,) = [button for button in test.button if button.label == "Close"]
    close.click().run()
    assert address(test) == FROM_TO
    assert not rows(test, "Errors of this time by code")


def test_a_drill_down_into_a_day_or_less_shows_what_differs(page: PageRunner) -> None:
    drill = {"drill_from": "2026-11-16T12:00Z", "drill_to": "2026-11-16T14:00Z"}
    test = page(two_hours(), at="live_errors/page.py", **FROM_TO, **drill, code="5xx")
    assert ("host", "web-3") in [(row["field"], row["value"]) for row in rows(test, "What is different")]
    test.query_params["drill_from"] = "2026-11-15T00:00Z"
    assert not rows(test.run(), "What is different")


def test_live_follows_the_newest_record_and_keeps_the_drill_down(page: PageRunner) -> None:
    drill = {"drill_from": "2026-11-16T13:00Z", "drill_to": "2026-11-16T13:01Z"}
    test = page(two_hours(), at="live_errors/page.py", **FROM_TO, **drill)
    test.toggle(key="errors_live").set_value(True).run()
    assert address(test) == {"live": "1", "last": "6 h", **drill}
    assert "16 Nov 13:59:00" in text_of(test)
    assert "42 errors in 162 requests" in text_of(test)
    newer = [
        failed_line("invalid_body", 400, request_id=f"req_New{second:06}", timestamp=moment(18_060 + second))
        for second in range(3)
    ]
    page(newer)
    test.run()
    assert "16 Nov 17:01:02" in text_of(test)
    assert "45 errors in 165 requests" in text_of(test)
    assert "Mon 16 Nov 13:00 to 13:01 UTC: 7 errors" in text_of(test)
    test.button_group(key="errors_length").set_value("1 h").run()
    assert address(test) == {"live": "1", "last": "1 h"}
    assert "3 errors in 3 requests" in text_of(test)
    assert test.selectbox(key="errors_code").options == ["5xx", "invalid_body"]
    test.toggle(key="errors_live").set_value(False).run()
    assert address(test) == {"from": "2026-11-16T16:02Z", "to": "2026-11-16T17:02Z"}


def test_hours_without_logs_are_not_hours_without_errors(page: PageRunner) -> None:
    lines = [request_line(request_id=f"req_Hour{hour:05}", timestamp=moment(3600 * hour)) for hour in (0, 3)]
    test = page(lines, at="live_errors/page.py", **{"from": "2026-11-16T11:00Z", "to": "2026-11-16T19:00Z"})
    (chart,) = elements(test, "plotly_chart")
    shapes = json.loads(chart.proto.spec)["layout"]["shapes"]
    grey = [(shape["x0"][11:16], shape["x1"][11:16]) for shape in shapes if shape["type"] == "rect"]
    assert grey == [("11:00", "12:00"), ("13:00", "15:00"), ("15:01", "19:00")]


def test_a_range_outside_the_logs_has_no_errors(page: PageRunner) -> None:
    test = page(two_hours(), at="live_errors/page.py")
    for year in ("2025", "2027"):
        test.query_params = {"from": f"{year}-11-16T11:00Z", "to": f"{year}-11-16T19:00Z"}
        assert "0 errors in 0 requests" in text_of(test.run())
        assert not test.metric


def test_an_empty_store_says_how_to_fill_it(page: PageRunner) -> None:
    assert says_how_to_fill_the_store(page([], at="live_errors/page.py"))


def test_hostile_names_are_shown_as_text(page: PageRunner) -> None:
    attacks = [*ATTACKS, f"<a href='http://evil.example'>{MARK}</a>"]
    lines = [
        hostile_line(
            attack, request_id=f"req_{MARK}{n}", timestamp=moment(720 * n), status=503, release=f"{attack}{n // 5}"
        )
        for attack in attacks
        for n in range(10)
    ]
    drill = {"drill_from": "2026-11-16T12:00Z", "drill_to": "2026-11-16T14:00Z"}
    test = page(lines, at="live_errors/page.py", **FROM_TO, **drill)
    for attack in attacks:
        test.query_params["environment"] = test.query_params["code"] = attack
        assert "10 errors in 10 requests" in text_of(test.run())
        assert "began to answer" in elements(test, "plotly_chart")[0].proto.spec
        assert_inert(test)


# --- the figure -------------------------------------------------------------------------------------------------


def live_of(time: TimeRange, chosen: RequestFilter | None = None) -> LiveErrors:
    logged = the_desk().logged_time()
    assert logged
    return live_errors(the_desk().store, time, chosen or RequestFilter(), logged)


def incident(**fields: Any) -> Incident:
    return Incident(
        **{
            "id": "2026-11-16T13:00-tinybird_error-preview",
            "code": "tinybird_error",
            "environment": "preview",
            "started_at": NOON + HOUR,
            "detected_at": NOON + HOUR + 2 * MINUTE,
            "ended_at": NOON + HOUR + 5 * MINUTE,
            "last_seen": NOON + HOUR + 5 * MINUTE,
            "requests": 30,
            "customers": 2,
            "callers": 2,
            "hosts": ("web-3",),
            "routes": (),
            "peak_per_minute": 6.0,
            "rate_per_minute": 6.0,
            "baseline_per_minute": 0.0,
            "is_learning": True,
            "failing_before": (),
            "changes": (Change(kind="opened", at=NOON + HOUR + 2 * MINUTE, requests=10, customers=2),),
            **fields,
        }
    )


def test_our_errors_are_at_the_bottom_and_partial_buckets_hatched(page: PageRunner) -> None:
    page(two_hours())
    figure = error_figure(live_of(TimeRange(NOON + MINUTE, NOON + 3 * HOUR)), "errors", [], None)
    named = [trace for trace in figure.data if trace.type == "bar" and trace.name]
    assert [trace.name for trace in named] == ["tinybird_error", "invalid_body"]
    hatched = [index for index, shape in enumerate(named[0].marker.pattern.shape) if shape]
    # Buckets of five minutes: the range begins within the first, the logs end within that of 13:55.
    assert hatched == [0, 23]
    assert named[0].marker.color == "#b33535"


def test_incidents_and_deploys_are_marked(page: PageRunner) -> None:
    later = [
        request_line(request_id=f"req_Next{second}", timestamp=moment(7200 + second), release="2026.46.2")
        for second in range(3)
    ]
    page([*two_hours(), *later])
    live = live_of(TimeRange(NOON, NOON + 3 * HOUR))
    ongoing = incident(started_at=NOON + 90 * MINUTE, ended_at=None)
    figure = error_figure(live, "errors", [incident(), ongoing], TimeRange(NOON, NOON + HOUR))
    spans = [
        (datetime.fromisoformat(shape.x0), datetime.fromisoformat(shape.x1), shape.layer)
        for shape in figure.layout.shapes
        if shape.type == "rect"
    ]
    newest = NOON + 2 * HOUR + timedelta(seconds=2)
    assert (NOON + HOUR, NOON + HOUR + 5 * MINUTE, "below") in spans
    assert (NOON + 90 * MINUTE, newest, "below") in spans
    assert spans[-1] == (NOON, NOON + HOUR, "above")
    lanes = {trace.name: trace for trace in figure.data if trace.yaxis == "y2"}
    assert [*lanes["deploys"].x] == ["2026-11-16 14:00:00"]
    assert lanes["deploys"].hovertext[0] == "Release 2026.46.2 began to answer<br>Mon 16 Nov 14:00 UTC, web-1"
    assert lanes["incidents"].hovertext[-1] == "Incident tinybird_error<br>16 Nov 13:30 to now"
    assert [shape.x0 for shape in figure.layout.shapes if shape.type == "line"] == ["2026-11-16 14:00:00"]
    # Plotly validates the figure.
    go.Figure(figure.to_dict())


def test_incidents_of_the_range_and_environment_are_linked(page: PageRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page(two_hours(), at="live_errors/page.py", **FROM_TO)
    found = [incident(), incident(id="later", started_at=NOON + DAY, ended_at=None, last_seen=NOON + DAY)]
    monkeypatch.setattr(the_desk(), "known_incidents", lambda: found)
    assert links(test.run()) == [("incident", "id=2026-11-16T13%3A00-tinybird_error-preview")]
    (link,) = elements(test, "page_link")
    assert "tinybird_error" in link.proto.label and "16 Nov 13:00 to 13:05" in link.proto.label
    test.selectbox(key="errors_environment").set_value("production").run()
    assert not links(test)
    known = len(test.caption)
    monkeypatch.setattr(the_desk(), "known_incidents", lambda: None)
    # A caption says that the incidents are not known yet.
    assert len(test.run().caption) == known + 1


def test_what_is_usual_is_a_band_of_each_measure(page: PageRunner) -> None:
    lines = [
        (failed_line("invalid_body", 400, **fields) if minute < day % 3 else request_line(**fields))
        for day in range(8)
        for minute in range(4)
        for fields in [{"request_id": f"req_Day{day}{minute:04}", "timestamp": moment(86_400 * day + 60 * minute)}]
    ]
    page(lines)
    live = live_of(TimeRange(NOON + 7 * DAY, NOON + 7 * DAY + HOUR))
    for measure, low, high in (("errors", 0, 1), ("requests", 1, 1), ("rate", 0, 1)):
        (band,) = [trace for trace in error_figure(live, measure, [], None).data if trace.name == "usual"]  # type: ignore[arg-type]
        assert [*band.x[:2]] == ["2026-11-23 12:00:00", "2026-11-23 12:01:00"]
        assert (band.y[0], band.y[-1]) == pytest.approx((low, high))


def test_the_hover_text_counts_the_errors_of_a_bucket(page: PageRunner) -> None:
    page(two_hours())
    figure = error_figure(live_of(TimeRange(NOON, NOON + 2 * HOUR)), "errors", [], None)
    (columns,) = [trace for trace in figure.data if trace.yaxis == "y3"]
    assert columns.hovertext[60] == (
        "Mon 16 Nov 13:00 to 13:01 UTC<br>7 errors in 8 requests (87.5%)<br>6 × tinybird_error<br>1 × invalid_body"
    )


@pytest.mark.parametrize(
    ("selection", "minutes"),
    [
        ({"points": [{"x": "2026-11-16 12:07"}]}, (7, 8)),
        ({"points": [{"x": "2026-11-16 12:07:00"}], "box": []}, (7, 8)),
        ({"points": [], "box": [{"x": ["2026-11-16 12:20:59.1", "2026-11-16 12:07:30"]}]}, (7, 21)),
        ({"points": [{"x": "2026-11-16 12:30"}], "box": [{"x": ["2026-11-16 12:03", "2026-11-16 12:05"]}]}, (3, 5)),
        ({"points": [], "box": [{"x": ["2026-11-16 11:00", "2026-11-16 23:00"]}]}, (0, 120)),
        ({"points": [], "box": [{"x": ["2026-11-16 09:00", "2026-11-16 10:00"]}]}, None),
        ({"points": [], "box": []}, None),
        ({}, None),
    ],
)
def test_a_click_or_drag_selects_whole_buckets(selection: dict[str, Any], minutes: tuple[int, int] | None) -> None:
    span = selected_span(selection, TimeRange(NOON, NOON + 2 * HOUR))
    expected = minutes and TimeRange(NOON + minutes[0] * MINUTE, NOON + minutes[1] * MINUTE)
    assert span == expected
