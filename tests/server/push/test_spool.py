"""However a body is cut into pieces on its way, the same of it is kept."""

import gzip
import time
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pixeldesk.server.push.refusals import Refusal
from pixeldesk.server.push.spool import Spool
from tests.log_lines import as_bytes, request_lines
from tests.survival.small_disk import no_file_larger_than

BODY = as_bytes(request_lines(20))
PACKED = {
    "": BODY,
    "gzip": gzip.compress(BODY[:5000]) + gzip.compress(BODY[5000:]),
    "deflate": zlib.compress(BODY),
    "zstd": zstandard.compress(BODY[:5000]) + zstandard.compress(BODY[5000:]),
}


@pytest.mark.parametrize("encoding", PACKED)
@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.floats(0, 1), max_size=12), lost=st.floats(0.01, 1))
def test_any_pieces_give_the_same_body(encoding: str, cuts: list[float], lost: float) -> None:
    packed = PACKED[encoding]
    places = sorted({0, *(int(cut * len(packed)) for cut in cuts)})
    pieces = [packed[start:end] for start, end in zip(places, [*places[1:], len(packed)], strict=True)]
    spool = Spool(encoding, 1 << 20, 100)
    for piece in pieces:
        spool.write(piece)
    spool.unpack()
    assert (spool.file.read(), spool.size, spool.received) == (BODY, len(BODY), len(packed))
    spool.close()
    # Of packed data that ends early nothing is taken, unless it ends where a member does.
    short = packed[: int(lost * (len(packed) - 1))]
    cut_short = Spool(encoding, 1 << 20, 100)
    try:
        cut_short.write(short)
        cut_short.unpack()
    except Refusal as refusal:
        assert refusal.status == 400
        assert encoding
    else:
        assert not encoding or not short or BODY[:5000] == cut_short.file.read()
    cut_short.close()


def test_a_large_body_never_touches_the_disk() -> None:
    spool = Spool("", 4 << 20, 1 << 20)
    with no_file_larger_than(0):
        spool.write(b"x" * (3 << 20))
        spool.unpack()
    assert spool.file.read() == b"x" * (3 << 20)
    spool.close()


def test_more_lines_than_allowed_are_refused() -> None:
    spool = Spool("", 1 << 20, 3)
    spool.write(b"{}\n{}\n{}\n\n")
    with pytest.raises(Refusal, match="more than 3 lines") as refused:
        spool.unpack()
    assert refused.value.status == 413
    spool.close()


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_nothing_is_unpacked_until_the_body_is_complete_and_asked_for(encoding: str) -> None:
    spool = Spool(encoding, 1 << 20, 100)
    spool.write(b"no such data at all")
    assert (spool.received, spool.size) == (19, 0)
    with pytest.raises(Refusal, match="damaged"):
        spool.unpack()
    spool.close()


def test_an_unknown_encoding_is_refused_before_the_body() -> None:
    with pytest.raises(Refusal, match="Content-Encoding is not known"):
        Spool("br", 1 << 20, 100)


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_a_frame_a_batch_is_read_and_endless_empty_frames_are_not(
    encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    line = b'{"a":1}\n'
    spool = Spool(encoding, 16 << 20, 1 << 20)
    spool.write((pack(line) + pack(b"")) * 20_000)
    spool.unpack()
    assert spool.file.read() == line * 20_000
    spool.close()
    endless = Spool(encoding, 16 << 20, 1 << 20)
    # 2 MB of zstd.
    endless.write(pack(b"") * 230_000)
    began = time.process_time()
    with pytest.raises(Refusal, match="more than 100,000 compressed frames") as refused:
        endless.unpack()
    assert refused.value.status == 413
    # It took twelve seconds of processor time once.
    assert time.process_time() - began < 3
    endless.close()
