"""Times as programs write them: what each means, in the engine and in Python, and what a zone-less one means."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.parsing.time_notation import MONTHS, read_time
from pixeldesk.ingest.parsing.timestamp_sql import timestamp_sql
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.log_lines import request_line, write_lines

_engine = duckdb.connect()
NEWEST = datetime(2026, 11, 30, 20)
TEN = datetime(2026, 11, 20, 10)
MILLISECONDS = timedelta(milliseconds=123)

WITH_A_ZONE = {
    "2026-11-20T10:00:00Z": TEN,
    "2026-11-20t10:00:00z": TEN,
    "2026-11-20T10:00:00.123456789Z": TEN + timedelta(microseconds=123456),
    "2026-11-20T10:00:00,123Z": TEN + MILLISECONDS,
    "2026-11-20T10:00:00+0000": TEN,
    "2026-11-20T10:00:00+00": TEN,
    "2026-11-20T10:00:00-00:00": TEN,
    "2026-11-20T15:30:00.123+05:30": TEN + MILLISECONDS,
    "2026-11-20T10:00Z": TEN,
    "2026-11-20T11:00+01:00": TEN,
    "2026-11-20 10:00:00.123 UTC": TEN + MILLISECONDS,
    "2026-11-20 10:00:00 GMT": TEN,
    "2026-11-20 11:00:00 +0100": TEN,
    "2026/11/20 10:00:00 +0000": TEN,
    " 2026-11-20T10:00:00+00:00 ": TEN,
    "[2026-11-20T10:00:00+00:00]": TEN,
    "2026-11-20T10:00:00.123Z[UTC]": TEN + MILLISECONDS,
    "2026-11-20T11:00:00+01:00[Europe/Paris]": TEN,
    "2026-11-20 05:00:00.123 -0500 EST": TEN + MILLISECONDS,
    "20261120T100000Z": TEN,
    "20261120T100000.123Z": TEN + MILLISECONDS,
    "2026-11-20T24:00:00Z": datetime(2026, 11, 21),
    "2016-12-31T23:59:60Z": datetime(2017, 1, 1),
    "20/Nov/2026:10:00:00 +0000": TEN,
    "[20/Nov/2026:11:00:00 +0100]": TEN,
    "20/Nov/2026:10:00:00.123 +0000": TEN + MILLISECONDS,
    "20/Nov/2026:10:00:60 +0000": TEN + timedelta(minutes=1),
    "Fri, 20 Nov 2026 10:00:00 GMT": TEN,
    "Fri, 20 Nov 2026 05:00:00 -0500 (EST)": TEN,
    "20 Nov 2026 10:00:00 +0000": TEN,
    "Fri Nov 20 2026 11:00:00 GMT+0100 (Central European Standard Time)": TEN,
    "1795168800": TEN,
    "1795168800.123": TEN + MILLISECONDS,
    "1795168800123": TEN + MILLISECONDS,
    "1795168800123456": TEN + timedelta(microseconds=123456),
    "1.7951688e9": TEN,
}
# In Berlin, an hour ahead of UTC in November.
IN_BERLIN = {
    "2026-11-20 11:00:00,123": TEN + MILLISECONDS,
    "2026-11-20T11:00:00": TEN,
    "2026-11-20 11:00": TEN,
    "2026/11/20 11:00:00": TEN,
    "20/Nov/2026:11:00:00": TEN,
    "[20/Nov/2026:11:00:00.123]": TEN + MILLISECONDS,
    "Fri Nov 20 11:00:00 2026": TEN,
    "[Fri Nov 20 11:00:00.123456 2026]": TEN + timedelta(microseconds=123456),
    "Nov 20 11:00:00": TEN,
    "Nov  2 11:00:00": TEN.replace(day=2),
    # Not in the future: 21:00 in Berlin is now.
    "Nov 30 21:00:00": NEWEST,
    "Nov 30 21:00:01": NEWEST.replace(year=2025, second=1),
    "Dec 24 11:00:00": datetime(2025, 12, 24, 10),
    "Feb 29 11:00:00": datetime(2024, 2, 29, 10),
    # The hour from 2 to 3 is left out in March, and comes twice in October: the second one is meant.
    "2026-03-29 01:59:59": datetime(2026, 3, 29, 0, 59, 59),
    "2026-03-29 02:30:00": datetime(2026, 3, 29, 1, 30),
    "2026-03-29 03:00:00": datetime(2026, 3, 29, 1),
    "2026-10-25 01:59:59": datetime(2026, 10, 24, 23, 59, 59),
    "2026-10-25 02:30:00": datetime(2026, 10, 25, 1, 30),
    "2026-10-25 03:00:00": datetime(2026, 10, 25, 2),
}
NO_TIMES = [
    "", "now", "2026-11-20", "10:00:00", "2026-11-20 10:00:00 EST", "2026-11-20 25:00:00", "2026-02-30T00:00:00Z",
    "2026-11-20T10:00:00+25:00", "31/Feb/2026:10:00:00 +0000", "20/nov/2026:10:00:00 +0000", "Feb 30 10:00:00",
    "Foo 20 10:00:00", "20261320T100000Z", "2026-11-20T10:61Z", "2026|11|20|10:00:00|", "12345678901234567890",
]  # fmt: skip


def by_the_engine(text: str, timezone: str | None) -> datetime | None:
    """Return what the SQL reads."""
    with _engine.cursor() as cursor:
        cursor.execute("SET TimeZone = 'UTC'")
        sql = timestamp_sql("t", str(NEWEST), timezone)
        ((found,),) = cursor.execute(f"SELECT {sql} FROM (SELECT $1::VARCHAR AS t)", [text]).fetchall()
        assert found is None or isinstance(found, datetime)
        return found


@pytest.mark.parametrize("text", WITH_A_ZONE)
def test_a_time_with_a_zone(text: str) -> None:
    expected = WITH_A_ZONE[text]
    assert by_the_engine(text, None) == by_the_engine(text, "Europe/Berlin") == expected
    assert read_time(text, NEWEST, None) == read_time(text, NEWEST, "Europe/Berlin") == expected


@pytest.mark.parametrize("text", IN_BERLIN)
def test_a_time_without_a_zone(text: str) -> None:
    assert by_the_engine(text, "Europe/Berlin") == read_time(text, NEWEST, "Europe/Berlin") == IN_BERLIN[text]
    assert by_the_engine(text, None) is read_time(text, NEWEST, None) is None


@pytest.mark.parametrize("text", NO_TIMES)
def test_no_time(text: str) -> None:
    assert by_the_engine(text, "Europe/Berlin") is read_time(text, NEWEST, "Europe/Berlin") is None


def written(moment: datetime, notation: str, offset: str) -> str:
    """Write a local time in a notation, with an offset or without."""
    month, name = moment.month, MONTHS[moment.month - 1]
    clock = f"{moment:%H:%M:%S}"
    date = f"{moment.year:04}-{month:02}-{moment.day:02}"
    return {
        "rfc 3339": f"{date}T{clock}{offset}",
        "asctime": f"{date} {clock},{moment.microsecond // 1000:03}{offset}",
        "go": f"{date} {clock}.{moment.microsecond:06} {offset}".rstrip(),
        "common": f"{moment.day:02}/{name}/{moment.year:04}:{clock} {offset}".rstrip(),
        "rfc 5322": f"{moment.day} {name} {moment.year:04} {clock} {offset}".rstrip(),
        "syslog": f"{name} {moment.day:2} {clock}",
    }[notation]


@given(
    moment=st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 30)),
    notation=st.sampled_from(["rfc 3339", "asctime", "go", "common", "rfc 5322", "syslog"]),
    offset=st.sampled_from(["", "", "Z", "+00", "-0330", "+05:45", "UTC"]),
    timezone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
@hypothesis_settings(max_examples=150, deadline=None)
def test_the_engine_and_python_read_alike(moment: datetime, notation: str, offset: str, timezone: str) -> None:
    text = written(moment, notation, offset)
    found = by_the_engine(text, timezone)
    assert found is not None
    assert found == read_time(text, NEWEST, timezone)
    if not offset and notation not in ("syslog", "go", "asctime"):
        back = found.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
        assert back - moment.replace(microsecond=0) in (timedelta(), timedelta(minutes=30), timedelta(hours=1))


def test_the_native_format_needs_to_be_told_the_zone(tmp_path: Path) -> None:
    lines = [request_line(request_id="req_zone", timestamp="2026-11-20 11:00:00,123")]
    path = str(write_lines(tmp_path / "a.log", lines))
    refused = Settings(db=tmp_path / "a.duckdb")
    told = Settings(db=tmp_path / "b.duckdb", timezone="Europe/Berlin")
    for settings in (refused, told):
        store = open_store(settings)
        desk = Desk(settings, store)
        report = desk.ingest([path], "pixel")
        if settings is told:
            assert store.rows("SELECT timestamp FROM requests") == [{"timestamp": TEN + MILLISECONDS}]
        else:
            assert report.quarantined == 1
            reason = desk.quarantine(1)[0]["reason"]
            assert "no offset from UTC" in reason
            assert "PIXELDESK_TIMEZONE" in reason
        store.close()


def test_other_formats_take_a_time_without_a_zone_as_utc(desk: Desk, tmp_path: Path) -> None:
    line = {"time_local": "20/Nov/2026:10:00:00", "remote_addr": "10.0.0.1", "request": "GET / HTTP/1.1", "status": 200}
    desk.ingest([str(write_lines(tmp_path / "a.log", [{**line, "request_time": 0.01}]))], "nginx")
    assert desk.store.rows("SELECT timestamp FROM requests") == [{"timestamp": TEN}]


@pytest.mark.parametrize("name", ["CEST", "Europe/berlin", "+01:00", "localtime"])
def test_a_zone_that_nobody_knows(name: str) -> None:
    with pytest.raises(ValidationError, match="IANA name"):
        Settings(timezone=name)
