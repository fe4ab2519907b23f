"""Store several posts in one transaction.

The posts of a sender are one growing source, `push:SENDER`: its line numbers and offsets continue from post to post.
"""

from datetime import UTC, datetime

from pixeldesk.ingest.line_reader import reader_for
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.lines import Buffers, Checkpoint, LineReader, read_buffers
from pixeldesk.ingest.sources.source_name import SourceName
from pixeldesk.ingest.writing.batch import Batch
from pixeldesk.ingest.writing.not_understood import not_understood
from pixeldesk.ingest.writing.source_progress import SourceProgress
from pixeldesk.server.push.idempotency import IdempotencyKeys
from pixeldesk.server.push.post import Post, PostResult
from pixeldesk.server.push.pushed_bodies import PushedBodies
from pixeldesk.server.push.refusals import Refusal, nothing_understood, too_many_lines
from pixeldesk.settings import MIB, Settings
from pixeldesk.store import Store, Transaction

# Size of the read buffer, unless the longest line allowed is longer.
_BUFFER_BYTES = 8 * MIB
_REMEDY = (
    "nothing was stored; name the format (?format=NAME), or describe it in a file of your own "
    "(docs/adding_a_format.md); ?keep=all stores such lines, to be tried again later"
)
_OTLP_REMEDY = (
    "nothing was stored; send logs of OpenTelemetry, whose records have a time; ?keep=all stores what is not understood"
)


def store_posts(store: Store, settings: Settings, posts: list[Post]) -> list[PostResult | Refusal]:
    """Store posts in one transaction and return the result of each. No two may have the same key or body.

    A post of which no line is understood is refused, unless it asks to keep all. Raises StoreError, or Refusal for a
    body whose documents have too many records: then nothing is stored.
    """
    refused: dict[int, Refusal] = {}
    while True:
        others = [place for place in range(len(posts)) if place not in refused]
        try:
            results = iter(_store_all(store, settings, [posts[place] for place in others]))
        except _NothingUnderstoodError as error:
            refused |= {others[place]: refusal for place, refusal in error.refusals.items()}
        else:
            return [refused[place] if place in refused else next(results) for place in range(len(posts))]


class _NothingUnderstoodError(Exception):
    """Rolls back a transaction with posts of which nothing was understood; `refusals` are by their places."""

    def __init__(self, refusals: dict[int, Refusal]) -> None:
        self.refusals = refusals


def _store_all(store: Store, settings: Settings, posts: list[Post]) -> list[PostResult | Refusal]:
    now = datetime.now(UTC).replace(tzinfo=None)
    with store.transaction() as transaction:
        keys = IdempotencyKeys(transaction, now)
        earlier = [keys.earlier_result(post) for post in posts]
        new = [post for post, result in zip(posts, earlier, strict=True) if result is None]
        batch = _PostBatch(transaction, settings, now)
        counts = batch.store(new) if new else []
        if batch.refusals:
            places = [place for place, result in enumerate(earlier) if result is None]
            raise _NothingUnderstoodError({places[number]: refusal for number, refusal in batch.refusals.items()})
        for post, counted in zip(new, counts, strict=True):
            keys.record(post, counted)
    stored = iter(counts)
    return [PostResult(next(stored)) if result is None else result for result in earlier]


class _PostBatch:
    def __init__(self, transaction: Transaction, settings: Settings, now: datetime) -> None:
        self._transaction = transaction
        self._settings = settings
        self._batch = Batch(transaction, settings, now.replace(tzinfo=UTC))
        self._now = now
        self._progress: dict[str, SourceProgress] = {}
        self.refusals: dict[int, Refusal] = {}
        """Why posts are refused, by their place in `store`."""

    def store(self, posts: list[Post]) -> list[LineCounts]:
        parts = self._batch.parts(len(posts))
        bodies = PushedBodies(self._transaction, posts, self._now)
        progress = [self._add(post, part, bodies.repeat_of(post)) for post, part in zip(posts, parts, strict=True)]
        self._batch.finish()
        counts = [each.parts.get(part, LineCounts()) for each, part in zip(progress, parts, strict=True)]
        counted = list(zip(posts, parts, counts, strict=True))
        bodies.record([(post, count) for post, part, count in counted if part in self._batch.with_occurrences])
        for place, (post, part, count) in enumerate(counted):
            if not post.options.keeps_all and self._is_nothing_understood(count, part):
                what = not_understood(self._transaction, part, str(post.log_format.name))
                remedy = _OTLP_REMEDY if post.options.is_otlp else _REMEDY
                self.refusals[place] = nothing_understood(what.sentence(remedy), post.options.is_otlp)
        return counts

    def _is_nothing_understood(self, counts: LineCounts, part: int) -> bool:
        understood = counts.requests or counts.events or part in self._batch.with_known_duplicates
        return not understood and counts.quarantined + counts.unmapped > 0

    def _add(self, post: Post, part: int, repeated: LineCounts | None) -> SourceProgress:
        """Take the lines of a post, or count them if the post is a repeat."""
        progress = self._progress_of(post)
        if repeated is not None:
            self._batch.add_part(progress, part, repeated)
            return progress
        for chunk in self._reader(post, progress.checkpoint).chunks(ahead=False):
            self._batch.take(progress, chunk, part)
            if progress.counts[part].lines > self._settings.push_max_lines:
                raise too_many_lines(self._settings.push_max_lines)
        # The source is recognised by its name, so its checkpoint has no fingerprint.
        progress.checkpoint = Checkpoint(progress.checkpoint.position, progress.checkpoint.lines)
        progress.size = progress.checkpoint.position
        return progress

    def _progress_of(self, post: Post) -> SourceProgress:
        progress = self._progress.get(post.sender.source)
        if progress is None:
            progress = self._progress[post.sender.source] = self._stored_progress(post)
            self._batch.take(progress, None)
        elif progress.log_format != post.log_format:
            self._batch.store_gathered()
            progress.log_format = post.log_format
        return progress

    def _stored_progress(self, post: Post) -> SourceProgress:
        name = SourceName(post.sender.source)
        rows = self._transaction.execute(
            "SELECT source_id, position, lines FROM sources WHERE path = $path AND state = 'present'",
            {"path": name.path},
        )
        source_id, position, lines = rows[0] if rows else (None, 0, 0)
        return SourceProgress(
            name,
            post.log_format,
            source_id=source_id,
            checkpoint=Checkpoint(position, lines),
            is_followed=True,
            ended=True,
        )

    def _reader(self, post: Post, checkpoint: Checkpoint) -> LineReader:
        whole = post.size + 3  # Room for a missing line end, and for a read that finds the end of the body.

        def buffers(longest: int) -> Buffers:
            return read_buffers(min(whole, _BUFFER_BYTES), min(whole, longest))

        # The next body is another log: a line that goes on in no line of this body ends with it.
        return reader_for(post.stream(), post.log_format, self._settings, checkpoint, buffers, may_continue=False)
