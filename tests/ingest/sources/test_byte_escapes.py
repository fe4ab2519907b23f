"""Bytes that are no UTF-8 are stored as text without a loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixeldesk.ingest.sources.byte_escapes import escaped, readable, unescaped

_PARTS = st.lists(
    st.text().map(str.encode) | st.binary(max_size=5) | st.sampled_from("\uf77f\uf780\uf7ff\uf800").map(str.encode)
)


@given(_PARTS)
def test_every_byte_comes_back(parts: list[bytes]) -> None:
    content = b"".join(parts)
    text = escaped(content)
    assert unescaped(text) == content
    # The engine takes text without surrogates only.
    assert text.encode().decode() == text


@pytest.mark.parametrize(
    ("content", "text", "shown"),
    [
        (b"plain, caf\xc3\xa9", "plain, café", "plain, café"),
        (b"caf\xe9!", "caf\uf7e9!", "caf\ufffd!"),
        (b"\xff\xfe", "\uf7ff\uf7fe", "\ufffd\ufffd"),
        ("\uf7e9".encode(), "\uf7ef\uf79f\uf7a9", "\ufffd\ufffd\ufffd"),
    ],
)
def test_what_bytes_become(content: bytes, text: str, shown: str) -> None:
    assert (escaped(content), readable(text)) == (text, shown)
