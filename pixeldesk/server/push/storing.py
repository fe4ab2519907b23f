"""Store several posts in one transaction.

The posts of a sender are one growing source, `push:SENDER`: its line numbers and offsets continue from post to post.
"""

from datetime import UTC, datetime

from pixeldesk.ingest.line_reader import reader_for
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.lines import Buffers, Checkpoint, LineReader, read_buffers
from pixeldesk.ingest.sources.source_name import SourceName
from pixeldesk.ingest.writing.batch import Batch
from pixeldesk.ingest.writing.source_progress import SourceProgress
from pixeldesk.server.push.idempotency import IdempotencyKeys
from pixeldesk.server.push.post import Post, PostResult
from pixeldesk.server.push.pushed_bodies import PushedBodies
from pixeldesk.server.push.refusals import Refusal, too_many_lines
from pixeldesk.settings import MIB, Settings
from pixeldesk.store import Store, Transaction

# Size of the read buffer, unless the longest line allowed is longer.
_BUFFER_BYTES = 8 * MIB


def store_posts(store: Store, settings: Settings, posts: list[Post]) -> list[PostResult | Refusal]:
    """Store posts in one transaction and return the result of each. No two may have the same key or body.

    Raises StoreError, or Refusal for a body whose documents have too many records: then nothing is stored.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    with store.transaction() as transaction:
        keys = IdempotencyKeys(transaction, now)
        earlier = [keys.earlier_result(post) for post in posts]
        new = [post for post, result in zip(posts, earlier, strict=True) if result is None]
        counts = _PostBatch(transaction, settings, now).store(new) if new else []
        for post, counted in zip(new, counts, strict=True):
            keys.record(post, counted)
    stored = iter(counts)
    return [PostResult(next(stored)) if result is None else result for result in earlier]


class _PostBatch:
    def __init__(self, transaction: Transaction, settings: Settings, now: datetime) -> None:
        self._transaction = transaction
        self._settings = settings
        self._batch = Batch(transaction, settings, now.replace(tzinfo=UTC))
        self._bodies = PushedBodies(transaction, now)
        self._progress: dict[str, SourceProgress] = {}

    def store(self, posts: list[Post]) -> list[LineCounts]:
        parts = self._batch.parts(len(posts))
        progress = [self._add(post, part) for post, part in zip(posts, parts, strict=True)]
        self._batch.finish()
        counts = [each.parts.get(part, LineCounts()) for each, part in zip(progress, parts, strict=True)]
        for post, part, counted in zip(posts, parts, counts, strict=True):
            if part in self._batch.with_occurrences:
                self._bodies.record(post, counted)
        return counts

    def _add(self, post: Post, part: int) -> SourceProgress:
        progress = self._progress_of(post)
        repeated = self._bodies.repeat_of(post)
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
