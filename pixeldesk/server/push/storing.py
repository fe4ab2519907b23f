"""A few posts into the store by one transaction.

What a sender pushes is one growing source, `push:SENDER`, whose lines and bytes are counted on from post to post.
"""

from datetime import UTC, datetime

from pixeldesk.ingest.line_reader import reader_for
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.lines import Buffers, Checkpoint, LineReader, read_buffers
from pixeldesk.ingest.writing.batch import Batch
from pixeldesk.ingest.writing.source_progress import SourceProgress
from pixeldesk.server.push.answered import Answered
from pixeldesk.server.push.post import Post, Taken
from pixeldesk.server.push.refusals import Refusal, too_many_lines
from pixeldesk.settings import MIB, Settings
from pixeldesk.store import Store, Transaction

# Lines are read in pieces of this size at most, or of the longest line allowed.
_PIECE_BYTES = 8 * MIB


def store_posts(store: Store, settings: Settings, posts: list[Post]) -> list[Taken | Refusal]:
    """Store posts together, and return what became of each. No two may have the same key.

    Raises StoreError, or Refusal for a body that is too large once it is taken apart: then nothing is stored.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    with store.transaction() as transaction:
        answered = Answered(transaction, now)
        told: dict[int, Taken | Refusal] = {
            place: known for place, post in enumerate(posts) if (known := answered.before(post)) is not None
        }
        new = [post for place, post in enumerate(posts) if place not in told]
        counts = _Storing(transaction, settings, now).store(new) if new else []
        for post, counted in zip(new, counts, strict=True):
            answered.keep(post, counted)
    stored = iter(counts)
    return [told[place] if place in told else Taken(next(stored)) for place in range(len(posts))]


class _Storing:
    def __init__(self, transaction: Transaction, settings: Settings, now: datetime) -> None:
        self._transaction = transaction
        self._settings = settings
        self._batch = Batch(transaction, settings, now.replace(tzinfo=UTC))
        self._readings: dict[str, SourceProgress] = {}

    def store(self, posts: list[Post]) -> list[LineCounts]:
        parts = self._batch.parts(len(posts))
        readings = [self._take(post, part) for post, part in zip(posts, parts, strict=True)]
        self._batch.finish()
        return [reading.parts.get(part, LineCounts()) for reading, part in zip(readings, parts, strict=True)]

    def _take(self, post: Post, part: int) -> SourceProgress:
        reading = self._reading_for(post)
        for chunk in self._reader(post, reading.checkpoint).chunks(ahead=False):
            self._batch.take(reading, chunk, part)
            if reading.counts[part].lines > self._settings.push_max_lines:
                raise too_many_lines(self._settings.push_max_lines)
        # It is recognised by its name, so nothing of its content is kept for that.
        reading.checkpoint = Checkpoint(reading.checkpoint.position, reading.checkpoint.lines)
        reading.size = reading.checkpoint.position
        return reading

    def _reading_for(self, post: Post) -> SourceProgress:
        reading = self._readings.get(post.sender.source)
        if reading is None:
            reading = self._readings[post.sender.source] = self._known(post)
            self._batch.take(reading, None)
        elif reading.log_format != post.log_format:
            self._batch.store_gathered()
            reading.log_format = post.log_format
        return reading

    def _known(self, post: Post) -> SourceProgress:
        name = post.sender.source
        rows = self._transaction.execute(
            "SELECT source_id, position, lines FROM sources WHERE path = $path", {"path": name}
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
        whole = post.size + 3  # The line end that may be missing, and room to see that nothing follows.

        def buffers(longest: int) -> Buffers:
            return read_buffers(min(whole, _PIECE_BYTES), min(whole, longest))

        return reader_for(post.stream(), post.log_format, self._settings, checkpoint, buffers)
