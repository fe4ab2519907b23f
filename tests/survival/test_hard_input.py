"""Hostile logs and folders cost one line in the report, and little memory."""

import ctypes
import json
import os
import random
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.load import Progress, load
from pixeldesk.ingest.sources.find_sources import find_sources
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.command import environment, finish, start
from tests.log_lines import as_bytes, event_line, failed_line, moment, request_line, request_lines, write_lines
from tests.patience import PATIENCE_S
from tests.survival.seen import IS_LONG, seen
from tests.whole_store import differences

MIB = 1 << 20
LONG_LINE = 1024 * MIB if IS_LONG else 512 * MIB
BOMB = 10 * 1024 * MIB if IS_LONG else 192 * MIB
# A command that reads one short line takes three quarters of this.
MOST_MEMORY = 420 * MIB
FUZZ_LINES = 100_000 if IS_LONG else 2_000
ROUNDS = 20 if IS_LONG else 1


def ids(desk: Desk) -> set[str]:
    return {row["request_id"] for row in desk.store.rows("SELECT request_id FROM requests")}


# A process in between: a child forked from a large process counts the memory of that process as its own.
_WATCHER = """
import os
import subprocess
import sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(used.ru_maxrss)
"""


def peak_of(pieces: Iterator[bytes], db: Path, **env: str) -> int:
    """Pipe the pieces into the command. Returns its peak memory in bytes."""
    command = [sys.executable, "-m", "pixeldesk", "ingest", "-", "--db", str(db), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-c", _WATCHER, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(env),
        bufsize=0,
    )
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # The command reads no further than it has to.
        for piece in pieces:
            process.stdin.write(piece)
    peak, _ = process.communicate(timeout=PATIENCE_S)
    # ru_maxrss is in KiB on Linux.
    return int(peak) * 1024


def test_a_line_of_a_gigabyte_is_refused_unread(settings: Settings) -> None:
    def pieces() -> Iterator[bytes]:
        yield as_bytes([request_line(request_id="req_before")]) + b'{"message":"'
        for _ in range(LONG_LINE // MIB):
            yield b"x" * MIB
        yield b'"}\n' + as_bytes([request_line(request_id="req_behind")])

    peak = peak_of(pieces(), settings.db)
    store = open_store(settings)
    desk = Desk(settings, store)
    (refused,) = desk.quarantine(10)
    assert ids(desk) == {"req_before", "req_behind"}
    assert (refused["line"], "longer than" in refused["reason"], len(refused["excerpt"]) < 5000) == (2, True, True)
    store.close()
    assert peak < MOST_MEMORY
    seen(f"a line of {LONG_LINE // MIB:,} MiB", f"quarantined, its neighbours stored; peak {peak // MIB} MiB")


def test_a_decompression_bomb_is_abandoned_early(settings: Settings) -> None:
    compressor = zlib.compressobj(9, wbits=31)
    start = compressor.compress(as_bytes([request_line(request_id="req_before")]))
    compressed = [compressor.compress(bytes(MIB)) for _ in range(BOMB // MIB)]
    least = {} if IS_LONG else {"PIXELDESK_MAX_EXPANSION_FROM": str(16 * MIB)}
    peak = peak_of(iter([start, *compressed, compressor.flush()]), settings.db, **least)
    store = open_store(settings)
    desk = Desk(settings, store)
    (source,) = store.rows("SELECT problem FROM sources")
    assert "PIXELDESK_MAX_EXPANSION" in source["problem"]
    assert ids(desk) == {"req_before"}
    store.close()
    assert peak < MOST_MEMORY
    seen(f"a gzip bomb of {BOMB // MIB:,} MiB", f"abandoned at the cap; peak {peak // MIB} MiB")


def _flipped(line: bytes, chosen: random.Random) -> bytes:
    at = chosen.randrange(len(line))
    return line[:at] + bytes([chosen.randrange(256)]) + line[at + 1 :]


def _cut(line: bytes, chosen: random.Random) -> bytes:
    return line[: chosen.randrange(len(line))]


def _twice(line: bytes, chosen: random.Random) -> bytes:
    start, end = sorted(chosen.randrange(len(line)) for _ in range(2))
    return line[:end] + line[start:]


def _random(line: bytes, chosen: random.Random) -> bytes:
    return chosen.randbytes(chosen.randrange(len(line)))


def _deep(line: bytes, chosen: random.Random) -> bytes:
    depth = chosen.randrange(3000)
    opening, closing = chosen.choice([(b"[", b"]"), (b'{"a":', b"}")])
    return line[:-1] + b',"deep":' + opening * depth + b"1" + closing * depth + b"}"


def _number(line: bytes, chosen: random.Random) -> bytes:
    numbers = (b"1e999", b"-0", b"9" * 400, b"NaN", b"1E-400", b"0x10", b"18446744073709551616", b"true", b"[]")
    return line.replace(b"200", chosen.choice(numbers), 1)


def _escape(line: bytes, chosen: random.Random) -> bytes:
    at = chosen.randrange(len(line))
    escapes = (rb"\ud800", rb"\u0000", rb"\x41", b"\\", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\r")
    return line[:at] + chosen.choice(escapes) + line[at:]


CHANGES: list[Callable[[bytes, random.Random], bytes]] = [_flipped, _cut, _twice, _random, _deep, _number, _escape]


def test_damaged_lines_cost_only_themselves(desk: Desk, tmp_path: Path) -> None:
    chosen = random.Random(FUZZ_LINES)
    good = [request_line(request_id=f"req_good{n:06}") for n in range(FUZZ_LINES)]
    whole = [as_bytes([line]).strip() for line in (request_line(), event_line(), failed_line("rate_limited", 429))]
    lines = []
    for line in good:
        spoilt = chosen.choice(whole)
        for _ in range(chosen.randrange(1, 4)):
            spoilt = chosen.choice(CHANGES)(spoilt, chosen) or b"{"
        lines += [spoilt.replace(b"\n", b" "), as_bytes([line]).strip()]
    path = tmp_path / "spoilt.log"
    path.write_bytes(b"\n".join(lines) + b"\n")
    report = desk.ingest([str(path)])
    assert (report.lines, report.unreadable, report.damaged) == (2 * FUZZ_LINES, [], [])
    assert {line["request_id"] for line in good} <= ids(desk)
    refused = report.quarantined
    assert refused > FUZZ_LINES // 4
    # Some damaged lines are still requests, with the id of another.
    assert differences(desk.store).keys() <= {"ids_twice"}
    counted = desk.store.rows("SELECT count(*) AS n FROM requests")
    path.write_bytes(path.read_bytes() + b"{}\n")
    assert desk.ingest([str(path)]).lines == 1
    again = path.rename(tmp_path / "again.log")
    assert (desk.ingest([str(again)]).requests, desk.store.rows("SELECT count(*) AS n FROM requests")) == (
        0,
        counted,
    )
    seen(
        f"{FUZZ_LINES:,} spoilt lines, each beside a good one", f"{refused:,} in quarantine, every good one stored once"
    )


def test_a_file_that_vanishes_or_shrinks_meanwhile(desk: Desk, tmp_path: Path) -> None:
    small = desk.settings.model_copy(update={"chunk_bytes": 16384, "max_line_bytes": 4096, "batch_bytes": 65536})
    lines = request_lines(300)
    paths = [write_lines(tmp_path / f"{n}.log", lines[n * 100 : n * 100 + 100]) for n in range(3)]
    (tmp_path / "gone.log").write_bytes(b"x\n")

    def meanwhile(_: Progress) -> None:
        # The first file is open by now: unlinked, it is read to its end. The second is shorter when it is opened.
        for path in (paths[0], tmp_path / "gone.log"):
            path.unlink(missing_ok=True)
        if paths[1].stat().st_size > 20_000:
            os.truncate(paths[1], 20_000)

    report = load(desk.store, small, find_sources([str(tmp_path)]), progress=meanwhile)
    assert [str(problem) for problem in report.unreadable] == [
        f"{tmp_path}/gone.log: no such file or folder; check the path"
    ]
    assert report.counts.balanced
    stored = ids(desk)
    assert {line["request_id"] for line in lines[:100] + lines[200:]} <= stored
    assert differences(desk.store) == {}
    write_lines(paths[1], lines[100:200])
    load(desk.store, small, find_sources([str(tmp_path)]))
    assert ids(desk) == {line["request_id"] for line in lines}
    seen(
        "files that vanish and shrink while they are read",
        "one line; what was there is stored, the rest when it is back",
    )


# CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, by which root bypasses the modes of files.
_RIGHTS_OF_ROOT = (1, 2)
_PR_CAPBSET_DROP = 24


def drop_capabilities_of_root() -> None:
    """Drop these capabilities in a new process, so that the modes of files hold for it, whoever runs the tests."""
    for right in _RIGHTS_OF_ROOT:
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, right, 0, 0, 0)


def test_missing_permissions_are_one_line() -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        secret = write_lines(base / "secret.log", request_lines(1))
        good = write_lines(base / "good.log", request_lines(2))
        mine, theirs = base / "mine", base / "theirs"
        mine.mkdir()
        theirs.mkdir()
        for path, mode in ((base, 0o755), (secret, 0o000), (good, 0o644), (mine, 0o777), (theirs, 0o555)):
            path.chmod(mode)

        def ingest(folder: Path) -> subprocess.CompletedProcess[str]:
            paths = [str(secret), str(good), "--json", "--db", str(folder / "x.duckdb")]
            command = [sys.executable, "-m", "pixeldesk", "ingest", *paths]
            return subprocess.run(command, capture_output=True, text=True, preexec_fn=drop_capabilities_of_root)

        read, refused = ingest(mine), ingest(theirs)
        assert (read.returncode, json.loads(read.stdout)["requests"]) == (2, 2)
        assert (
            read.stderr == f"pixeldesk: {secret}: may not be read by this user; change its mode or run as its owner\n"
        )
        assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
        assert refused.stderr.startswith(f"pixeldesk: {theirs}/x.duckdb may not be opened by this user; ")
        theirs.chmod(0o755)
    seen("a file and a folder of somebody else", "one line each and exit 2; the other files are read")


def test_two_concurrent_commands_over_the_same_files(tmp_path: Path) -> None:
    lines = request_lines(3_000)
    paths = [write_lines(tmp_path / "logs" / f"{n}.log", lines[n * 500 : n * 500 + 1000]) for n in range(5)]
    refused = 0
    for turn in range(ROUNDS):
        db = tmp_path / f"{turn}.duckdb"
        both = [start("ingest", *paths, "--db", db, "--json") for _ in range(2)]
        done = [finish(process) for process in both]
        for finished in done:
            assert finished.code in (0, 2)
            if finished.code:
                refused += 1
                assert "is held by process" in finished.complaint
        assert 0 in [finished.code for finished in done]
        store = open_store(Settings(db=db))
        assert (ids(Desk(Settings(db=db), store)), differences(store)) == ({line["request_id"] for line in lines}, {})
        store.close()
    seen(
        f"two ingests at once over the same five files, {ROUNDS} times",
        f"0 lost, 0 doubled; {refused} were refused, naming the owner of the store, exit 2",
    )


def test_implausible_times_are_counted_and_in_no_chart(desk: Desk, tmp_path: Path) -> None:
    times: list[object] = ["1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z", 0, 32_503_680_000, "0001-01-01T00:00:00Z"]
    clocks = [failed_line("internal_error", 500, request_id=f"req_odd{n}", timestamp=at) for n, at in enumerate(times)]
    # A clock that is a few minutes off still gives a time of that day.
    skewed = [request_line(request_id=f"req_skewed{n}", timestamp=moment(n * 300)) for n in (-1, 1)]
    report = desk.ingest([str(write_lines(tmp_path / "a.log", [*clocks, request_line(), *skewed]))])
    assert (report.requests, report.quarantined) == (8, 0)
    (covered,) = desk.query("coverage")
    assert (covered["requests"], covered["all_requests"]) == (3, 8)
    assert (covered["oldest"], covered["newest"]) == (
        "2026-11-16T11:55:00.000Z",
        "2026-11-16T12:05:00.000Z",
    )
    for table in ("requests_per_minute", "requests_per_hour", "errors_per_hour_and_caller", "server_errors_per_minute"):
        assert desk.store.rows(f"SELECT count(*) AS n FROM {table} WHERE status >= 500") == [{"n": 0}]
    assert desk.query("gaps") == []
    assert desk.lookup("req_odd1").found
    seen("lines from the years 1, 1970 and 2999", "found by their id and counted; in no chart, no gap, no span")
