"""Load sources into the store: the whole of `pixeldesk ingest`.

At most one source is open at a time. A batch ends at `batch_bytes`, whatever the number of sources in it, and
each batch is one transaction; so a process killed at any moment leaves whole batches, and running the same
command again takes up where the last one ended.
"""

import hashlib
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from errors import InputError
from ingest.batch import Batch
from ingest.byte_stream import ByteStream, byte_stream
from ingest.lines import Chunk, LineReader, Mark, read_buffers
from ingest.log_format import log_format
from ingest.reading import Reading
from ingest.report import IngestReport
from ingest.sources import Source
from settings import Settings
from store import Store

NATIVE_FORMAT = "pixel"
# Loading this share of the rows that are there, or more, drops the indexes and builds them again at the end.
_BULK_SHARE = 0.25
_BULK_BYTES = 100_000_000
# What a log line takes up, and how much a packed log unpacks to, about: only to decide the above.
_BYTES_A_LINE = 600
_USUAL_EXPANSION = 10
_Pieces = Generator[tuple[Reading, Chunk | None], None, None]


@dataclass(frozen=True)
class Progress:
    """How far an ingest has come. Bytes are counted as the files lie on disk; total is None for a pipe."""

    bytes_read: int
    bytes_total: int | None
    lines: int
    seconds: float


@dataclass(frozen=True)
class _Planned:
    source: Source
    size: int | None
    modified_ns: int | None
    position: int = 0
    """Uncompressed bytes of it that were read before."""

    @property
    def unread(self) -> int:
        """About how many bytes of lines are still to come, uncompressed."""
        packed = self.source.name.endswith((".gz", ".zst"))
        return max(0, (self.size or 0) * (_USUAL_EXPANSION if packed else 1) - self.position)


def load(
    store: Store,
    settings: Settings,
    sources: Iterable[Source | InputError],
    format_name: str = "auto",
    progress: Callable[[Progress], None] = lambda _: None,
) -> IngestReport:
    """Read every source to its end and store its lines, each once. `progress` is called after each chunk.

    Raises StoreError (nothing of the running batch is kept then) and UsageError for an unknown format. A source
    that cannot be read is named in the report and the others are loaded.
    """
    return _Load(store, settings, format_name, progress).run(sources)


class _Load:
    def __init__(
        self, store: Store, settings: Settings, format_name: str, progress: Callable[[Progress], None]
    ) -> None:
        self._store = store
        self._settings = settings
        self._format = log_format(NATIVE_FORMAT if format_name == "auto" else format_name)
        self._progress = progress
        self._report = IngestReport()
        self._started = time.monotonic()
        self._consumed = 0
        self._lines = 0
        self._stream: ByteStream | None = None
        self._buffers = read_buffers(settings.chunk_bytes, settings.max_line_bytes)

    def run(self, sources: Iterable[Source | InputError]) -> IngestReport:
        planned = self._plan(sources)
        total = sum(plan.size or 0 for plan in planned)
        bulk = self._is_bulk(sum(plan.unread for plan in planned))
        if bulk:
            self._store.drop_indexes()
        try:
            with closing(self._pieces(planned)) as pieces:
                self._batches(pieces, None if any(plan.size is None for plan in planned) else total)
        finally:
            if bulk:
                self._store.build_indexes()
        self._report.seconds = time.monotonic() - self._started
        return self._report

    def _plan(self, sources: Iterable[Source | InputError]) -> list[_Planned]:
        """What has to be read: a file whose size and time are those of the last whole reading does not."""
        known = {
            row["path"]: row
            for row in self._store.rows("SELECT path, size, modified_ns, position, problem FROM sources")
        }
        planned = []
        for source in sources:
            self._report.files += 1
            try:
                if isinstance(source, InputError):
                    raise source
                size, modified_ns = source.size_and_modified_ns() or (None, None)
            except InputError as error:
                self._report.unreadable.append(str(error))
                continue
            before = known.get(source.name) if source.repeatable else None
            if before and size is not None and (before["size"], before["modified_ns"]) == (size, modified_ns):
                self._report.unchanged += 1
                if before["problem"]:
                    self._report.damaged.append(f"{source.name}: {before['problem']}")
            else:
                planned.append(_Planned(source, size, modified_ns, before["position"] if before else 0))
        return planned

    def _is_bulk(self, coming: int) -> bool:
        rows = self._store.rows("SELECT count(*) AS rows FROM requests")[0]["rows"]
        return coming > _BULK_BYTES and coming / _BYTES_A_LINE > rows * _BULK_SHARE

    def _batches(self, pieces: _Pieces, total: int | None) -> None:
        piece = next(pieces, None)
        while piece is not None:
            taken = 0
            with self._store.transaction() as transaction:
                batch = Batch(transaction, self._settings, datetime.now(UTC))
                while piece is not None and taken < self._settings.batch_bytes:
                    reading, chunk = piece
                    batch.take(reading, chunk)
                    taken += chunk.size if chunk else 0
                    self._lines += chunk.lines if chunk else 0
                    self._tell(total)
                    piece = next(pieces, None)
                counts = batch.finish()
            self._report.counts.add(counts)

    def _tell(self, total: int | None) -> None:
        here = self._stream.consumed if self._stream else 0
        seconds = time.monotonic() - self._started
        self._progress(Progress(self._consumed + here, total, self._lines, seconds))

    def _pieces(self, planned: list[_Planned]) -> _Pieces:
        for plan in planned:
            try:
                yield from self._pieces_of(plan)
            except InputError as error:
                self._report.unreadable.append(str(error))
            except OSError as error:
                self._report.damaged.append(f"{plan.source.name}: reading stopped ({error.strerror or error})")

    def _pieces_of(self, plan: _Planned) -> _Pieces:
        reading, stream = self._open(plan)
        self._stream = stream
        with closing(stream):
            reader = LineReader(
                stream,
                self._settings.chunk_bytes,
                self._settings.max_line_bytes,
                mark=reading.mark,
                buffers=self._buffers,
            )
            for chunk in reader.chunks():
                yield reading, chunk
        if stream.problem:
            reading.problem = stream.problem
            self._report.damaged.append(f"{plan.source.name}: {stream.problem}")
        self._consumed += stream.consumed
        self._stream = None
        yield reading, None

    def _open(self, plan: _Planned) -> tuple[Reading, ByteStream]:
        """The source, opened where its reading goes on: behind the last complete line, if it is the same still."""
        reading = Reading(plan.source.name, self._format, size=plan.size, modified_ns=plan.modified_ns)
        stream = self._stream_of(plan.source)
        known = self._known(plan.source)
        if known is not None:
            reading.source_id = known["source_id"]
            mark = _same_source(stream, known)
            stream.close()
            stream = self._stream_of(plan.source)
            reading.grown = mark is not None
            if mark is not None:
                reading.mark = mark
                stream.skip(mark.position)
        return reading, stream

    def _stream_of(self, source: Source) -> ByteStream:
        return byte_stream(source.open(), self._settings.max_expansion, self._settings.max_expansion_from)

    def _known(self, source: Source) -> dict[str, Any] | None:
        if not source.repeatable:
            return None
        rows = self._store.rows("SELECT * FROM sources WHERE path = $path", {"path": source.name})
        return rows[0] if rows else None


def _same_source(stream: ByteStream, known: dict[str, Any]) -> Mark | None:
    """The place to go on from, if the first bytes and those before that place are what they were; else None."""
    position, head_length, tail_length = (known[name] for name in ("position", "head_length", "tail_length"))
    head = _read(stream, head_length)
    if hashlib.sha256(head).hexdigest() != known["head_digest"]:
        return None
    between = position - tail_length - head_length
    overlap = head[between:] if between < 0 else b""
    _read(stream, max(between, 0))
    tail = overlap + _read(stream, tail_length - len(overlap))
    if hashlib.sha256(tail).hexdigest() != known["tail_digest"]:
        return None
    return Mark(position, known["lines"], head, tail)


def _read(stream: ByteStream, count: int) -> bytes:
    target = memoryview(bytearray(count))
    filled = 0
    while filled < count and (more := stream.readinto(target[filled:])):
        filled += more
    return bytes(target[:filled])
