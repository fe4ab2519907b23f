"""The page of sources, run without a browser."""

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

DAY = 86_400


def texts(page: object) -> str:
    return "\n".join(one.value for one in [*page.text, *page.caption, *page.markdown])  # type: ignore[attr-defined]


def test_an_empty_store_says_how_to_fill_it_and_fails_at_nothing(page: PageRunner) -> None:
    shown = page([], at="sources/page.py")
    assert not shown.exception
    assert "Up to 50 MB a file" in texts(shown)
    assert "For good. PIXELDESK_RETENTION sets rules" in texts(shown)
    assert elements(shown, "file_uploader")


def test_totals_table_and_filters(page: PageRunner) -> None:
    shown = page([*request_lines(5), "bad", "worse"], at="sources/page.py")
    assert not shown.exception
    assert {one.label: one.value for one in shown.metric} == {
        "Sources": "1", "Lines": "7", "Requests": "5", "Events": "0", "Quarantined": "2", "Duplicates": "0",
    }  # fmt: skip
    table, reasons, lines = shown.dataframe[0].value, shown.dataframe[1].value, shown.dataframe[2].value
    assert (table["quarantined"][0], table["read"][0], table["newest"][0]) == (2, 1.0, datetime(2026, 11, 16, 12, 0, 4))
    assert list(reasons["lines"]) == [2]
    assert list(lines["excerpt"]) == ["bad", "worse"]
    shown.text_input(key="sources_name").set_value("nothing like it").run()
    assert "No source is like that." in texts(shown)


def test_lines_that_are_understood_now_are_said(page: PageRunner) -> None:
    shown = page([*request_lines(2), "bad"], at="sources/page.py")
    shown.button(key="quarantine_retry").click().run()
    assert "1 lines tried: 0 are understood now (0 requests, 0 events, 0 there already), 1 are still not." in texts(
        shown
    )


def test_days_gaps_and_missing_hours(desk: Desk, tmp_path: Path) -> None:
    # Mondays at noon: 4, 8 and 1 requests; the Tuesday between has 22 hours, and so on with nothing else.
    mondays = [request_line(timestamp=moment(7 * DAY * week + n), request_id=f"req_{week}_{n}") for week, n in (
        *((0, n) for n in range(4)), *((1, n) for n in range(8)), *((2, n) for n in range(1)),
    )]  # fmt: skip
    tuesday = [request_line(timestamp=moment(DAY + h * 3600), request_id=f"req_t{h}") for h in range(-12, 10)]
    settings = desk.settings.model_copy(update={"newest_hours": 24 * 365})
    Desk(settings, desk.store).ingest([str(write_lines(tmp_path / "a.ndjson", [*mondays, *tuesday]))])
    covered = covered_days(desk.store, 3)
    assert covered is not None
    assert [day.day for day in covered.days] == [datetime(2026, 11, 16) + timedelta(days=n) for n in range(21)]
    relative = [day.relative for day in covered.days]
    assert relative[:3] + relative[7:9] + relative[14:16] == [1.0, 1.0, 0.0, 2.0, 0.0, 0.25, None]
    assert [hour.hour for hour in covered.days[1].missing] == [22, 23]
    assert [hour.hour for hour in covered.days[0].missing] == list(range(13, 24))
    assert [len(day.missing) for day in covered.days[13:16]] == [24, 12, 0]
    newest = covered.gaps[0]
    assert newest == Gap(datetime(2026, 11, 23, 13), datetime(2026, 11, 30, 12))
    assert sum(gap.hours for gap in covered.gaps) == len(desk.query("gaps"))
    figure = calendar_figure(covered)
    go.Figure(figure.to_dict())  # Plotly looks whether it knows all of it.
    (heat,) = figure.data
    assert [row[0] for row in heat.z] == [4, 4, 1, 1, 1, 1, 1]
    assert [row[2] for row in heat.z][:2] == [2, 0]
    assert "none in the hours 22, 23 (UTC)" in unescape(heat.hovertext[1][0])
    assert heat.text[1][0] == "•" and heat.text[2][0] == ""


def test_hours_are_joined_to_gaps() -> None:
    noon = datetime(2026, 11, 16, 12)
    hours = [noon + timedelta(hours=n) for n in (0, 1, 2, 5, 7, 8)]
    assert [(gap.start.hour, gap.hours) for gap in joined(hours)] == [(12, 3), (17, 1), (19, 2)]
    assert joined([]) == []


@pytest.mark.parametrize("text", ["=1+1", "![x](http://evil.example)"])
def test_a_file_of_the_quarantine_computes_nothing(text: str, desk: Desk, tmp_path: Path) -> None:
    from pixeldesk.pages.sources.quarantine import _COLUMNS, _rows
    from pixeldesk.spreadsheet import as_csv

    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [request_line(), text]))])
    saved = as_csv(_rows(desk, None, None, 10), _COLUMNS).decode("utf-8-sig")
    assert saved.splitlines()[0] == "source,line,offset,reason,excerpt"
    assert saved.splitlines()[1].endswith(f",'{text}" if text.startswith("=") else f",{text}")
