"""A refusal speaks of the line: of its fields, and of what it looks like, never of a parser."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixeldesk.catalogue.reason_kinds import REQUEST_ID_MISSING
from pixeldesk.ingest.formats.log_format import log_format
from pixeldesk.ingest.parsing.not_json import why_not_json
from pixeldesk.ingest.parsing.refusal import why_refused
from tests.log_lines import request_line

GOOD = '{"a": "info", "n": 1}'
NOT_JSON = {
    "[info] listening on :3000": "text",
    "2026-11-20 10:00:00 INFO started": "text that begins with a time",
    "Nov 20 10:00:00 web-1 app: started": "text that begins with a time",
    '127.0.0.1 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-"': "a line of an access log as text",
    "level=info msg=started port=3000": "pairs such as name=value",
    '2026-11-20T10:00:00Z stdout F {"level":30}': "text before JSON",
    "    at handler (/app/index.js:1:2)": "a line of a stack trace",
    "Traceback (most recent call last):": "a line of a stack trace",
    "<html>": "a line of XML or HTML",
    GOOD[:9]: "cut off after 9 characters, the line ends in the middle",
    GOOD[:-1]: "cut off after 20 characters, the line ends in the middle",
    '{"a":"\\u00': "cut off after 10 characters, the line ends in the middle",
    '{"a":': "cut off after 5 characters, the line ends in the middle",
    '{"a":"C:\\q"}': "the backslash at character 9 begins no escape of JSON",
    '{"a":"\t"}': "a control character inside a text, at character 7; JSON writes it as an escape",
    GOOD + " // ok": "other text behind the object",
    GOOD + GOOD: "two objects in one line",
    '{"a":1,}': "a comma before the closing bracket, at character 8",
    "{'a': 1}": "single quotes, as Python prints a dict; JSON has double quotes, as json.dumps writes them",
    "{a: 1}": "a name without quotes, at character 2; JSON has them, as JSON.stringify writes them",
    '{"a":-,"b":1}': "`-` at character 6 is no value of JSON",
    '{"a":True}': "`True` at character 6 is no value of JSON",
    '{"a":}': "no value at character 6",
    '{"a":1 "b":2}': "a comma or a colon is missing before character 8",
    "[" * 100_000: "nested too deeply",
    '{"n":' + "9" * 5000 + "}": "a number of more than 4,300 digits",
}
# What json and pydantic say.
LIBRARY = re.compile(
    r"Expecting|Extra data|delimiter|enclosed|utf-8-sig|Unterminated|Input should|Invalid|\\u[0-9X]|limit"
)


@pytest.mark.parametrize("line", NOT_JSON, ids=lambda line: line[:30])
def test_what_a_line_is_instead_of_json(line: str) -> None:
    reason = why_refused(line, log_format("pixel"))
    assert reason.text.endswith(NOT_JSON[line])
    assert reason.text.startswith("not JSON")
    other = why_refused(line.replace("info", "information"), log_format("pixel"))
    assert other.kind == reason.kind
    assert not re.search(r"\d", reason.kind.replace("4,300", ""))


@given(st.text(alphabet="{}[]\",:\\ \t\x00'abtrue01-u.", max_size=30))
def test_no_reason_is_in_the_words_of_a_library(text: str) -> None:
    for line in (text, f'{{"a": {text}', f'{{"a": "{text}"}}'):
        try:
            json.loads(line)
        except ValueError:
            reason = why_not_json(line)
            assert reason.text.startswith("not JSON: ")
            assert not LIBRARY.search(reason.text)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"timestamp": None, "time": "2026-11-20T10:00:00Z"}, "`time` is there; the format expects `timestamp`"),
        ({"timestamp": None, "@timestamp": 1795168800}, "`@timestamp` is there; the format expects `timestamp`"),
        ({"timestamp": None, "created_at": "2026-11-20 10:00:00,1"}, "`created_at` is there; the format expects"),
        ({"timestamp": None, "time": "soon"}, None),
        ({"timestamp": None, "uptime_s": "none"}, None),
        ({"request_id": None, "requestId": "a-1"}, "`requestId` is there; the format expects `request_id` or `meta."),
        ({"request_id": None, "x-request-id": "a-1"}, "`x-request-id` is there; the format expects"),
        ({"request_id": None, "req": {"id": 1}}, None),
    ],
)
def test_a_field_under_another_name(fields: dict[str, Any], reason: str | None) -> None:
    found = why_refused(json.dumps(request_line(**fields)), log_format("pixel"))
    kind = "timestamp is missing" if "timestamp" in fields else REQUEST_ID_MISSING
    assert found.kind == kind
    assert found.text.startswith(kind)
    assert found.text == kind if reason is None else reason in found.text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "fine"}, 'status is "fine": must be a whole number from 100 to 599'),
        ({"status": 99}, "status is 99: must be a whole number from 100 to 599"),
        ({"duration_ms": "fast"}, 'duration_ms is "fast": must be a number'),
        ({"response": {"rows": -1}}, "response.rows is -1: must be a whole number from 0 on"),
        ({"api_key": {"id": "k", "scopes": "read"}}, 'api_key.scopes is "read": must be a list'),
        ({"request_id": "r" * 201}, "is 201 characters long, at most 200 are allowed"),
        ({"timestamp": "soon"}, 'timestamp is "soon": is neither RFC 3339'),
    ],
)
def test_a_value_that_does_not_fit(fields: dict[str, Any], reason: str) -> None:
    found = why_refused(json.dumps(request_line(**fields)), log_format("pixel"))
    assert reason in found.text
    assert not LIBRARY.search(found.text)


def test_a_format_names_the_fields_that_it_expects() -> None:
    line = json.dumps({"level": 30, "created": "2026-11-20T10:00:00Z", "pid": 1, "hostname": "w", "msg": "x"})
    found = why_refused(line, log_format("pino"))
    assert (
        found.text
        == "timestamp is missing: `created` is there; the format expects `time` or `timestamp` or `@timestamp`"
    )
