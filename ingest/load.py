"""Load sources into the store: all of `pixeldesk ingest`.

At most one source is open at a time. A batch ends at `batch_bytes`, whatever the number of sources in it, and each
batch is one transaction. A process killed at any moment therefore leaves whole batches, and the same command resumes
where the last batch ended.
"""

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from pixeldesk.errors import InputError, TextUnknown, UsageError
from pixeldesk.ingest.formats.detection import detect_format
from pixeldesk.ingest.formats.log_format import LogFormat, log_format
from pixeldesk.ingest.formats.samples import first_lines, sample
from pixeldesk.ingest.formats.unread_fields import unread_fields
from pixeldesk.ingest.line_reader import reader_for
from pixeldesk.ingest.report import IngestReport, Problem, Reading
from pixeldesk.ingest.sources.byte_stream import ByteStream, byte_stream
from pixeldesk.ingest.sources.documents import DocumentStream, PeekedStream
from pixeldesk.ingest.sources.fingerprint import resume_point, was_read_as_documents
from pixeldesk.ingest.sources.lines import Buffers, Chunk, read_buffers
from pixeldesk.ingest.sources.source import COMPRESSED_SUFFIXES, Source, SourceChanged
from pixeldesk.ingest.sources.source_name import SourceName, SourceRow, rows_by_name
from pixeldesk.ingest.sources.stored_name import stored_name
from pixeldesk.ingest.writing.batch import Batch
from pixeldesk.ingest.writing.not_understood import IN_A_FILE, NotUnderstood
from pixeldesk.ingest.writing.source_progress import SourceProgress
from pixeldesk.queries import question
from pixeldesk.settings import Settings
from pixeldesk.store import Store

AUTO = "auto"
# A load of more than this share of the stored rows drops the indexes, and rebuilds them at the end.
_BULK_SHARE = 0.25
_BULK_BYTES = 100_000_000
# Estimates of the length of a log line and of the compression ratio of a log, for that decision only.
_BYTES_A_LINE = 600
_COMPRESSION_RATIO = 10
_Chunks = Generator[tuple[SourceProgress, Chunk | None], None, None]


@dataclass(frozen=True)
class Progress:
    """The progress of an ingest. Bytes are those of the files as stored; `bytes_total` is None for a pipe."""

    bytes_read: int
    bytes_total: int | None
    lines: int
    seconds: float
    notice: str | None = None
    """A message for the user, sent once."""


@dataclass(frozen=True)
class _Planned:
    source: Source
    size: int | None
    modified_ns: int | None
    known: SourceRow | None = None
    """The store's row of the source, if it was read before."""

    @property
    def unread(self) -> int:
        """An estimate of the bytes of lines still to come, decompressed."""
        is_compressed = self.source.name.endswith(COMPRESSED_SUFFIXES)
        position = self.known["position"] if self.known else 0
        return max(0, (self.size or 0) * (_COMPRESSION_RATIO if is_compressed else 1) - position)


def load(
    store: Store,
    settings: Settings,
    sources: Iterable[Source | InputError],
    format_name: str = "auto",
    progress: Callable[[Progress], None] = lambda _: None,
    report: IngestReport | None = None,
) -> IngestReport:
    """Read every source to its end, and store each of its lines once. `progress` is called after each chunk.

    A caller whose `progress` may raise, to interrupt the load, passes a `report`, which then holds what was committed.
    A source that cannot be read is named in the report, and the others are loaded. Raises StoreError, which rolls back
    the current batch, and UsageError for an unknown format.
    """
    return _Load(store, settings, format_name, progress, report or IngestReport()).run(sources)


class _Load:
    def __init__(
        self,
        store: Store,
        settings: Settings,
        format_name: str,
        on_progress: Callable[[Progress], None],
        report: IngestReport,
    ) -> None:
        self._store = store
        self._settings = settings
        self._requested = format_name
        if format_name != AUTO:
            log_format(format_name, settings.formats)
        self._on_progress = on_progress
        self._report = report
        self._started = time.monotonic()
        self._consumed = 0
        self._lines = 0
        self._stream: ByteStream | None = None
        self._buffers: dict[int, Buffers] = {}
        self._unread: dict[SourceName, tuple[str, ...]] = {}
        self._first_batch: int | None = None
        self._followed: set[SourceName] = set()

    def run(self, sources: Iterable[Source | InputError]) -> IngestReport:
        sources = list(sources)
        planned = self._plan(sources)
        self._followed = {plan.source.source_name for plan in planned if plan.source.is_followed}
        total = sum(plan.size or 0 for plan in planned)
        bulk = self._is_bulk(sum(plan.unread for plan in planned))
        if bulk:
            self._store.drop_indexes()
        try:
            with closing(self._chunks(planned)) as chunks:
                self._batches(chunks, None if any(plan.size is None for plan in planned) else total)
        finally:
            if bulk:
                self._store.build_indexes()
        self._find_not_understood(sources)
        self._find_outlasting_durations()
        self._report.seconds = time.monotonic() - self._started
        return self._report

    def _plan(self, sources: Sequence[Source | InputError]) -> list[_Planned]:
        """Return the sources to read. A source whose size and mtime are those of its last complete read is skipped."""
        rows = rows_by_name(self._store, [source.source_name for source in sources if isinstance(source, Source)])
        planned: list[_Planned] = []
        planned_names: set[SourceName] = set()
        for source in sources:
            if isinstance(source, Source) and self._is_of_the_store(source):
                continue
            self._report.files += 1
            try:
                if isinstance(source, InputError):
                    raise source
                if source.source_name in planned_names:
                    # A batch knows its sources by name: a second file of a name is left to the next load.
                    continue
                size, modified_ns = source.size_and_modified_ns() or (None, None)
            except InputError as error:
                name = source.source_name if isinstance(source, Source) else None
                self._report.unreadable.append(Problem(name, str(error)))
                continue
            known = rows.get(source.source_name) if source.repeatable else None
            if known and known["finished"] and (known["size"], known["modified_ns"]) == (size, modified_ns):
                self._report.unchanged += 1
                if known["problem"]:
                    self._add_damaged(source, known["problem"])
            else:
                planned.append(_Planned(source, size, modified_ns, known))
                planned_names.add(source.source_name)
        return planned

    def _is_of_the_store(self, source: Source) -> bool:
        """Return whether a source is a file of the store itself, which would grow for as long as it is read."""
        own = stored_name(str(self._store.path.resolve()))
        return source.repeatable and source.source_name.path.startswith(own)

    def _is_bulk(self, unread: int) -> bool:
        rows = self._store.rows("SELECT count(*) AS rows FROM requests")[0]["rows"]
        return unread > _BULK_BYTES and unread / _BYTES_A_LINE > rows * _BULK_SHARE

    def _batches(self, chunks: _Chunks, total: int | None) -> None:
        upcoming = next(chunks, None)
        while upcoming is not None:
            size = 0
            with self._store.transaction() as transaction:
                batch = Batch(transaction, self._settings, datetime.now(UTC))
                self._first_batch = self._first_batch or batch.batch_id
                taken: list[SourceProgress] = []
                while upcoming is not None and size < self._settings.batch_bytes:
                    source, chunk = upcoming
                    batch.take(source, chunk)
                    taken += [source] if not taken or taken[-1] is not source else []
                    size += chunk.size if chunk else 0
                    self._lines += chunk.lines if chunk else 0
                    self._report_progress(total)
                    upcoming = next(chunks, None)
                counts = batch.finish()
            self._report.counts.add(counts)
            for source in taken:
                self._add_reading(source)

    def _add_reading(self, source: SourceProgress) -> None:
        unread = list(self._unread.get(source.name, ()))
        reading = Reading(source=source.name.path, format=str(source.log_format.name), unread=unread)
        self._report.readings[source.name] = reading

    def _find_not_understood(self, sources: Sequence[Source | InputError]) -> None:
        """Report the sources of which nothing was understood, now or before."""
        counts = self._report.counts
        if not (self._report.unchanged or counts.quarantined or counts.unmapped):
            return
        names = {source.source_name.path: source.source_name for source in sources if isinstance(source, Source)}
        for row in question("not_understood").rows(self._store):
            if name := names.get(row["source"]):
                sentence = NotUnderstood.of_row(row).sentence(IN_A_FILE)
                self._report.not_understood.append(Problem(name, f"{row['source']}: {sentence}"))

    def _find_outlasting_durations(self) -> None:
        """Report the sources with a duration that is longer than the log: its unit is another one, most likely."""
        # A poll of a followed file reads a second of it.
        whole = {name.path: name for name in self._report.readings if name not in self._followed}
        if self._first_batch is None or not whole:
            return
        for row in question("outlasting_durations").rows(self._store, batch=self._first_batch):
            if name := whole.get(row["source"]):
                reading = self._report.readings[name]
                self._report.readings[name] = reading.model_copy(update={"longest_ms": row["longest_ms"]})

    def _report_progress(self, total: int | None) -> None:
        in_this_source = self._stream.consumed if self._stream else 0
        seconds = time.monotonic() - self._started
        self._on_progress(Progress(self._consumed + in_this_source, total, self._lines, seconds))

    def _chunks(self, planned: list[_Planned]) -> _Chunks:
        for plan in planned:
            try:
                yield from self._chunks_of(plan)
            except SourceChanged:
                continue  # Its follower polls it again.
            except TextUnknown as error:
                self._report.not_understood.append(Problem(plan.source.source_name, f"{plan.source.name}: {error}"))
            except InputError as error:
                self._report.unreadable.append(Problem(plan.source.source_name, str(error)))
            except OSError as error:
                self._add_damaged(plan.source, f"reading stopped ({error.strerror or error})")

    def _add_damaged(self, source: Source, what: str) -> None:
        self._report.damaged.append(Problem(source.source_name, f"{source.name}: {what}"))

    def _chunks_of(self, plan: _Planned) -> _Chunks:
        """Yield the chunks of a source, and None at its end."""
        source, stream = self._open(plan)
        self._stream = stream
        is_deferred = False
        with closing(stream):
            reader = reader_for(stream, source.log_format, self._settings, source.checkpoint, self._buffers_for)
            for chunk in reader.chunks():
                is_deferred = plan.source.is_growing and not chunk.terminated
                if not is_deferred:
                    source.unterminated_bytes = 0 if chunk.terminated else chunk.size
                    source.unterminated = stream.last(source.unterminated_bytes)
                    yield source, chunk
        if stream.problem:
            source.problem = stream.problem
            self._add_damaged(plan.source, stream.problem)
        self._consumed += stream.consumed
        self._stream = None
        source.defers_last_line = is_deferred
        # A new source gets a row even if no line of it was taken.
        if not is_deferred or source.source_id is None:
            yield source, None

    def _buffers_for(self, longest: int) -> Buffers:
        if longest not in self._buffers:
            self._buffers[longest] = read_buffers(self._settings.chunk_bytes, longest)
        return self._buffers[longest]

    def _open(self, plan: _Planned) -> tuple[SourceProgress, ByteStream]:
        """Open a source after its last complete line, if it still holds what was read before, else at its start."""
        known = plan.known
        stream, line_format = self._stream_of(plan, self._known_format(known))
        source = SourceProgress(
            plan.source.source_name,
            line_format,
            size=plan.size,
            modified_ns=plan.modified_ns,
            is_followed=plan.source.is_followed,
        )
        if known is not None:
            checkpoint = resume_point(stream, known)
            source.source_id = known["source_id"] if checkpoint else None
            source.replaces = None if checkpoint else known["source_id"]
            source.has_grown = checkpoint is not None and known["unended_bytes"] > 0
            if checkpoint is None and plan.source.is_followed:
                stream.close()
                raise SourceChanged(f"{plan.source.name}: was replaced")
            source.checkpoint = checkpoint or source.checkpoint
            if stream.position != source.checkpoint.position:
                stream.close()
                stream, source.log_format = self._stream_of(plan, line_format if checkpoint else None)
                stream.skip(source.checkpoint.position)
        return source, stream

    def _stream_of(self, plan: _Planned, line_format: LogFormat | None) -> tuple[ByteStream, LogFormat]:
        """Open a source as lines or as documents. Without a format, detect it from the first bytes."""
        limit = plan.size if plan.source.is_growing else None
        settings = self._settings
        stream = byte_stream(plan.source.open(), settings.max_expansion, settings.max_expansion_from, limit)
        if line_format is None:
            peeked = PeekedStream(stream)
            try:
                first, is_whole = sample(peeked)
                line_format = detect_format(first, is_whole, self._requested, settings.formats)
            except TextUnknown:
                peeked.close()
                raise
            except UsageError as error:
                peeked.close()
                raise InputError(f"{plan.source.name}: {error}") from error
            stream = peeked
            lines = first_lines(first, is_whole, line_format, settings.formats)
            self._unread[plan.source.source_name] = unread_fields(lines, line_format)
            if plan.known is not None and plan.known["position"]:
                # Its position counts the bytes of documents or of lines, whichever it was read as before.
                line_format = line_format.in_documents(was_read_as_documents(plan.known))
        return (DocumentStream(stream) if line_format.are_documents else stream), line_format

    def _known_format(self, known: SourceRow | None) -> LogFormat | None:
        """Return the format in which to continue a source; None to detect it. A requested format takes precedence."""
        if known is None or not known["position"]:
            return None
        try:
            previous = log_format(known["format"], self._settings.formats)
        except UsageError:
            return None
        if self._requested == AUTO:
            # An envelope whose lines held no JSON so far may hold some now.
            return None if previous.layers[-1].content else previous
        return log_format(self._requested, self._settings.formats).in_documents(previous.are_documents)
