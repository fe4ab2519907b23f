"""Load sources into the store: the whole of `pixeldesk ingest`.

At most one source is open at a time. A batch ends at `batch_bytes`, whatever the number of sources in it, and
each batch is one transaction; so a process killed at any moment leaves whole batches, and running the same
command again takes up where the last one ended.
"""

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from pixeldesk.errors import InputError, UsageError
from pixeldesk.ingest.formats.detection import detect_format, sample
from pixeldesk.ingest.formats.log_format import LogFormat, log_format
from pixeldesk.ingest.line_reader import reader_for
from pixeldesk.ingest.report import IngestReport
from pixeldesk.ingest.sources.byte_stream import ByteStream, byte_stream
from pixeldesk.ingest.sources.documents import DocumentStream, PeekedStream
from pixeldesk.ingest.sources.fingerprint import SourceRow, resume_point, was_read_as_documents
from pixeldesk.ingest.sources.lines import Buffers, Chunk, read_buffers
from pixeldesk.ingest.sources.source import COMPRESSED_SUFFIXES, Source, SourceChanged
from pixeldesk.ingest.writing.batch import Batch
from pixeldesk.ingest.writing.source_progress import SourceProgress
from pixeldesk.settings import Settings
from pixeldesk.store import Store

AUTO = "auto"
# Loading this share of the rows that are there, or more, drops the indexes and builds them again at the end.
_BULK_SHARE = 0.25
_BULK_BYTES = 100_000_000
# What a log line takes up, and how much a packed log unpacks to, about: only to decide the above.
_BYTES_A_LINE = 600
_USUAL_EXPANSION = 10
_Pieces = Generator[tuple[SourceProgress, Chunk | None], None, None]


@dataclass(frozen=True)
class Progress:
    """How far an ingest has come. Bytes are counted as the files lie on disk; total is None for a pipe."""

    bytes_read: int
    bytes_total: int | None
    lines: int
    seconds: float
    notice: str | None = None
    """Something to tell a person, once."""


@dataclass(frozen=True)
class _Planned:
    source: Source
    size: int | None
    modified_ns: int | None
    known: SourceRow | None = None
    """What the store knows of what was read under its name before."""

    @property
    def unread(self) -> int:
        """About how many bytes of lines are still to come, uncompressed."""
        packed = self.source.name.endswith(COMPRESSED_SUFFIXES)
        position = self.known["position"] if self.known else 0
        return max(0, (self.size or 0) * (_USUAL_EXPANSION if packed else 1) - position)


def load(
    store: Store,
    settings: Settings,
    sources: Iterable[Source | InputError],
    format_name: str = "auto",
    progress: Callable[[Progress], None] = lambda _: None,
    report: IngestReport | None = None,
) -> IngestReport:
    """Read every source to its end and store its lines, each once. `progress` is called after each chunk.

    A caller that may break off, by an error of `progress`, gives the `report`, which tells what was committed until
    then. Raises StoreError (nothing of the running batch is kept then) and UsageError for an unknown format. A
    source that cannot be read is named in the report and the others are loaded.
    """
    return _Load(store, settings, format_name, progress, report or IngestReport()).run(sources)


class _Load:
    def __init__(
        self,
        store: Store,
        settings: Settings,
        format_name: str,
        progress: Callable[[Progress], None],
        report: IngestReport,
    ) -> None:
        self._store = store
        self._settings = settings
        self._given = format_name
        if format_name != AUTO:
            log_format(format_name, settings.formats)
        self._progress = progress
        self._report = report
        self._started = time.monotonic()
        self._consumed = 0
        self._lines = 0
        self._stream: ByteStream | None = None
        self._buffers: dict[int, Buffers] = {}

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
        sources = list(sources)
        names = [source.name for source in sources if isinstance(source, Source)]
        sql = "SELECT * FROM sources WHERE path IN $names"
        known = {row["path"]: row for row in (self._store.rows(sql, {"names": names}) if names else ())}
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
                planned.append(_Planned(source, size, modified_ns, before))
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
            except SourceChanged:
                continue  # Whoever follows it looks again.
            except InputError as error:
                self._report.unreadable.append(str(error))
            except OSError as error:
                self._report.damaged.append(f"{plan.source.name}: reading stopped ({error.strerror or error})")

    def _pieces_of(self, plan: _Planned) -> _Pieces:
        reading, stream = self._open(plan)
        self._stream = stream
        is_held_back = False
        with closing(stream):
            reader = reader_for(stream, reading.log_format, self._settings, reading.checkpoint, self._buffers_for)
            for chunk in reader.chunks():
                is_held_back = plan.source.is_growing and not chunk.terminated
                if not is_held_back:
                    reading.unended_bytes = 0 if chunk.terminated else chunk.size
                    reading.unended = stream.last(reading.unended_bytes)
                    yield reading, chunk
        if stream.problem:
            reading.problem = stream.problem
            self._report.damaged.append(f"{plan.source.name}: {stream.problem}")
        self._consumed += stream.consumed
        self._stream = None
        reading.is_held_back = is_held_back
        # Also of a new source of which nothing was taken it is noted that it was looked at.
        if not is_held_back or reading.source_id is None:
            yield reading, None

    def _buffers_for(self, longest: int) -> Buffers:
        if longest not in self._buffers:
            self._buffers[longest] = read_buffers(self._settings.chunk_bytes, longest)
        return self._buffers[longest]

    def _open(self, plan: _Planned) -> tuple[SourceProgress, ByteStream]:
        """The source, opened where its reading goes on: behind the last complete line, if it is the same still."""
        known = plan.known
        stream, line_format = self._stream_of(plan, self._format_before(known))
        reading = SourceProgress(
            plan.source.name,
            line_format,
            size=plan.size,
            modified_ns=plan.modified_ns,
            is_followed=plan.source.is_followed,
        )
        if known is not None:
            checkpoint = resume_point(stream, known)
            reading.source_id = known["source_id"] if checkpoint else None
            reading.replaces = None if checkpoint else known["source_id"]
            reading.grown = checkpoint is not None and known["unended_bytes"] > 0
            if checkpoint is None and plan.source.is_followed:
                stream.close()
                raise SourceChanged(f"{plan.source.name}: was replaced")
            reading.checkpoint = checkpoint or reading.checkpoint
            if stream.position != reading.checkpoint.position:
                stream.close()
                stream, reading.log_format = self._stream_of(plan, line_format if checkpoint else None)
                stream.skip(reading.checkpoint.position)
        self._report.read_as(reading.log_format.name)
        return reading, stream

    def _stream_of(self, plan: _Planned, line_format: LogFormat | None) -> tuple[ByteStream, LogFormat]:
        """The source's bytes as its format has them; without a format, they are looked at to find it."""
        limit = plan.size if plan.source.is_growing else None
        settings = self._settings
        stream = byte_stream(plan.source.open(), settings.max_expansion, settings.max_expansion_from, limit)
        if line_format is None:
            peeked = PeekedStream(stream)
            try:
                line_format = detect_format(*sample(peeked), self._given, self._settings.formats)
            except UsageError as error:
                peeked.close()
                raise InputError(f"{plan.source.name}: {error}") from error
            stream = peeked
            if plan.known is not None and plan.known["position"]:
                # What was read of it counts as bytes of documents unfolded, or of lines: as it was begun.
                line_format = line_format.in_documents(was_read_as_documents(plan.known))
        return (DocumentStream(stream) if line_format.are_documents else stream), line_format

    def _format_before(self, known: SourceRow | None) -> LogFormat | None:
        """How a source was read before, None where that was not known; what is asked for by name goes before it."""
        if known is None or not known["position"]:
            return None
        try:
            before = log_format(known["format"], self._settings.formats)
        except UsageError:
            return None
        if self._given == AUTO:
            # Of an envelope whose lines held no JSON so far, more may be known now.
            return None if before.layers[-1].content else before
        return log_format(self._given, self._settings.formats).in_documents(before.are_documents)
