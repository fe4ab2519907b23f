"""Lines in a buffer as an Arrow table: views of the text, which stays where it is."""

from mmap import mmap

import numpy as np
import numpy.typing as npt
import pyarrow as pa

# Rows a thread takes at a time: small enough that all processors get some of a chunk.
_ROWS_PER_RECORD_BATCH = 4096
Octets = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


def line_table(
    buffer: mmap | bytes,
    octets: Octets,
    starts: Places,
    ends: Places,
    numbers: Places,
    offsets: Places,
) -> pa.Table:
    """One row a line: line, line_number, byte_offset, byte_length. The text is not copied out of `buffer`."""
    lengths = ends - starts
    table = pa.table(
        {
            "line": _string_views(buffer, octets, starts, lengths),
            "line_number": pa.array(numbers),
            "byte_offset": pa.array(offsets),
            "byte_length": pa.array(lengths),
        }
    )
    return pa.Table.from_batches(table.to_batches(max_chunksize=_ROWS_PER_RECORD_BATCH), table.schema)


def _string_views(buffer: mmap | bytes, octets: Octets, starts: Places, lengths: Places) -> pa.StringViewArray:
    """Arrow's string views: length, first four bytes, buffer index, offset; up to 12 bytes inline instead."""
    views = np.zeros((len(starts), 4), np.int32)
    views[:, 0] = lengths
    views[:, 3] = starts
    heads = views.view(np.uint8).reshape(len(starts), 16)
    for place in range(4):
        heads[:, 4 + place] = octets[np.minimum(starts + place, len(octets) - 1)]
    for index in np.flatnonzero(lengths <= 12):
        short = bytes(octets[starts[index] : starts[index] + lengths[index]])
        views[index, 1:] = np.frombuffer(short.ljust(12, b"\0"), np.int32)
    buffers = [None, pa.py_buffer(views), pa.py_buffer(buffer)]
    return pa.Array.from_buffers(pa.string_view(), len(starts), buffers)
