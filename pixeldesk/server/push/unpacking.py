"""A body unpacked piece by piece, as its Content-Encoding says, or as its first bytes do where nothing is said."""

import zlib
from collections.abc import Iterator
from typing import Protocol

import zstandard

from pixeldesk.server.push.refusals import Refusal

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# Four bytes of Zstandard may unpack to 128 KiB: so many at once stay below 8 MiB.
_PIECE_BYTES = 256
# What is unpacked at once of gzip and deflate, bytes.
_UNPACKED_BYTES = 1 << 20
# Larger windows than this need not be understood over HTTP (RFC 9659).
_ZSTD_WINDOW_BYTES = 8 << 20
_DAMAGED = "the body cannot be unpacked: its {} data is damaged"


class Unpacker(Protocol):
    """Unpacks one body."""

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        """What the next piece unpacks to, in pieces of bounded size. Raises Refusal for damaged data."""
        ...

    def end(self) -> None:
        """Raises Refusal when the data ends early."""
        ...


class _Plain:
    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def end(self) -> None:
        pass


class _Zlib:
    """gzip, several members after one another included, or deflate."""

    def __init__(self, name: str, bits: int) -> None:
        self._name = name
        self._bits = bits
        self._member = zlib.decompressobj(bits)
        self._has_begun = False

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            if self._member.eof:
                self._member = zlib.decompressobj(self._bits)
            self._has_begun = True
            try:
                yield self._member.decompress(piece, _UNPACKED_BYTES)
            except zlib.error:
                raise Refusal(400, _DAMAGED.format(self._name)) from None
            piece = self._member.unconsumed_tail or self._member.unused_data

    def end(self) -> None:
        if self._has_begun and not self._member.eof:
            raise Refusal(400, f"the body is cut short: its {self._name} data ends early")


class _Zstandard:
    def __init__(self) -> None:
        self._frame = self._new()
        self._is_open = False

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        for start in range(0, len(piece), _PIECE_BYTES):
            rest = piece[start : start + _PIECE_BYTES]
            while rest:
                if self._frame.eof:
                    self._frame = self._new()
                try:
                    yield self._frame.decompress(rest)
                except zstandard.ZstdError:
                    raise Refusal(400, _DAMAGED.format("zstd")) from None
                self._is_open = not self._frame.eof
                rest = self._frame.unused_data if self._frame.eof else b""

    def end(self) -> None:
        if self._is_open:
            raise Refusal(400, "the body is cut short: its zstd data ends early")

    def _new(self) -> "zstandard.ZstdDecompressionObj":
        return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).decompressobj()


def unpacker_of(encoding: str, start: bytes) -> Unpacker:
    """For a Content-Encoding header and the first bytes of the body. Raises Refusal for an unknown encoding."""
    match encoding.strip().lower():
        case "gzip" | "x-gzip":
            return _Zlib("gzip", 31)
        case "deflate" | "zlib":
            return _Zlib("deflate", 15)
        case "zstd":
            return _Zstandard()
        case "" | "identity":
            if start.startswith(_GZIP_MAGIC):
                return _Zlib("gzip", 31)
            return _Zstandard() if start.startswith(_ZSTD_MAGIC) else _Plain()
    raise Refusal(415, "this Content-Encoding is not known; send gzip, zstd, deflate or none")
