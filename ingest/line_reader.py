"""Make the line reader for a source, within the limits that its format and the settings set."""

from collections.abc import Callable

from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.sources.byte_stream import ByteStream
from pixeldesk.ingest.sources.joining import PieceJoiner
from pixeldesk.ingest.sources.lines import Buffers, Checkpoint, LineReader
from pixeldesk.settings import Settings


def reader_for(
    stream: ByteStream,
    log_format: LogFormat,
    settings: Settings,
    checkpoint: Checkpoint,
    buffers: Callable[[int], Buffers],
    *,
    may_continue: bool = True,
) -> LineReader:
    """Return a reader of a stream positioned at the checkpoint.

    A line of a format with elements is a whole document and may be as long as `max_document_bytes`; other lines may be
    as long as `max_line_bytes`. `buffers` returns buffers for that length, in bytes. `may_continue`: see LineReader.
    """
    longest, limit_name = settings.max_line_bytes, "PIXELDESK_MAX_LINE_BYTES"
    if log_format.elements:
        longest, limit_name = settings.max_document_bytes, "PIXELDESK_MAX_DOCUMENT_BYTES"
    readers = [reader for each in log_format.alternatives if (reader := each.piece_reader)]
    return LineReader(
        stream,
        settings.chunk_bytes,
        longest,
        checkpoint=checkpoint,
        buffers=buffers(longest),
        limit_name=limit_name,
        blanks_count=not log_format.are_documents,
        joiner=PieceJoiner(readers) if readers else None,
        may_continue=may_continue,
    )
