"""Decompress a body in chunks, by its Content-Encoding, or by its magic bytes if it has none."""

import zlib
from collections.abc import Iterator
from typing import Protocol

import zstandard

from pixeldesk.server.push.refusals import Refusal

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# Four bytes of Zstandard may decompress to 128 KiB, so this many bytes of input give less than 8 MiB.
_INPUT_BYTES = 256
# Longest output of one step of gzip or deflate, bytes.
_OUTPUT_BYTES = 1 << 20
# HTTP does not require a larger window (RFC 9659).
_ZSTD_WINDOW_BYTES = 8 << 20
_DAMAGED = "the body cannot be unpacked: its {} data is damaged"


class Decompressor(Protocol):
    """Decompresses one body."""

    def decompress(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the decompressed bytes of the next chunk, in pieces of bounded size. Raises Refusal if damaged."""
        ...

    def end(self) -> None:
        """Check that the compressed data is complete. Raises Refusal if it is truncated."""
        ...


class _Identity:
    def decompress(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def end(self) -> None:
        pass


class _Zlib:
    """Decompresses deflate, or gzip with one or more members."""

    def __init__(self, name: str, bits: int) -> None:
        self._name = name
        self._bits = bits
        self._member = zlib.decompressobj(bits)
        self._has_begun = False

    def decompress(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._member.eof:
                self._member = zlib.decompressobj(self._bits)
            self._has_begun = True
            try:
                yield self._member.decompress(chunk, _OUTPUT_BYTES)
            except zlib.error:
                raise Refusal(400, _DAMAGED.format(self._name)) from None
            chunk = self._member.unconsumed_tail or self._member.unused_data

    def end(self) -> None:
        if self._has_begun and not self._member.eof:
            raise Refusal(400, f"the body is cut short: its {self._name} data ends early")


class _Zstandard:
    def __init__(self) -> None:
        self._frame = self._new()
        self._is_open = False

    def decompress(self, chunk: bytes) -> Iterator[bytes]:
        for start in range(0, len(chunk), _INPUT_BYTES):
            rest = chunk[start : start + _INPUT_BYTES]
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


def decompressor_for(encoding: str, start: bytes) -> Decompressor:
    """Choose by a Content-Encoding header and the body's first bytes. Raises Refusal for an unknown encoding."""
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
            return _Zstandard() if start.startswith(_ZSTD_MAGIC) else _Identity()
    raise Refusal(415, "this Content-Encoding is not known; send gzip, zstd, deflate or none")
