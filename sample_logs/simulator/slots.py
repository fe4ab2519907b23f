"""Find the values in a log line that differ between clones, and render a clone's values.

A slot is a range of bytes of fixed width. All other bytes of a clone are those of the line, so that lines can be copied
whole and patched in place, a million at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]

_BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8)
_BASE36 = np.frombuffer(b"0123456789abcdefghijklmnopqrstuvwxyz", np.uint8)
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_DIGITS = np.frombuffer(b"0123456789", np.uint8)

PATTERN = re.compile(
    rb'"(?:timestamp|jwt_issued_at)":"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\d)'
    rb'|"(?:revoked|expires)_at":"(?P<date>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)'
    rb"|req_(?P<request>[0-9A-Za-z]{12,14})"
    rb'|(?<=["=])(?:cus|web|key)_(?P<identity>[0-9a-z]{5})'
    rb'|fingerprint":"(?P<fingerprint>[0-9a-f]{16})'
    rb'|"prefix":" ?ak_(?:live_|test_)?(?P<prefix>[0-9A-Za-z]{3})'
    rb'|"ip":"2001:db8:(?P<ipv6>[0-9a-f]{4}:[0-9a-f]{4})::1'
    rb'|"ip":"(?P<network>\d+\.\d+\.\d+\.\d+)'
)
"""Matches the values that differ in a clone."""


def mixed(numbers: Words) -> Words:
    """Apply the splitmix64 finaliser, a bijection of 64-bit numbers that looks random (Steele et al., 2014)."""
    z = numbers * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def digits(numbers: Words, alphabet: Bytes, width: int) -> Bytes:
    """Render each number as ``width`` letters of ``alphabet``, in an array of shape (len(numbers), width)."""
    base = np.uint64(len(alphabet))
    out = np.empty((len(numbers), width), np.uint8)
    left = numbers.copy()
    for column in range(width):
        out[:, column] = alphabet[left % base]
        left //= base
        if column == 10:
            left ^= mixed(numbers ^ np.uint64(0xA5A5A5A5))
    return out


def _request_ids(width: int) -> Callable[[Words], Bytes]:
    # Eleven base-62 letters hold 64 bits, so different numbers give different ids.
    return lambda numbers: digits(mixed(numbers), _BASE62, width)


def _identities(numbers: Words) -> Bytes:
    # Odd and coprime to 36: a bijection on the 36^5 five-letter names, so that no two customers collide.
    return digits(numbers * np.uint64(19_088_743) % np.uint64(36**5), _BASE36, 5)


def _addresses_v6(numbers: Words) -> Bytes:
    out = digits(mixed(numbers), _HEX, 9)
    out[:, 4] = ord(":")
    # A group of four hex digits never starts with a zero.
    out[:, 0] = out[:, 5] = ord("a")
    return out


def _times(width: int) -> Callable[[Words], Bytes]:
    def render(milliseconds: Words) -> Bytes:
        text = np.datetime_as_string(milliseconds.astype("datetime64[ms]"), unit="ms")
        return text.astype("S23").view(np.uint8).reshape(-1, 23)[:, :width]

    return render


_OCTETS = {
    9: (1, 1, 2),
    10: (1, 2, 2),
    11: (2, 2, 2),
    12: (2, 2, 3),
    13: (2, 3, 3),
    14: (3, 3, 3),
    15: (3, 3, 3),
}


def _addresses_v4(width: int) -> Callable[[Words], Bytes]:
    """Return a renderer of addresses with a fixed width in 10/8 (or 110/8 at full width), octet by octet."""

    def render(numbers: Words) -> Bytes:
        out = np.full((len(numbers), width), ord("."), np.uint8)
        first = b"10" if width < 15 else b"110"
        out[:, : len(first)] = np.frombuffer(first, np.uint8)
        column = len(first) + 1
        spread = mixed(numbers)
        for number, octet in enumerate(_OCTETS[width]):
            out[:, column : column + octet] = digits(spread >> np.uint64(16 * number), _DIGITS, octet)
            # A first digit of 1 to 9, or 1 before two more: always a number up to 199, never a leading zero.
            out[:, column] = ord("1") if octet == 3 else out[:, column] % 9 + ord("1")
            column += octet + 1
        return out

    return render


@dataclass(frozen=True, slots=True)
class SlotKind:
    """A kind of slot, with one renderer and one width."""

    name: str
    width: int
    render: Callable[[Words], Bytes]


def kind_of(name: str, width: int) -> SlotKind:
    """Return the kind of slot for a group of :data:`PATTERN` at a width. Times are rendered from milliseconds."""
    rules: dict[str, Callable[[Words], Bytes]] = {
        "time": _times(width),
        "date": _times(width),
        "identity": _identities,
        "fingerprint": lambda numbers: digits(mixed(numbers), _HEX, 16),
        "prefix": lambda numbers: digits(mixed(numbers), _BASE62, 3),
        "ipv6": _addresses_v6,
    }
    if name == "request":
        return SlotKind(name, width, _request_ids(width))
    if name == "network":
        return SlotKind(name, width, _addresses_v4(width))
    return SlotKind(name, width, rules[name])
