"""Make an Arrow table of the lines in a buffer: string views into the buffer, without copying the text."""

import sys
from collections.abc import Mapping
from mmap import mmap
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixeldesk.ingest.redaction.scan import suspects

# Rows in one record batch, DuckDB's unit of parallel work: small enough that each thread gets a share of a chunk.
_ROWS_PER_RECORD_BATCH = 4096
Octets = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]


def line_table(
    buffer: mmap | bytes,
    octets: Octets,
    starts: Offsets,
    ends: Offsets,
    numbers: Offsets,
    offsets: Offsets,
    others: Mapping[int, bytes] = MappingProxyType({}),
) -> pa.Table:
    """Return one row a line: line, line_number, byte_offset, byte_length, is_suspect.

    `buffer` holds the text and is not copied.
    `others` has the text of lines, by their index, that have another text than the buffer. `is_suspect` says whether a
    line may hold a secret; NULL where the buffer does not tell, or where it was not scanned.
    """
    lengths = ends - starts
    are_suspects = suspects(octets, starts, others)
    for index, text in others.items():
        lengths[index] = len(text)
    table = pa.table(
        {
            "line": _string_views(buffer, octets, starts, lengths, others),
            "line_number": pa.array(numbers),
            "byte_offset": pa.array(offsets),
            "byte_length": pa.array(lengths),
            "is_suspect": are_suspects,
        }
    )
    return pa.Table.from_batches(table.to_batches(max_chunksize=_ROWS_PER_RECORD_BATCH), table.schema)


def _string_views(
    buffer: mmap | bytes, octets: Octets, starts: Offsets, lengths: Offsets, others: Mapping[int, bytes]
) -> pa.StringViewArray:
    """Build Arrow string views: length, four bytes of prefix, buffer index, offset; up to 12 bytes are inlined."""
    views = np.zeros((len(starts), 4), np.int32)
    views[:, 0] = lengths
    views[:, 3] = starts
    prefixes = views.view(np.uint8).reshape(len(starts), 16)
    for byte in range(4):
        prefixes[:, 4 + byte] = octets[np.minimum(starts + byte, len(octets) - 1)]
    for index in np.flatnonzero(lengths <= 12):
        short = bytes(octets[starts[index] : starts[index] + lengths[index]])
        views[index, 1:] = np.frombuffer(short.ljust(12, b"\0"), np.int32)
    offset = 0
    for row, text in others.items():
        if len(text) > 12:
            views[row, 1:] = (int.from_bytes(text[:4], sys.byteorder, signed=True), 1, offset)
        else:
            views[row, 1:] = np.frombuffer(text.ljust(12, b"\0"), np.int32)
        offset += len(text)
    buffers = [None, pa.py_buffer(views), pa.py_buffer(buffer), pa.py_buffer(b"".join(others.values()))]
    return pa.Array.from_buffers(pa.string_view(), len(starts), buffers)
