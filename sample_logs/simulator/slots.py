"""Where in a log line the things stand that differ from clone to clone, and what a clone writes there.

A slot is a run of bytes of fixed width. A clone of a line keeps every other byte, so that lines can be copied
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
"""Everything that a clone writes anew."""


def mixed(numbers: Words) -> Words:
    """The splitmix64 finaliser: a bijection of 64-bit numbers that looks random (Steele et al., 2014)."""
    z = numbers * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def digits(numbers: Words, alphabet: Bytes, width: int) -> Bytes:
    """Each number as ``width`` letters of ``alphabet``: an array of shape (len(numbers), width)."""
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
    # Odd and prime to 36: a bijection on the 36^5 five-letter names, so no two customers meet.
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
    """Addresses of the same width in 10/8 (or 110/8 at full width), one octet after the other."""

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
    """Slots that are filled by one rule and have one width."""

    name: str
    width: int
    render: Callable[[Words], Bytes]


def kind_of(name: str, width: int) -> SlotKind:
    """The rule for a group of :data:`PATTERN` found at this width. Times are filled from milliseconds."""
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
