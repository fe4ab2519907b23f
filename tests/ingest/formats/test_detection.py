"""The format of a source is detected from its first bytes, and an ambiguous one is reported."""

import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import UsageError
from pixeldesk.ingest.formats.detection import formats_of
from pixeldesk.ingest.formats.log_format import log_formats
from pixeldesk.ingest.formats.samples import SAMPLE_BYTES, as_lines, sample
from pixeldesk.ingest.sources.byte_stream import ByteStream
from pixeldesk.ingest.sources.documents import PeekedStream
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.formats.log_makers import epoch_ms, nginx_line, pino_line, vercel_line
from tests.log_lines import Line, as_bytes, moment, request_line, request_lines, write_lines

DOCKER = {"stream": "stdout", "time": moment()}


def in_docker(line: dict[str, Any]) -> dict[str, Any]:
    return {"log": json.dumps(line) + "\n", **DOCKER}


def formats(desk: Desk, tmp_path: Path, lines: list[Line]) -> dict[str, int]:
    found: dict[str, int] = desk.ingest([str(write_lines(tmp_path / "logs" / "a.log", lines))]).formats
    return found


TEXT = {each.format_name for each in log_formats() if each.is_text}
SAMPLES = sorted(path for path in (Path(__file__).parent / "samples").iterdir() if path.suffix != ".toml")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_each_line_of_the_samples_is_known_to_one_format(path: Path) -> None:
    """Another format that scores a line nearly as high makes it unclear; one line of application.ndjson is of none."""
    text = path.read_text()
    parsed = json.loads(text) if path.suffix == ".json" else []
    lines = (parsed if isinstance(parsed, list) else [parsed]) or as_lines(text.replace("}{", "}\n{").splitlines())
    found = [{layer.format_name for each in formats_of([line], None) for layer in each.layers} for line in lines]
    unknown = found.count(set())
    assert unknown == (path.stem == "application")
    # Samples of text have lines of the envelopes around them too.
    known = sum(path.stem in names for names in found)
    assert known == len(found) - unknown or (known and path.stem in TEXT), found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([request_line()], "pixel"),
        ([nginx_line()], "nginx"),
        ([in_docker(request_line())], "docker/pixel"),
        ([in_docker(vercel_line(message=json.dumps(pino_line())))], "docker/vercel/pino"),
        ([in_docker(in_docker(in_docker(request_line())))], "docker/docker/docker/pixel"),
        ([{"log": "plain text\n", **DOCKER}], "docker"),
        (["npm start", "", *[pino_line(n, f"id-{n:020}") for n in range(5)]], "pino"),
        ([{"a": 1}, {"b": 2}], "unrecognised"),
        (["not json"], "unrecognised"),
        ([], "unrecognised"),
        ([*[{"unknown": n} for n in range(20)], *[nginx_line(n) for n in range(20)]], "nginx"),
        ([json.dumps(nginx_line()) + "\r"], "nginx"),
        ([b"\xef\xbb\xbf" + json.dumps(nginx_line()).encode()], "nginx"),
        (["{" + "[" * 20_000, nginx_line()], "nginx"),
        ([nginx_line(note="x" * 200_000)], "nginx"),
    ],
)
def test_the_format_is_detected_from_the_first_lines(
    desk: Desk, tmp_path: Path, lines: list[Line], expected: str
) -> None:
    assert formats(desk, tmp_path, lines) == {expected: 1}


def test_each_file_has_a_format_of_its_own(desk: Desk, tmp_path: Path) -> None:
    nginx = [nginx_line(n, request_id=f"{n:032}", status="404") for n in (1, 3)]
    lines: list[list[Line]] = [[request_line()], [nginx[0]], [pino_line(2)], [nginx[1]]]
    for number, of_file in enumerate(lines):
        write_lines(tmp_path / "logs" / f"{number}.log", of_file)
    report = desk.ingest([str(tmp_path / "logs")])
    assert report.formats == {"pixel": 1, "nginx": 2, "pino": 1}
    # Two of the lines are of nginx before another program that logs the same requests.
    assert (report.lines, report.requests + report.events) == (4, 4)
    stored = desk.store.rows("SELECT format FROM sources ORDER BY path")
    assert [row["format"] for row in stored] == ["pixel", "nginx", "pino", "nginx"]


def test_compressed_files_and_standard_input_are_sampled_too(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(as_bytes([nginx_line(n, msec=n) for n in range(3000)])))
    assert desk.ingest([str(tmp_path / "a.gz")]).requests == 3000
    piped = io.BufferedReader(io.BytesIO(as_bytes([pino_line(n, f"piped-{n:015}") for n in range(3000)])))
    report = desk.ingest(["-"], standard_input=piped)
    assert (report.formats, report.requests) == ({"pino": 1}, 3000)


def test_an_ambiguous_format_is_not_guessed(desk: Desk, tmp_path: Path) -> None:
    process = {"level": 30, "pid": 4711, "hostname": "web-1"}
    torn: list[Line] = [{**nginx_line(n), **process, "time": epoch_ms(n)} for n in range(3)]
    good = write_lines(tmp_path / "good.log", request_lines(2))
    path = write_lines(tmp_path / "torn.log", torn)
    report = desk.ingest([str(path), str(good)])
    (complaint,) = report.unreadable
    assert "torn.log: its first lines could be" in complaint
    assert "--format pino" in complaint
    assert "\n" not in complaint
    assert report.requests == 2
    assert desk.ingest([str(path)], "nginx").requests == 3


def test_a_mixture_is_read_line_by_line(desk: Desk, tmp_path: Path) -> None:
    lines: list[Line] = [line for n in range(20) for line in (nginx_line(n, request_id=f"{n:032}"), pino_line(n))]
    report = desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert (report.formats, report.requests, report.lines) == ({"pino+nginx": 1}, 40, 40)
    seats = desk.store.rows("SELECT seat, count(*) AS lines FROM requests GROUP BY seat ORDER BY seat")
    assert [(row["seat"], row["lines"]) for row in seats] == [("proxy", 20), (None, 20)]


def test_a_format_that_appears_late_is_found(desk: Desk, tmp_path: Path) -> None:
    lines: list[Line] = [pino_line(n, f"id-{n:020}") for n in range(3000)]
    lines += [nginx_line(n, request_id=f"{n:032}") for n in range(5)]
    path = write_lines(tmp_path / "a.log", lines)
    report = desk.ingest([str(path)])
    assert (report.requests, report.unmapped) == (3005, 0)
    assert desk.store.rows("SELECT format FROM sources") == [{"format": "pino+nginx"}]


def test_lines_in_envelopes_may_be_mixed_too(desk: Desk, tmp_path: Path) -> None:
    lines: list[Line] = [
        in_docker(line) for n in range(20) for line in (nginx_line(n, request_id=f"{n:032}"), pino_line(n))
    ]
    report = desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert (report.formats, report.requests) == ({"docker/pino+docker/nginx": 1}, 40)


def test_json_in_an_envelope_that_no_format_knows_is_unmapped(desk: Desk, tmp_path: Path) -> None:
    lines: list[Line] = [in_docker({"colour": "blue", "at": 1}), in_docker(pino_line()), in_docker(pino_line(1))]
    report = desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert (report.requests, report.events, report.unmapped) == (2, 0, 1)
    (raw,) = (row["raw"] for row in desk.store.rows("SELECT raw FROM unmapped"))
    assert "colour" in raw


def test_a_requested_format_takes_precedence(desk: Desk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.log", [in_docker(pino_line()), pino_line(1, "without-its-envelope")])
    report = desk.ingest([str(path)], "Docker/pino_http")
    assert (report.formats, report.requests) == ({"docker/pino": 1}, 2)


def test_a_grown_file_keeps_its_format(desk: Desk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.log", [nginx_line()])
    desk.ingest([str(path)])
    with path.open("ab") as file:
        file.write(as_bytes([nginx_line(n, request_id=f"{n:032}") for n in range(1, 4)]))
    report = desk.ingest([str(path)])
    assert (report.formats, report.lines, report.requests) == ({"nginx": 1}, 3, 3)


def test_a_file_of_unknown_format_is_sampled_again(desk: Desk, tmp_path: Path) -> None:
    starts: list[list[Line]] = [[], ["npm start"], [{"log": "npm start\n", **DOCKER}]]
    for number, lines in enumerate(starts):
        path = write_lines(tmp_path / "logs" / f"{number}.log", lines)
        desk.ingest([str(path)])
        line = pino_line(number, f"grown-{number:020}")
        with path.open("ab") as file:
            file.write(as_bytes([line if number < 2 else in_docker(line)]))
        report = desk.ingest([str(path)])
        assert (list(report.formats), report.requests) == ([["pino", "pino", "docker/pino"][number]], 1)


def test_a_rewritten_file_is_sampled_again(desk: Desk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.log", [nginx_line()])
    desk.ingest([str(path)])
    write_lines(path, [pino_line(1, "another-program-0001")])
    assert desk.ingest([str(path)]).formats == {"pino": 1}


@pytest.mark.parametrize("name", ["nonsense", "pino/docker", "docker/nonsense", "", "docker/docker/docker/docker/pino"])
def test_no_such_format(desk: Desk, tmp_path: Path, name: str) -> None:
    path = write_lines(tmp_path / "a.log", [request_line()])
    with pytest.raises(UsageError) as raised:
        desk.ingest([str(path)], name)
    assert "\n" not in str(raised.value)


SHOP = """
name = "shop"
title = "The shop's own"
recognised_by = [["ts", "code", "rid"]]
[fields]
timestamp = "ts"
request_id = "rid"
status = "code"
duration_ms = { path = "took", unit = "us" }
method = { path = "what", pattern = '^([A-Z]+) ' }
level = { value = "info" }
environment = [{ path = "stage", values = { live = "production" } }, "stage"]
"""


def custom_desk(tmp_path: Path, text: str) -> Desk:
    (tmp_path / "own").mkdir(exist_ok=True)
    (tmp_path / "own" / "shop.toml").write_text(text)
    settings = Settings(db=tmp_path / "pixeldesk.store.duckdb", formats=tmp_path / "own")
    return Desk(settings, open_store(settings))


def test_a_custom_format(tmp_path: Path) -> None:
    desk = custom_desk(tmp_path, SHOP)
    lines: list[Line] = [
        {"ts": epoch_ms(), "code": "201", "rid": "r-1", "took": 1500, "what": "PUT /x", "stage": "live"},
        {"ts": epoch_ms(1), "code": 404, "rid": "r-2", "stage": "test"},
        {"ts": epoch_ms(2), "code": 404, "took": "long", "rid": "r-3"},
    ]
    report = desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert (report.formats, report.requests, report.quarantined) == ({"shop": 1}, 2, 1)
    rows = desk.store.rows(
        "SELECT request_id, status, duration_ms, method, level, environment FROM requests ORDER BY request_id"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("r-1", 201, 1.5, "PUT", "info", "production"),
        ("r-2", 404, None, None, "info", "test"),
    ]
    assert 'took is "long"' in desk.quarantine(1)[0]["reason"]
    desk.store.close()


def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "adding_a_format.md").read_text()
    line, example = re.search(r"`(\{.*?\})`:\n\n```toml\n(.*?)```", text, re.DOTALL).groups()  # type: ignore[union-attr]
    desk = custom_desk(tmp_path, example)
    report = desk.ingest([str(write_lines(tmp_path / "a.log", [line]))])
    assert (report.formats, report.requests) == ({"shop": 1}, 1)
    (row,) = desk.store.rows("SELECT request_id, status, duration_ms, method, environment, level FROM requests")
    assert tuple(row.values()) == ("a-1", 403, 1.5, "GET", "production", "info")
    desk.store.close()


def test_a_custom_format_takes_precedence_over_one_that_fits_as_well(tmp_path: Path) -> None:
    custom = SHOP.replace('[["ts", "code", "rid"]]', '[["remote_addr", "request", "request_time", "status"]]')
    desk = custom_desk(tmp_path, custom.replace('"ts"', '"time_iso8601"').replace('"code"', '"status"'))
    report = desk.ingest([str(write_lines(tmp_path / "a.log", [nginx_line()]))])
    assert report.formats == {"shop": 1}
    desk.store.close()


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("name = ", "cannot be read"),
        (SHOP.replace('status = "code"', 'stat = "code"'), "no column is called stat"),
        (SHOP.replace('"us"', '"weeks"'), "fields.duration_ms.0.unit"),
        (SHOP.replace("'^([A-Z]+) '", "'^[A-Z]+ '"), "exactly one group"),
        (SHOP.replace("'^([A-Z]+) '", "'^(?=x)([A-Z]+) '"), "look-around"),
        (SHOP.replace("'^([A-Z]+) '", "'^([A-Z+ '"), "pattern"),
        (SHOP.replace('"rid"', '"a..b"'), "is not a path"),
        (SHOP.replace('title = "The shop\'s own"', ""), "title"),
        (SHOP.replace("name =", "nam ="), "nam"),
        (
            SHOP.replace("[fields]", "strict = true\n[fields]").replace('"rid"\n', '"rid[0]"\n'),
            "no element of a list",
        ),
        (SHOP.replace("[fields]", "strict = true\n[fields]").replace('"rid"\n', '"ts.id"\n'), "a part of it"),
        (SHOP.replace("'^([A-Z]+) '", "'^(?P<method>[A-Z]+) '"), "exactly one group"),
    ],
)
def test_a_mistake_in_a_custom_format_is_one_clear_line(tmp_path: Path, broken: str, complaint: str) -> None:
    desk = custom_desk(tmp_path, broken)
    path = write_lines(tmp_path / "a.log", [request_line()])
    with pytest.raises(UsageError) as raised:
        desk.ingest([str(path)], "pixel")
    desk.store.close()
    assert "shop.toml: " in str(raised.value)
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_folder_of_formats(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "pixeldesk.store.duckdb", formats=tmp_path / "nowhere")
    desk = Desk(settings, open_store(settings))
    with pytest.raises(UsageError, match="PIXELDESK_FORMATS"):
        desk.ingest([str(write_lines(tmp_path / "a.log", [request_line()]))], "pixel")
    desk.store.close()


@pytest.mark.parametrize(
    ("content", "sampled", "is_whole"),
    [
        (b"", 0, True),
        (b"a\n", 2, True),
        (b"a\n" * (SAMPLE_BYTES // 2), SAMPLE_BYTES, True),
        (b"a\n" * (SAMPLE_BYTES // 2) + b"b", SAMPLE_BYTES, False),
        (b"a" * SAMPLE_BYTES, SAMPLE_BYTES, True),
        (b"a" * SAMPLE_BYTES + b"\nb\n", SAMPLE_BYTES + 3, True),
        (b"a" * (1 << 23), 1 << 22, False),
    ],
)
def test_a_sample_holds_the_first_line_and_says_whether_it_is_the_whole_source(
    content: bytes, sampled: int, is_whole: bool
) -> None:
    stream = PeekedStream(ByteStream(io.BytesIO(content)))
    first, whole = sample(stream)
    assert (len(first), whole) == (sampled, is_whole)
    assert stream.read(len(content)) == content


def test_each_format_of_ones_own_wins_also_beside_one_that_replaces_another(tmp_path: Path) -> None:
    desk = custom_desk(tmp_path, SHOP.replace('["ts", "code", "rid"]', '["level", "time", "pid", "req.method"]'))
    replaced = 'name = "bunyan"\ntitle = "t"\nrecognised_by = [["never"]]\n[fields]\ntimestamp = "never"\n'
    (tmp_path / "own" / "bunyan.toml").write_text(replaced)
    report = desk.ingest([str(write_lines(tmp_path / "a.log", [pino_line(n) for n in range(3)]))])
    assert list(report.formats) == ["shop"]
