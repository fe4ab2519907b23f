"""One post, received whole and understood as far as it can be before it is stored."""

import hashlib
from dataclasses import dataclass
from typing import Any

from pixeldesk.errors import UsageError
from pixeldesk.ingest.formats.detection import detect_format, sample
from pixeldesk.ingest.formats.log_format import LogFormat, log_format
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.byte_stream import ByteStream
from pixeldesk.ingest.sources.documents import DocumentStream, PeekedStream
from pixeldesk.server.push.refusals import Refusal
from pixeldesk.server.push.senders import Sender
from pixeldesk.server.push.spool import Spool
from pixeldesk.settings import Settings

AUTO = "auto"
_BOM = b"\xef\xbb\xbf"
_LONGEST_KEY = 255


@dataclass(frozen=True)
class Post:
    """What the writer needs to store a body."""

    sender: Sender
    spool: Spool
    log_format: LogFormat
    key: str | None = None
    """What its Idempotency-Key is recognised by."""

    @property
    def size(self) -> int:
        """Bytes unpacked."""
        return self.spool.size

    def stream(self) -> ByteStream:
        """Its lines from the start, each with a line end, whatever the body ends with."""
        file = self.spool.file
        file.seek(0)
        if file.read(len(_BOM)) != _BOM:
            file.seek(0)
        stream = ByteStream(file)  # type: ignore[arg-type]
        return _Ended(DocumentStream(stream) if self.log_format.are_documents else stream)


@dataclass(frozen=True)
class Taken:
    """What became of a post's lines. `replayed`: it had been stored before, and its answer is given again."""

    counts: LineCounts
    replayed: bool = False


def post_of(sender: Sender, spool: Spool, format_name: str, key: str | None, settings: Settings) -> Post:
    """A post of a whole body. Raises Refusal where its format is unknown or cannot be told."""
    spool.file.seek(0)
    start = PeekedStream(ByteStream(spool.file))  # type: ignore[arg-type]
    try:
        if format_name != AUTO:
            log_format(format_name, settings.formats)
        found = detect_format(*sample(start), format_name, settings.formats)
    except UsageError as error:
        raise Refusal(400, f"{error}".replace("--format ", "?format=")) from error
    return Post(sender, spool, found, _key_digest(key))


def _key_digest(key: str | None) -> str | None:
    if not key:
        return None
    if len(key) > _LONGEST_KEY:
        raise Refusal(400, f"the Idempotency-Key is longer than {_LONGEST_KEY} characters")
    return hashlib.sha256(key.encode()).hexdigest()


class _Ended(ByteStream):
    """A stream with a line end behind its last byte, also where a document is cut off in the middle of a line."""

    def __init__(self, source: ByteStream) -> None:
        super().__init__(source._file)
        self._source = source
        self._last_byte = b"\n"

    def readinto(self, target: memoryview) -> int:
        """See ByteStream."""
        count = self._source.readinto(target)
        if count == 0 and self._last_byte != b"\n" and len(target):
            target[:1] = b"\n"
            count = 1
        self.consumed = self._source.consumed
        if count:
            self._last_byte = bytes(target[count - 1 : count])
        return count

    def close(self) -> None:
        """The file belongs to the post."""


def as_answer(taken: Taken) -> dict[str, Any]:
    """The JSON document that a sender gets."""
    counts = {name: getattr(taken.counts, name) for name in LineCounts.__dataclass_fields__}
    return {**counts, "replayed": True} if taken.replayed else counts
