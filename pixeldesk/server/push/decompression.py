"""Decompress a body in chunks, by its Content-Encoding, or by its magic bytes if it has none."""

import zlib
from collections.abc import Iterator
from typing import Protocol

import zstandard

from pixeldesk.server.push.refusals import Refusal, too_many_frames

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# Four bytes of Zstandard may decompress to 128 KiB, so this many bytes of input give less than 8 MiB.
_INPUT_BYTES = 256
# Longest input and output of one step of gzip or deflate, bytes. What is left of the input is copied for each member.
_MEMBER_INPUT_BYTES = 1 << 12
_OUTPUT_BYTES = 1 << 20
# Limit of the frames of zstd, or members of gzip, of one body. They may be empty, so that no limit of bytes stops them.
_MOST_FRAMES = 100_000
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


class _Frames:
    """Counts the frames of a body."""

    def __init__(self) -> None:
        self._count = 0

    def begin(self) -> None:
        """Count one more. Raises Refusal if there are too many."""
        self._count += 1
        if self._count > _MOST_FRAMES:
            raise too_many_frames(_MOST_FRAMES)


class _Zlib:
    """Decompresses deflate, or gzip with one or more members."""

    def __init__(self, name: str, bits: int) -> None:
        self._name = name
        self._bits = bits
        self._member = zlib.decompressobj(bits)
        self._members = _Frames()
        self._has_begun = False

    def decompress(self, chunk: bytes) -> Iterator[bytes]:
        for start in range(0, len(chunk), _MEMBER_INPUT_BYTES):
            rest = chunk[start : start + _MEMBER_INPUT_BYTES]
            while rest:
                if self._member.eof:
                    self._members.begin()
                    self._member = zlib.decompressobj(self._bits)
                self._has_begun = True
                try:
                    yield self._member.decompress(rest, _OUTPUT_BYTES)
                except zlib.error:
                    raise Refusal(400, _DAMAGED.format(self._name)) from None
                rest = self._member.unconsumed_tail or self._member.unused_data

    def end(self) -> None:
        if self._has_begun and not self._member.eof:
            raise Refusal(400, f"the body is cut short: its {self._name} data ends early")


class _Zstandard:
    def __init__(self) -> None:
        # One context for all frames: to make one takes forty times as long as to read an empty frame.
        self._context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
        self._frame = self._context.decompressobj()
        self._frames = _Frames()
        self._is_open = False

    def decompress(self, chunk: bytes) -> Iterator[bytes]:
        for start in range(0, len(chunk), _INPUT_BYTES):
            rest = chunk[start : start + _INPUT_BYTES]
            while rest:
                if self._frame.eof:
                    self._frames.begin()
                    self._frame = self._context.decompressobj()
                try:
                    yield self._frame.decompress(rest)
                except zstandard.ZstdError:
                    raise Refusal(400, _DAMAGED.format("zstd")) from None
                self._is_open = not self._frame.eof
                rest = self._frame.unused_data if self._frame.eof else b""

    def end(self) -> None:
        if self._is_open:
            raise Refusal(400, "the body is cut short: its zstd data ends early")


def decompressor_for(encoding: str, start: bytes) -> Decompressor | None:
    """Choose by a Content-Encoding header and the body's first bytes; None for a body that is not compressed.

    Raises Refusal for an unknown encoding.
    """
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
            return _Zstandard() if start.startswith(_ZSTD_MAGIC) else None
    raise Refusal(415, "this Content-Encoding is not known; send gzip, zstd, deflate or none")
