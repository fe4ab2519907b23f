"""A received post: its sender, its body, its format and its idempotency key."""

import hashlib
import json
from dataclasses import dataclass

from pixeldesk.errors import FormatUnclear, TextUnknown, UsageError
from pixeldesk.ingest.formats.detection import detect_format, unrecognised
from pixeldesk.ingest.formats.log_format import LogFormat, log_format
from pixeldesk.ingest.formats.samples import sample
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.byte_stream import ByteStream
from pixeldesk.ingest.sources.documents import DocumentStream, PeekedStream
from pixeldesk.server.push.otlp import otlp_documents
from pixeldesk.server.push.refusals import Refusal
from pixeldesk.server.push.senders import Sender
from pixeldesk.server.push.spool import Spool
from pixeldesk.settings import Settings

AUTO = "auto"
_BOM = b"\xef\xbb\xbf"
_LONGEST_KEY = 255
# An ExportLogsServiceRequest in JSON that has no records is about so many bytes long at most.
_LONGEST_EMPTY = 64


@dataclass(frozen=True)
class PostOptions:
    """What a request says about its body."""

    format_name: str = AUTO
    key: str | None = None
    """Its Idempotency-Key."""
    is_otlp: bool = False
    is_protobuf: bool = False
    keeps_all: bool = False
    """Store lines too of which not one is understood."""


@dataclass(frozen=True)
class Post:
    """A complete body and all that the writer needs to store it."""

    sender: Sender
    spool: Spool
    log_format: LogFormat
    options: PostOptions = PostOptions()
    key: str | None = None
    """SHA-256 of its Idempotency-Key, in hex."""

    @property
    def size(self) -> int:
        """Bytes of lines to be stored."""
        return self.spool.size

    def stream(self) -> ByteStream:
        """Return the body from its start, without a byte order mark and with a line end after the last line."""
        file = self.spool.file
        file.seek(0)
        if file.read(len(_BOM)) != _BOM:
            file.seek(0)
        stream = ByteStream(file)
        return _NewlineTerminated(DocumentStream(stream) if self.log_format.are_documents else stream)


@dataclass(frozen=True)
class PostResult:
    """Counts of a post's lines by outcome. `replayed`: the post was stored before, and these are its first counts."""

    counts: LineCounts
    replayed: bool = False


def parse_post(sender: Sender, spool: Spool, options: PostOptions, settings: Settings) -> Post:
    """Detect the format of a complete body. Raises Refusal if the format is unknown or ambiguous."""
    key, format_name = _key_digest(options.key), options.format_name
    spool.file.seek(0)
    if options.is_protobuf:
        spool.replace(otlp_documents(spool.file.read(), settings.push_max_lines, settings.max_line_bytes))
    elif options.is_otlp and spool.size <= _LONGEST_EMPTY and _is_empty_request(spool.file.read()):
        spool.replace([])
    spool.file.seek(0)
    start = PeekedStream(ByteStream(spool.file))
    try:
        if format_name != AUTO:
            log_format(format_name, settings.formats)
        found = detect_format(*sample(start), format_name, settings.formats)
    except FormatUnclear as error:
        raise Refusal(400, error.message("?format=")) from error
    except TextUnknown as error:
        if not options.keeps_all:
            raise Refusal(422, f"{error}; ?keep=all stores such lines") from error
        found = unrecognised(settings.formats)
    except UsageError as error:
        raise Refusal(400, str(error)) from error
    return Post(sender, spool, found, options, key)


def _is_empty_request(body: bytes) -> bool:
    try:
        return json.loads(body) in ({}, {"resourceLogs": []})
    except (ValueError, RecursionError):
        return False


def _key_digest(key: str | None) -> str | None:
    if not key:
        return None
    if len(key) > _LONGEST_KEY:
        raise Refusal(400, f"the Idempotency-Key is longer than {_LONGEST_KEY} characters")
    return hashlib.sha256(key.encode()).hexdigest()


class _NewlineTerminated(ByteStream):
    """A stream that ends with a line end, even if a document is truncated in the middle of a line."""

    def __init__(self, source: ByteStream) -> None:
        super().__init__(source._file)
        self._source = source
        self._last_byte = b"\n"

    def readinto(self, target: memoryview) -> int:
        """Read as ByteStream does, and add the missing line end."""
        count = self._source.readinto(target)
        if count == 0 and self._last_byte != b"\n" and len(target):
            target[:1] = b"\n"
            count = 1
        self.consumed = self._source.consumed
        if count:
            self._last_byte = bytes(target[count - 1 : count])
        return count

    def close(self) -> None:
        """Do nothing: the file belongs to the post."""
