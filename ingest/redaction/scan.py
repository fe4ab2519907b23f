"""Find the lines that may hold a secret in the buffer that they were read into, with Hyperscan.

Hyperscan finds all patterns in one pass over the bytes, three times as fast as DuckDB's scans one after another, lets
other threads run meanwhile, and hardly gets slower with more patterns. It comes in wheels for the usual platforms only:
where it is missing, DuckDB scans (`in_sql.suspect_sql`), and the rows that are stored are the same. So it does in a
process that reads a few lines only, unless another has compiled the patterns before: that takes a third of a second.

A pattern means a little more here, never less: a match may go on into the next line, for instance. So a line may be
taken for a suspect that is none; no rule changes it.
"""

import re
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixeldesk.ingest.redaction.compiled import keep, kept_file, read_kept
from pixeldesk.ingest.redaction.rules import JOINED_SCANS

# Python is called for each match. With more matches than this, DuckDB's scans cost less.
_BYTES_PER_MATCH = 40
_FEWEST_MATCHES = 1000
# Compiling takes so long, DuckDB's scans of some lines so long to plan, and so long a byte: seconds of a processor.
_COMPILING_S = 0.25
_PLANNING_S = 0.03
_SCANNING_S = 8e-9
# Lengths are 32 bits wide.
_LONGEST = (1 << 32) - 1
# An escape, a class with the repetition behind it, or what else is not written in Hyperscan's way.
_TOKEN = re.compile(r"\\z|\\.|(\[\^?\]?(?:\\.|[^\]\\])*\])([*+]?)|\^|\.|[^\x00-\x7f]", re.DOTALL)
# The end of a line: what may stand behind one in a buffer.
_END = r"(?:[\n\r\x00,]|\z)"
_BEGINS = re.compile(r"\(\?:\^\|(?=\[\^[^\]\\\n]*\])")
_BEYOND_ASCII = r"[\xc2-\xf4][\x80-\xbf]{1,3}"
_spent_s = 0.0
Octets = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]


def suspects(octets: Octets, starts: Offsets, elsewhere: Iterable[int] = ()) -> pa.BooleanArray:
    """Return which of the lines that start at these offsets of a buffer, in order, may hold a secret.

    NULL says that it is not known: of each line without Hyperscan, and of those, by their index, whose text is
    `elsewhere`.
    """
    found = _matches(octets)
    if found is None:
        return pa.nulls(len(starts), pa.bool_())
    are_suspects = np.zeros(len(starts), bool)
    lines = np.searchsorted(starts, found, side="right") - 1
    are_suspects[lines[lines >= 0]] = True
    are_unknown = np.zeros(len(starts), bool)
    are_unknown[list(elsewhere)] = True
    return pa.array(are_suspects, mask=are_unknown)


def scanned(table: pa.Table) -> pa.Table:
    """Return a table of lines, whose text the table owns, with the column is_suspect: see `suspects`."""
    found = [_suspects_among(chunk.cast(pa.large_string())) for chunk in table["line"].chunks]
    return table.append_column("is_suspect", pa.chunked_array(found, pa.bool_()))


def _suspects_among(texts: pa.LargeStringArray) -> pa.BooleanArray:
    if not len(texts):
        return pa.array([], pa.bool_())
    texts = pc.fill_null(texts, "")
    lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
    starts = np.cumsum(lengths + 1) - lengths - 1
    one_list = pa.ListArray.from_arrays([0, len(texts)], texts)
    whole = pc.binary_join(one_list, pa.scalar("\n", pa.large_string()))
    return suspects(np.frombuffer(whole.buffers()[2], np.uint8), starts)


def _matches(octets: Octets) -> Offsets | None:
    """Return the offset of the last byte of each match; None without Hyperscan, or if there are too many."""
    database = _database(len(octets))
    if database is None or len(octets) > _LONGEST:
        return None
    found: list[int] = []
    most = max(_FEWEST_MATCHES, len(octets) // _BYTES_PER_MATCH)

    def matched(_pattern: int, _start: int, end: int, _flags: int, _context: object) -> bool:
        found.append(end)
        return len(found) > most  # True ends the scan.

    hyperscan = sys.modules["hyperscan"]
    try:
        # Its memory for one scan: the next buffer may be scanned in another thread meanwhile.
        database.scan(octets, match_event_handler=matched, scratch=hyperscan.Scratch(database))
    except hyperscan.ScanTerminated:
        return None
    return np.array(found, np.int64) - 1


def _database(size: int) -> Any:
    """Return the compiled scans for so many bytes; None where they are not at hand and not worth compiling."""
    return _kept() or (_compiled() if _is_worth_compiling(size) else None)


def _is_worth_compiling(size: int) -> bool:
    """Return whether all that this process has scanned, and so many bytes, take longer to scan than to compile."""
    global _spent_s
    _spent_s += _PLANNING_S + size * _SCANNING_S
    return _spent_s >= _COMPILING_S


@cache
def _kept() -> Any:
    """Return the scans that an earlier process compiled; None without any, and where Hyperscan is missing."""
    try:
        file = kept_file(_patterns())
        return read_kept(file) if file else None
    except ImportError:
        return None


@cache
def _compiled() -> Any:
    """Compile the scans, and keep them; None where Hyperscan is missing or cannot run on this processor."""
    try:
        import hyperscan
    except ImportError:
        return None
    patterns = _patterns()
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(expressions=patterns, ids=list(range(len(patterns))), elements=len(patterns), flags=0)
    except hyperscan.error:
        return None
    if file := kept_file(patterns):
        keep(file, database)
    return database


@cache
def _patterns() -> list[bytes]:
    return [in_bytes(scan) for scan in JOINED_SCANS]


def in_bytes(pattern: str) -> bytes:
    """Return a pattern of bytes that matches wherever the given one does in a line of UTF-8, and perhaps elsewhere."""
    # The end of the line before is no digit, say, so only the first line of a buffer has no such character before it.
    begins = _BEGINS.match(pattern)
    kept = begins[0] if begins else ""
    return (kept + _TOKEN.sub(_rewritten, pattern.removeprefix(kept))).encode()


def _rewritten(token: re.Match[str]) -> str:
    text, members, repetition = token[0], token[1], token[2]
    if text == "^":
        return "(?:)"
    if text == r"\z":
        return _END
    if text == ".":
        return _one_of(r"[^\n\x80-\xff]")
    if members is None:
        return text if text.isascii() else f"(?:{text})"
    in_ascii = "".join(filter(str.isascii, members))
    if members.startswith("[^"):
        # Repeated without a bound, bytes are as good as characters.
        return in_ascii + repetition if repetition else _one_of(rf"{in_ascii[:-1]}\x80-\xff]")
    return text if members.isascii() else _one_of(_without_ranges(members)) + repetition


def _one_of(in_ascii: str) -> str:
    return f"(?:{in_ascii}|{_BEYOND_ASCII})" if in_ascii != "[]" else f"(?:{_BEYOND_ASCII})"


def _without_ranges(members: str) -> str:
    """Return the ASCII characters of a class that has others too. Any of the others stands for all beyond ASCII."""
    return "".join(filter(str.isascii, re.sub(r"[^\x00-\x7f]-.|.-[^\x00-\x7f]", "", members)))
