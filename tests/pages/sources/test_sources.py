"""Sources, run without a browser."""

import re
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import plotly.graph_objects as go
import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.pages.sources.coverage_calendar import calendar_figure
from pixeldesk.trends.covered_days import Gap, covered_days, joined
from tests.log_lines import moment, request_line, request_lines, write_lines
from tests.pages.conftest import PageRunner, elements
from tests.pages.reading import metrics, table, text_of

DAY = 86_400


def test_an_empty_store_can_be_filled_and_has_no_retention(page: PageRunner) -> None:
    test = page([], at="sources/page.py")
    assert "50 MB" in text_of(test)
    assert "PIXELDESK_RETENTION" in text_of(test)
    assert elements(test, "file_uploader")


def test_totals_table_and_filters(page: PageRunner) -> None:
    test = page([*request_lines(5), "bad", "worse"], at="sources/page.py")
    assert metrics(test) == {
        "Sources": "1", "Lines": "7", "Requests": "5", "Events": "0", "Quarantined": "2", "Duplicates": "0",
    }  # fmt: skip
    sources = table(test, "What was read")
    newest = datetime(2026, 11, 16, 12, 0, 4)
    assert (sources["quarantined"][0], sources["read"][0], sources["newest"][0]) == (2, 1.0, newest)
    assert list(table(test, "Why lines were refused")["lines"]) == [2]
    assert list(table(test, "Lines in quarantine")["excerpt"]) == ["bad", "worse"]
    test.text_input(key="sources_name").set_value("nothing like it").run()
    assert not [element for element in test.dataframe if element.proto.alt.startswith("What was read")]


def test_a_retry_says_how_many_lines_are_understood_now(page: PageRunner) -> None:
    test = page([*request_lines(2), "bad"], at="sources/page.py")
    test.button(key="quarantine_retry").click().run()
    (outcome,) = [element.value for element in test.text if "lines tried" in element.value]
    # Tried; understood now, of which requests, events and duplicates; still not understood.
    assert [int(number) for number in re.findall(r"\d+", outcome)] == [1, 0, 0, 0, 0, 1]


def test_the_calendar_shows_days_gaps_and_missing_hours(desk: Desk, tmp_path: Path) -> None:
    # Mondays at noon: 4, 8 and 1 requests. The first Tuesday has a request in each of 22 hours. No other day has any.
    mondays = [request_line(timestamp=moment(7 * DAY * week + second), request_id=f"req_{week}_{second}")
        for week, second in (
        *((0, second) for second in range(4)), *((1, second) for second in range(8)), (2, 0),
    )]  # fmt: skip
    tuesday = [request_line(timestamp=moment(DAY + hour * 3600), request_id=f"req_t{hour}") for hour in range(-12, 10)]
    settings = desk.settings.model_copy(update={"newest_hours": 24 * 365})
    Desk(settings, desk.store).ingest([str(write_lines(tmp_path / "a.ndjson", [*mondays, *tuesday]))])
    covered = covered_days(desk.store, 3)
    assert covered is not None
    assert [day.day for day in covered.days] == [
        datetime(2026, 11, 16) + timedelta(days=number) for number in range(21)
    ]
    relative = [day.relative for day in covered.days]
    assert relative[:3] + relative[7:9] + relative[14:16] == [1.0, 1.0, 0.0, 2.0, 0.0, 0.25, None]
    assert [hour.hour for hour in covered.days[1].missing] == [22, 23]
    assert [hour.hour for hour in covered.days[0].missing] == list(range(13, 24))
    assert [len(day.missing) for day in covered.days[13:16]] == [24, 12, 0]
    newest = covered.gaps[0]
    assert newest == Gap(datetime(2026, 11, 23, 13), datetime(2026, 11, 30, 12))
    assert sum(gap.hours for gap in covered.gaps) == len(desk.query("gaps"))
    figure = calendar_figure(covered)
    go.Figure(figure.to_dict())  # Plotly validates it.
    (heat,) = figure.data
    assert [row[0] for row in heat.z] == [4, 4, 1, 1, 1, 1, 1]
    assert [row[2] for row in heat.z][:2] == [2, 0]
    assert "22, 23 (UTC)" in unescape(heat.hovertext[1][0])
    assert heat.text[1][0] == "•" and heat.text[2][0] == ""


def test_hours_are_joined_to_gaps() -> None:
    noon = datetime(2026, 11, 16, 12)
    hours = [noon + timedelta(hours=hour) for hour in (0, 1, 2, 5, 7, 8)]
    assert [(gap.start.hour, gap.hours) for gap in joined(hours)] == [(12, 3), (17, 1), (19, 2)]
    assert joined([]) == []


@pytest.mark.parametrize("text", ["=1+1", "![x](http://evil.example)"])
def test_an_export_of_quarantine_holds_no_formula(text: str, desk: Desk, tmp_path: Path) -> None:
    from pixeldesk.pages.sources.quarantine import _COLUMNS, _rows
    from pixeldesk.spreadsheet import as_csv

    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [request_line(), text]))])
    saved = as_csv(_rows(desk, None, None, 10), _COLUMNS).decode("utf-8-sig")
    assert saved.splitlines()[0] == "source,line,offset,reason,excerpt"
    assert saved.splitlines()[1].endswith(f",'{text}" if text.startswith("=") else f",{text}")
