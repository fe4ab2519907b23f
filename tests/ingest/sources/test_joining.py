"""Long lines that their writer cut into pieces are joined before anything is parsed."""

import io
import itertools
import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.following.files import FileFollower
from pixeldesk.ingest.formats.log_format import log_format
from pixeldesk.ingest.line_reader import reader_for
from pixeldesk.ingest.load import Progress, load
from pixeldesk.ingest.sources.byte_stream import ByteStream
from pixeldesk.ingest.sources.find_sources import find_sources
from pixeldesk.ingest.sources.lines import START, Checkpoint, Chunk, read_buffers
from pixeldesk.settings import Settings
from tests.ingest.formats.log_makers import pino_line
from tests.log_lines import moment
from tests.whole_store import differences

EXAMPLES = int(os.environ.get("PIXELDESK_PIECES", "60"))
Cut = Callable[[str, list[str], str], list[str]]
"""Returns the lines that a writer makes of a text cut into parts, in one of its streams."""


def docker(stream: str, parts: list[str], moment: str) -> list[str]:
    ended = [*parts[:-1], parts[-1] + "\n"]
    return [json.dumps({"log": part, "stream": stream, "time": moment}) for part in ended]


def fluent_bit(stream: str, parts: list[str], moment: str) -> list[str]:
    marks = ["P"] * (len(parts) - 1) + ["F"]
    return [
        json.dumps({"date": moment, "stream": stream, "_p": mark, "log": part})
        for part, mark in zip(parts, marks, strict=True)
    ]


def fluentd(stream: str, parts: list[str], moment: str) -> list[str]:
    lines: list[dict[str, Any]] = [
        {"container_id": "c0ffee", "source": stream, "log": part, "date": moment} for part in parts
    ]
    if len(parts) > 1:
        for number, line in enumerate(lines, start=1):
            last = "true" if number == len(lines) else "false"
            line |= {"partial_message": "true", "partial_id": "p" + moment, "partial_last": last}
    return [json.dumps(line) for line in lines]


def cri(stream: str, parts: list[str], moment: str) -> list[str]:
    tags = ["P"] * (len(parts) - 1) + ["F"]
    return [f"{moment} {stream} {tag} {part}" for tag, part in zip(tags, parts, strict=True)]


WRITERS: dict[str, Cut] = {"docker": docker, "fluent-bit": fluent_bit, "fluentd": fluentd, "cri": cri}
# Without carriage returns: at the end of a line of text they belong to the line end.
TEXT = st.text(st.sampled_from('an\\"{}\t é😀 P'), min_size=1, max_size=30)


def chunks(name: str, content: bytes, buffer_bytes: int, checkpoint: Checkpoint = START) -> list[Chunk]:
    """Read a log from a checkpoint. Every table owns its bytes, so that all can be looked at together."""
    settings = Settings().model_copy(update={"chunk_bytes": buffer_bytes})
    log = log_format("fluent-bit" if name == "fluentd" else name)
    assert log.pieces
    log = log.model_copy(update={"pieces": log.pieces.model_copy(update={"cut_after": 1})})
    stream = ByteStream(io.BytesIO(content))
    stream.skip(checkpoint.position)
    reader = reader_for(stream, log, settings, checkpoint, lambda _: read_buffers(buffer_bytes, 0))
    found = []
    for chunk in reader.chunks(ahead=False):
        chunk.table = chunk.table.from_pylist(chunk.table.to_pylist())
        found.append(chunk)
    return found


def lines_of(found: list[Chunk]) -> list[tuple[int, int, str]]:
    return [
        (row["line_number"], row["byte_offset"], row["line"])
        for chunk in found
        for row in chunk.table.select(["line_number", "byte_offset", "line"]).to_pylist()
    ]


@dataclass
class Log:
    """Lines of two streams, as they are whole, and as a writer cuts them; `spans`: the pieces of each line."""

    whole: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    spans: list[range] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        return "".join(f"{line}\n" for line in self.cut).encode()

    @property
    def starts(self) -> list[int]:
        return list(accumulate((len(line.encode()) + 1 for line in self.cut), initial=0))

    @property
    def longest(self) -> int:
        """The bytes of the pieces that hang together, one line between the pieces of the other."""
        longest, start, stop = 0, 0, 0
        for span in sorted(self.spans, key=lambda span: span.start):
            start, stop = (start if span.start < stop else span.start), max(stop, span.stop)
            longest = max(longest, self.starts[stop] - self.starts[start])
        return longest


@st.composite
def logs(draw: st.DrawFn, cut: Cut) -> Log:
    streams: dict[str, list[tuple[list[str], str]]] = {"stdout": [], "stderr": []}
    for number, text in enumerate(draw(st.lists(TEXT, min_size=1, max_size=8))):
        stream = draw(st.sampled_from(sorted(streams)))
        ends = sorted(draw(st.sets(st.integers(1, len(text)), max_size=3)) | {len(text)})
        parts = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
        streams[stream].append((cut(stream, parts, moment(number)), cut(stream, [text], moment(number))[0]))
    log = Log()
    pieces: dict[str, list[str]] = {stream: [] for stream in streams}
    first: dict[str, int] = {}
    while any(streams.values()) or any(pieces.values()):
        stream = draw(st.sampled_from([name for name in streams if streams[name] or pieces[name]]))
        if not pieces[stream]:
            pieces[stream], whole = streams[stream].pop(0)
            first[stream] = len(log.cut)
            log.whole.append(whole)
        log.cut.append(pieces[stream].pop(0))
        if not pieces[stream]:
            log.spans.append(range(first[stream], len(log.cut)))
    return log


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_any_split_of_lines_into_pieces_reads_as_the_lines_that_were_not_split(name: str, data: st.DataObject) -> None:
    log = data.draw(logs(WRITERS[name]))
    buffer_bytes = data.draw(st.sampled_from([0, 1000, 100_000]))
    buffer_bytes = max(buffer_bytes, log.longest + max(map(len, log.cut)) * 4)
    found = chunks(name, log.content, buffer_bytes)
    assert [text_and_stream(line) for _, _, line in lines_of(found)] == [text_and_stream(line) for line in log.whole]
    assert [log.starts[number - 1] for number, _, _ in lines_of(found)] == [offset for _, offset, _ in lines_of(found)]
    assert sum(chunk.lines for chunk in found) == len(log.whole)
    # Whoever is killed after a chunk reads on as if nothing had been.
    for number, chunk in enumerate(found[:-1], start=1):
        assert lines_of(chunks(name, log.content, buffer_bytes, chunk.checkpoint)) == lines_of(found[number:])


def text_and_stream(line: str) -> tuple[str, str]:
    if not line.startswith("{"):
        _, stream, tag, text = line.split(" ", 3)
        assert tag == "F"
        return text, stream
    record = json.loads(line)
    return record["log"], record.get("stream") or record["source"]


LONG = json.dumps(pino_line(1, "req_Long000001", res={"statusCode": 503}, payload="y" * 40_000))
SHORT = [json.dumps(pino_line(n, f"req_Short{n:05}")) for n in range(4)]


def sixteen_kib(text: str) -> list[str]:
    return [text[start : start + 16_384] for start in range(0, len(text), 16_384)]


def written(path: Path, lines: list[str]) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return str(path)


def stored(desk: Desk) -> list[tuple[str, int]]:
    assert differences(desk.store) == {}
    return [
        (row["request_id"], row["status"])
        for row in desk.store.rows("SELECT request_id, status FROM requests ORDER BY request_id")
    ]


ALL = [("req_Long000001", 503), *[(f"req_Short{n:05}", 200) for n in range(4)]]


def interleaved(cut: Cut) -> list[str]:
    """Return a log in which the other stream writes between the pieces of the long line."""
    first, second, third = cut("stdout", sixteen_kib(LONG), moment())
    others = [cut("stderr", [line], moment(n))[0] for n, line in enumerate(SHORT)]
    return [others[0], first, others[1], second, others[2], third, others[3]]


@pytest.mark.parametrize("name", WRITERS)
def test_a_long_line_is_one_request_and_counts_as_one_line(desk: Desk, tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "a.log", interleaved(WRITERS[name]))
    report = desk.ingest([path])
    assert (report.lines, report.requests, report.lines_by_outcome()["requests"]) == (5, 5, 5)
    assert stored(desk) == ALL
    (row,) = desk.store.rows("SELECT line_number, raw FROM requests WHERE status = 503")
    assert row["line_number"] == 2
    assert LONG[-100:] in text_and_stream(row["raw"])[0]
    # Delivered again under another name, nothing is new.
    again = desk.ingest([written(tmp_path / "b.log", interleaved(WRITERS[name]))])
    assert (again.lines, again.duplicates) == (5, 5)


def test_a_character_that_was_cut_is_whole_again(desk: Desk, tmp_path: Path) -> None:
    line = json.dumps(pino_line(msg="déjà vu 😀"), ensure_ascii=False).encode()
    cuts = [0, *sorted(line.index(letter.encode()) + 1 for letter in "éà😀"), len(line)]
    log = b"".join(
        f"{moment()} stdout {'F' if end == len(line) else 'P'} ".encode() + line[start:end] + b"\r\n"
        for start, end in itertools.pairwise(cuts)
    )
    (tmp_path / "a.log").write_bytes(log)
    desk.ingest([str(tmp_path / "a.log")])
    assert desk.store.rows("SELECT message FROM requests") == [{"message": "déjà vu 😀"}]
    assert desk.store.rows("SELECT lines FROM batches") == [{"lines": 1}]
    assert desk.store.rows("SELECT lines FROM sources") == [{"lines": 4}]


def test_the_pieces_of_several_containers_are_told_apart(desk: Desk, tmp_path: Path) -> None:
    lines = [json.dumps(pino_line(n, f"req_Pod{n:07}", payload="y" * 20_000)) for n in range(3)]
    pieces = [fluentd("stdout", sixteen_kib(line), moment()) for line in lines]
    pods = [[line.replace("c0ffee", f"c{pod}") for line in of_pod] for pod, of_pod in enumerate(pieces)]
    pieces_in_turn = [of_pod[0] for of_pod in pods] + [of_pod[1] for of_pod in pods]
    report = desk.ingest([written(tmp_path / "a.log", pieces_in_turn)])
    assert (report.lines, report.requests, report.formats) == (3, 3, {"fluent-bit/pino": 1})


def test_an_older_driver_does_not_say_which_piece_is_the_last(desk: Desk, tmp_path: Path) -> None:
    texts = [SHORT[0], *sixteen_kib(LONG)]
    parts = [{"container_id": "c0ffee", "source": "stdout", "date": moment(), "log": text} for text in texts]
    for part in parts[1:-1]:
        part["partial_message"] = "true"
    report = desk.ingest([written(tmp_path / "a.log", [json.dumps(part) for part in parts])])
    assert (report.lines, report.requests) == (2, 2)


def test_a_line_that_is_too_long_when_joined_is_quarantined_with_the_reason(desk: Desk, tmp_path: Path) -> None:
    settings = desk.settings.model_copy(update={"max_line_bytes": 20_000})
    report = load(desk.store, settings, find_sources([written(tmp_path / "a.log", interleaved(docker))]))
    assert (report.counts.lines, report.counts.requests, report.counts.quarantined) == (5, 4, 1)
    assert desk.store.rows("SELECT reason, line_number FROM quarantine") == [
        {"reason": "longer than 20,000 bytes (PIXELDESK_MAX_LINE_BYTES)", "line_number": 2}
    ]


def test_records_without_line_feeds_are_no_pieces(desk: Desk, tmp_path: Path) -> None:
    lines = [json.dumps({"log": line, "stream": "stdout", "time": moment()}) for line in SHORT]
    text = [json.dumps({"log": f"started {n}", "stream": "stderr", "time": moment()}) for n in range(4)]
    report = desk.ingest([written(tmp_path / "a.log", [*lines, *text])])
    assert (report.lines, report.requests, report.events) == (8, 4, 4)


def test_a_short_piece_of_an_object_is_a_piece(desk: Desk, tmp_path: Path) -> None:
    lines = [line for text in SHORT for line in docker("stdout", [text[:50], text[50:90], text[90:]], moment())]
    report = desk.ingest([written(tmp_path / "a.log", lines)])
    assert (report.lines, report.requests) == (4, 4)


def test_an_object_without_a_line_feed_is_no_piece_of_what_follows(desk: Desk, tmp_path: Path) -> None:
    lines = [json.dumps({"log": line, "stream": "stdout", "time": moment()}) for line in SHORT]
    report = desk.ingest([written(tmp_path / "a.log", [*lines, *docker("stdout", ["started"], moment())])])
    assert (report.lines, report.requests, report.events) == (5, 4, 1)


def test_a_piece_may_end_like_a_line_feed(desk: Desk, tmp_path: Path) -> None:
    line = json.dumps(pino_line(1, "req_Long000001", path="C:\\new"))
    cut = line.index("\\new") + 2
    lines = [*docker("stdout", SHORT[:1], moment()), *docker("stdout", [line[:cut], line[cut:]], moment())]
    assert '\\n"' in lines[1]
    report = desk.ingest([written(tmp_path / "a.log", lines)])
    assert (report.lines, report.requests) == (2, 2)


def test_no_chunk_ends_between_pieces_where_lines_interleave() -> None:
    first, second = docker("stdout", ["aaaa", "aaaa"], moment())
    third, fourth = docker("stderr", ["bbbb", "bbbb"], moment())
    whole = docker("stderr", ["whole"], moment())[0]
    content = "".join(f"{line}\n" for line in (whole, first, third, second, fourth)).encode()
    size = content.index(fourth.encode()) + 10
    found = chunks("docker", content, size)
    assert [[number for number, _, _ in lines_of([chunk])] for chunk in found] == [[1], [2, 3]]


def test_a_piece_that_ends_between_the_line_and_its_line_feed(desk: Desk, tmp_path: Path) -> None:
    texts = [text.replace('"}', f'{"y" * (16_384 - len(text))}"}}') for text in SHORT]
    lines = [line for text in texts for line in docker("stdout", [text, ""], moment())]
    report = desk.ingest([written(tmp_path / "a.log", lines)])
    assert (report.lines, report.requests) == (4, 4)


def test_pieces_without_their_last_are_read_as_they_are_and_again_when_it_comes(desk: Desk, tmp_path: Path) -> None:
    lines = interleaved(docker)
    path = written(tmp_path / "a.log", lines[:4])
    desk.ingest([path])
    assert differences(desk.store) == {}
    written(tmp_path / "a.log", lines)
    desk.ingest([path])
    assert stored(desk) == ALL
    assert desk.store.rows("SELECT count(*) AS events FROM events") == [{"events": 0}]


def test_a_followed_file_waits_for_the_last_piece(desk: Desk, tmp_path: Path) -> None:
    clock = [0.0]
    lines = [f"{line}\n" for line in interleaved(docker)]
    path = tmp_path / "logs" / "a.log"
    path.parent.mkdir()
    follower = FileFollower(desk.store, desk.settings, [str(path)], clock=lambda: clock[0])
    for number in range(len(lines)):
        for part in ("".join(lines[:number]) + lines[number][:50], "".join(lines[: number + 1])):
            path.write_text(part)
            clock[0] += 1
            follower.poll()
            assert {"req_Long000001"} & {request_id for request_id, _ in stored(desk)} == set() or number >= 5
    assert stored(desk) == ALL
    assert desk.store.rows("SELECT count(*) AS others FROM events") == [{"others": 0}]
    follower.close()


class KilledError(Exception):
    """The process was killed."""


@pytest.mark.parametrize("killed_after", [1, 2, 3, 4])
def test_whoever_is_killed_between_pieces_reads_on_before_the_first(
    desk: Desk, tmp_path: Path, killed_after: int
) -> None:
    texts = [SHORT[0], *[LONG.replace("req_Long0000", f"req_Killed0{n}") for n in range(6)]]
    lines = [piece for text in texts for piece in docker("stdout", sixteen_kib(text), moment())]
    source = list(find_sources([written(tmp_path / "a.log", lines)]))
    settings = desk.settings.model_copy(update={"chunk_bytes": 60_000, "batch_bytes": 60_000, "max_line_bytes": 50_000})
    chunks_read = Counter[str]()

    def kill(_: Progress) -> None:
        chunks_read["read"] += 1
        if chunks_read["read"] == killed_after:
            raise KilledError

    with pytest.raises(KilledError):
        load(desk.store, settings, source, progress=kill)
    load(desk.store, settings, source)
    assert [status for _, status in stored(desk)] == [503] * 6 + [200]
    assert desk.store.rows("SELECT sum(lines)::INTEGER AS lines FROM batches") == [{"lines": 7}]
