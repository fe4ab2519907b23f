"""However a body is cut into pieces on its way, the same of it is kept."""

import gzip
import zlib
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixeldesk.server.push.refusals import Refusal
from pixeldesk.server.push.spool import Spool
from tests.log_lines import as_bytes, request_lines

BODY = as_bytes(request_lines(20))
PACKED = {
    "": BODY,
    "gzip": gzip.compress(BODY[:5000]) + gzip.compress(BODY[5000:]),
    "deflate": zlib.compress(BODY),
    "zstd": zstandard.compress(BODY[:5000]) + zstandard.compress(BODY[5000:]),
}


@pytest.mark.parametrize("encoding", PACKED)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.floats(0, 1), max_size=12), lost=st.floats(0.01, 1))
def test_any_pieces_give_the_same_body(tmp_path: Path, encoding: str, cuts: list[float], lost: float) -> None:
    packed = PACKED[encoding]
    places = sorted({0, *(int(cut * len(packed)) for cut in cuts)})
    pieces = [packed[start:end] for start, end in zip(places, [*places[1:], len(packed)], strict=True)]
    spool = Spool(tmp_path, encoding, 1 << 20, 100)
    for piece in pieces:
        spool.write(piece)
    spool.finish()
    assert (spool.file.read(), spool.size, spool.received) == (BODY, len(BODY), len(packed))
    spool.close()
    # Of packed data that ends early nothing is taken, unless it ends where a member does.
    short = packed[: int(lost * (len(packed) - 1))]
    cut_short = Spool(tmp_path, encoding, 1 << 20, 100)
    try:
        cut_short.write(short)
        cut_short.finish()
    except Refusal as refusal:
        assert refusal.status == 400
        assert encoding
    else:
        assert not encoding or not short or BODY[:5000] == cut_short.file.read()
    cut_short.close()


def test_a_large_body_goes_into_a_file_without_a_name(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "", 4 << 20, 1 << 20)
    spool.write(b"x" * (2 << 20))
    assert list(tmp_path.iterdir()) == []
    spool.finish()
    assert spool.file.read() == b"x" * (2 << 20)
    spool.close()


def test_more_lines_than_allowed_are_refused_before_the_body_has_ended(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "", 1 << 20, 3)
    spool.write(b"{}\n{}\n{}\n")
    with pytest.raises(Refusal, match="more than 3 lines") as refused:
        spool.write(b"\n")
    assert refused.value.status == 413
    spool.close()
