"""Make millions of lines from a simulation: every request is copied for many clones of its customer.

Each clone has its own customers, keys, addresses, tokens and request ids, and its own small shift in time. The mixture
of routes, codes and cases is that of the simulation. Copy 0 is the unchanged simulation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sample_logs.simulator.simulation import Line
from sample_logs.simulator.slots import PATTERN, Bytes, SlotKind, kind_of
from sample_logs.simulator.warp import FARTHEST_S, Warp

Ints = npt.NDArray[np.int64]
_LINES_PER_PART = 120_000
_ABSENT = -1


@dataclass(slots=True)
class _Slots:
    """The n-th slot of a kind in each line: its offset in the line (or -1), and the number of its value.

    For times the value is the time itself, milliseconds.
    """

    kind: SlotKind
    offset: npt.NDArray[np.int32]
    value: Ints


class Templates:
    """The lines of a host, ready to be copied: bytes, times and slots.

    ``values`` numbers the identities, for all hosts alike. Lines without a request id are not copied. ``in_last`` marks
    the lines of the last copy.
    """

    def __init__(self, lines: list[Line], in_last: npt.NDArray[np.bool_], values: dict[str, dict[bytes, int]]) -> None:
        self.at = np.array([round(line.at, line.host.timestamp_digits) for line in lines])
        self.text = [line.text + b"\n" for line in lines]
        self.length = np.array([len(text) for text in self.text], np.int64)
        self.copied_last = in_last
        self.copied = np.array([line.request_id is not None for line in lines])
        self.slots = _find_slots(lines, values)


def _find_slots(lines: list[Line], values: dict[str, dict[bytes, int]]) -> list[_Slots]:
    found: dict[tuple[str, int, int], _Slots] = {}
    for number, line in enumerate(lines):
        seen: dict[tuple[str, int], int] = {}
        for match in PATTERN.finditer(line.text):
            name = match.lastgroup or ""
            text = match[name]
            nth = seen[name, len(text)] = seen.get((name, len(text)), -1) + 1
            slots = found.get((name, len(text), nth))
            if slots is None:
                kind = kind_of(name, len(text))
                slots = found[name, len(text), nth] = _Slots(
                    kind, np.full(len(lines), _ABSENT, np.int32), np.zeros(len(lines), np.int64)
                )
            slots.offset[number] = match.start(name)
            if kind_is_time(name):
                slots.value[number] = np.datetime64(text.decode(), "ms").astype(np.int64)
            else:
                known = values.setdefault(name, {})
                slots.value[number] = known.setdefault(text, len(known))
    return list(found.values())


def kind_is_time(name: str) -> bool:
    """Return whether slots of this name hold a time rather than an identity."""
    return name in ("time", "date")


class Volume:
    """Copies of templates, ``clones`` in all. The last may be partial."""

    def __init__(self, clones: int, seed: int, start: float) -> None:
        self._clones = clones
        self._salt = np.uint64((seed << 40) % 2**64)
        self._warp = Warp(clones, seed, start)

    def parts(self, templates: Templates, begin: float, end: float) -> Iterator[Bytes]:
        """Yield the lines of all copies with a time in [begin, end), in time order and in parts."""
        near = np.searchsorted(templates.at, (begin, end))
        expected = int(near[1] - near[0]) * self._clones
        edges = np.linspace(begin, end, max(1, -(-expected // _LINES_PER_PART)) + 1)
        for low, high in pairwise(edges):
            yield self._part(templates, float(low), float(high))

    def _part(self, templates: Templates, low: float, high: float) -> Bytes:
        reach = FARTHEST_S + 60.0
        first, last = np.searchsorted(templates.at, (low - reach, high + reach))
        at = templates.at[first:last, None]
        clones = np.arange(self._clones)[None, :]
        moved = at + self._warp.shift(at, clones)
        wanted = (moved >= low) & (moved < high)
        wanted[:, 1:] &= templates.copied[first:last, None]
        wanted[:, -1] &= templates.copied_last[first:last]
        rows, copies = np.nonzero(wanted)
        order = np.argsort(moved[rows, copies], kind="stable")
        return self._copy(templates, rows[order] + first, copies[order])

    def _copy(self, templates: Templates, rows: Ints, copies: Ints) -> Bytes:
        text = templates.text
        out = np.frombuffer(bytearray().join([text[row] for row in rows.tolist()]), np.uint8)
        offsets = np.cumsum(templates.length[rows]) - templates.length[rows]
        line_shift = self._warp.shift(templates.at[rows], copies)
        for slots in templates.slots:
            within_line = slots.offset[rows]
            filled = np.flatnonzero((within_line != _ABSENT) & (copies > 0))
            if not len(filled):
                continue
            text_of_slots = slots.kind.render(self._numbers(slots, rows[filled], copies[filled], line_shift[filled]))
            starts = offsets[filled] + within_line[filled]
            for column in range(slots.kind.width):
                out[starts + column] = text_of_slots[:, column]
        return out

    def _numbers(
        self, slots: _Slots, rows: Ints, copies: Ints, line_shift: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.uint64]:
        """Return what the slots' renderer takes: shifted milliseconds, or a number for this value and copy."""
        value = slots.value[rows]
        if slots.kind.name == "time":
            return (value + np.round(line_shift * 1000).astype(np.int64)).astype(np.uint64)
        if slots.kind.name == "date":
            own = self._warp.shift(value / 1000, copies)
            return (value + np.floor(own).astype(np.int64) * 1000).astype(np.uint64)
        number = (value * self._clones + copies).astype(np.uint64)
        return number if slots.kind.name == "identity" else number + self._salt
