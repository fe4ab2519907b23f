"""Which of the program's extras reads what. An address costs nobody a library who gives none."""

from pixeldesk.errors import InputError

EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "http": "http", "https": "http"}
"""The extra that brings what reads a scheme, as pyproject.toml calls it."""


def library_missing(called: str, scheme: str) -> InputError:
    """Name the extra that is not installed. Of a scheme that has none of its own, it is all of them."""
    extra = EXTRAS.get(scheme, "objects")
    return InputError(f"{called}: {scheme}:// needs a library; pip install 'pixeldesk[{extra}]'")
