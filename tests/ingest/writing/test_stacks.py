"""A stack that a program wrote as text among its JSON is one event of the line before it."""

import shutil
from pathlib import Path

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.rebuilding.rebuild import rebuild
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.formats.log_makers import nginx_line, pino_line
from tests.log_lines import Line, as_bytes, write_lines
from tests.whole_store import differences

NODE: list[Line] = [
    "Error: kaboom in handler",
    "    at handler (/app/index.js:9:34)",
    "    at Layer.handleRequest (/app/index.js:169:33) {",
    "  code: 'X',",
    "  [cause]: TypeError: y",
    "      at inner (/app/index.js:1:1)",
    "}",
]
PYTHON: list[Line] = [
    "Traceback (most recent call last):",
    '  File "app.py", line 3, in f',
    "    f()",
    "ValueError: bad",
]
GO: list[Line] = ["panic: runtime error", "", "goroutine 7 [running]:", "main.handler()", "\t/src/main.go:12 +0x1d"]
# As Rails writes it, without an indent.
RUBY: list[Line] = [
    "RuntimeError (kaboom in handler):",
    "  ",
    "app/controllers/shop_controller.rb:25:in `answer'",
    "actionpack (6.1.7.10) lib/action_controller/metal/basic_implicit_render.rb:6:in `send_action'",
]
IDS = [f"req_stack{number:05}" for number in range(4)]


def events(desk: Desk) -> list[tuple[str | None, str, str, str]]:
    rows = desk.store.rows("SELECT request_id, level, message, raw FROM events ORDER BY timestamp, line_number")
    return [(row["request_id"], row["level"], row["message"], row["raw"]) for row in rows]


def counted(desk: Desk, outcome: str) -> int:
    return int(desk.store.rows(f"SELECT sum({outcome})::BIGINT AS n FROM batches")[0]["n"])


def text(lines: list[Line]) -> str:
    return "\n".join(str(line) for line in lines if line)


def test_each_stack_is_an_event_of_the_request_before_it(desk: Desk, tmp_path: Path) -> None:
    answered = [pino_line(number, name) for number, name in enumerate([*IDS, "req_stack00004"])]
    log = [
        answered[0],
        *NODE,
        answered[1],
        *PYTHON,
        answered[2],
        *GO,
        answered[3],
        *RUBY,
        answered[4],
        "just a text",
        "and",
    ]
    report = desk.ingest([str(write_lines(tmp_path / "a.log", log))])
    assert events(desk) == [
        (IDS[0], "error", "Error: kaboom in handler", text(NODE)),
        (IDS[1], "error", "ValueError: bad", text(PYTHON)),
        (IDS[2], "error", "panic: runtime error", text(GO)),
        (IDS[3], "error", "RuntimeError (kaboom in handler):", text([line for line in RUBY if str(line).strip()])),
    ]
    assert (report.lines, report.requests, report.events, report.quarantined, report.blank) == (13, 5, 4, 2, 2)
    assert desk.lookup(IDS[0]).found[0].lines[1] == text(NODE)
    assert differences(desk.store) == {}
    assert desk.ingest([str(write_lines(tmp_path / "again.log", log))]).duplicates == 11


def test_the_same_error_is_an_event_each_time(desk: Desk, tmp_path: Path) -> None:
    log = [line for number in range(3) for line in (pino_line(number, IDS[number]), *NODE)]
    first, second = write_lines(tmp_path / "a.log", log[:8]), tmp_path / "b.log"
    desk.ingest([str(first)])
    with first.open("ab") as file:
        file.write(as_bytes(log[8:]))
    desk.ingest([str(first)])
    assert [request_id for request_id, *_ in events(desk)] == IDS[:3]
    shutil.copyfile(first, second)
    # The copy goes on: what is read again is known, and what is new is not.
    with second.open("ab") as file:
        file.write(as_bytes([pino_line(3, IDS[3]), *NODE]))
    assert desk.ingest([str(second)]).events == 1
    assert [request_id for request_id, *_ in events(desk)] == IDS


def test_a_stack_that_goes_on_after_a_poll_is_of_the_same_request(desk: Desk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.log", [pino_line(0, IDS[0]), *NODE[:3]])
    desk.ingest([str(path)])
    with path.open("ab") as file:
        file.write(as_bytes([*NODE[3:], pino_line(1, IDS[1])]))
    desk.ingest([str(path)])
    assert [(request_id, raw) for request_id, _, _, raw in events(desk)] == [
        (IDS[0], text(NODE[:3])),
        (IDS[0], text(NODE[3:])),
    ]


def test_a_stack_before_the_first_line_is_of_no_request(desk: Desk, tmp_path: Path) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.log", [*NODE, pino_line(0, IDS[0])]))])
    assert events(desk) == [(None, "error", "Error: kaboom in handler", text(NODE))]


def test_a_stack_in_a_mixture_of_formats_is_of_the_line_before_it(desk: Desk, tmp_path: Path) -> None:
    proxy = [nginx_line(number - 0.25, request_id=f"req_proxy{number:05}") for number in range(2)]
    log = [proxy[0], pino_line(0, IDS[0]), *NODE, proxy[1], *PYTHON, pino_line(1, IDS[1])]
    desk.ingest([str(write_lines(tmp_path / "a.log", log))])
    assert [request_id for request_id, *_ in events(desk)] == [IDS[0], "req_proxy00001"]
    shutil.copyfile(tmp_path / "a.log", tmp_path / "b.log")
    assert desk.ingest([str(tmp_path / "b.log")]).duplicates == 6


def test_pretty_printed_json_that_is_broken_is_no_stack(desk: Desk, tmp_path: Path) -> None:
    log: list[Line] = [pino_line(0, IDS[0]), '"what": "Error",', '  "message": "x"', "  }"]
    assert desk.ingest([str(write_lines(tmp_path / "a.log", log))]).quarantined == 3
    assert events(desk) == []
    log = [pino_line(1, IDS[1]), "ConfigError: no such file", "  looked in /etc/shop", ""]
    desk.ingest([str(write_lines(tmp_path / "b.log", log))])
    assert [message for _, _, message, _ in events(desk)] == ["ConfigError: no such file"]


def test_a_rebuilt_store_has_the_stacks(desk: Desk, tmp_path: Path) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.log", [pino_line(0, IDS[0]), *NODE, pino_line(1, IDS[1]), *PYTHON]))])
    before = events(desk)
    old = desk.settings.db
    desk.store.close()
    settings = Settings(db=tmp_path / "new" / "pixeldesk.duckdb")
    store = open_store(settings)
    rebuild(store, settings, old)
    rebuilt = Desk(settings, store)
    assert events(rebuilt) == before
    # Reading the log again adds nothing.
    shutil.copyfile(tmp_path / "a.log", tmp_path / "b.log")
    assert rebuilt.ingest([str(tmp_path / "b.log")]).events == 0
    store.close()
