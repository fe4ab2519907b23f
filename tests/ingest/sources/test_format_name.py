"""The name of a format is parsed once, and written as it was."""

import pytest

from pixeldesk.ingest.sources.format_name import FormatName


@pytest.mark.parametrize(
    ("text", "layers", "are_documents"),
    [
        ("pino", ("pino",), False),
        ("docker/pino", ("docker", "pino"), False),
        ("documents/docker/pino", ("docker", "pino"), True),
        ("documents/otlp", ("otlp",), True),
        # A format of one's own may begin like that.
        ("documents-of-ours", ("documents-of-ours",), False),
    ],
)
def test_parsed_and_written(text: str, layers: tuple[str, ...], are_documents: bool) -> None:
    name = FormatName.parse(text)
    assert name == FormatName(layers, are_documents)
    assert str(name) == text


def test_a_name_is_typed_in_any_way() -> None:
    assert str(FormatName.parse("Documents/API_Gateway")) == "documents/api-gateway"
