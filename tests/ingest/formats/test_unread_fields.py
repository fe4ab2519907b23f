"""Fields that look like a status, a path, an id or a time are named if the format of a source does not read them."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from pixeldesk.ingest.formats.detection import detect_format
from pixeldesk.ingest.formats.samples import first_lines
from pixeldesk.ingest.formats.unread_fields import unread_fields
from tests.ingest.formats.test_formats import EXPECTED, sample

TIME = "2026-11-16T12:00:00Z"
PINO = {"level": 30, "time": 1763294400000, "pid": 7, "hostname": "web-1", "msg": "request completed"}
NGINX = {
    "time_iso8601": "2026-11-16T12:00:00+00:00", "request_method": "GET", "request_uri": "/x", "status": 200,
    "request_time": 0.1, "remote_addr": "203.0.113.9",
}  # fmt: skip
UNKNOWN = {"when": 1, "Response-Code": "403", "httpTarget": "GET /x HTTP/1.1", "correlationId": "a-1", "code": "E12"}


def unread(lines: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Return the fields of a file with these lines that its format does not read."""
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    found = detect_format(content, True, "auto", None)
    return unread_fields(first_lines(content, True, found, None), found)


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([PINO, NGINX], set()),
        ([{**PINO, "outcome": {"http_status": 404, "seen_url": "/x"}}], {"outcome.http_status", "outcome.seen_url"}),
        # Of a line with a status and a path, others are no loss; a path alone is that of a file.
        ([{**NGINX, "upstream_status": "502", "original_uri": "/y"}], set()),
        ([{**PINO, "config_path": "/etc/shop.toml"}], set()),
        # What another server answered, a number that is no status, a text that is no path.
        ([{**PINO, "err": {"status": 404, "url": "/x"}, "exit_code": 0, "url": 7, "code": "E12"}], set()),
        ([UNKNOWN], {"Response-Code", "httpTarget", "correlationId"}),
        ([{"log": json.dumps({**PINO, "answer_status": 404}), "stream": "stdout", "time": TIME}], {"answer_status"}),
        ([{"long" + "x" * 99 + "_status": 404}], {"long" + "x" * 56}),
        (
            [{**UNKNOWN, "deep": [[]] * 50, **{f"n{number}_status": 200 for number in range(2000)}}],
            {"Response-Code", "httpTarget", "correlationId", "n0_status", "n1_status", "n2_status"},
        ),
    ],
)  # fmt: skip
def test_what_is_not_read_is_named(lines: list[dict[str, Any]], names: set[str]) -> None:
    assert set(unread(lines)) == names


@pytest.mark.parametrize("name", EXPECTED)
def test_of_the_lines_of_a_known_format_nothing_is_named(name: str) -> None:
    content = sample(name).read_bytes()
    found = detect_format(content, True, "auto", None)
    assert unread_fields(first_lines(content, True, found, None), found) == ()
