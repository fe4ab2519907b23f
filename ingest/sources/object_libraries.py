"""Name the extra that installs the library for an address. Whoever reads no address needs none of them."""

from pixeldesk.errors import InputError

EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "http": "http", "https": "http"}
"""The extra in pyproject.toml that installs the library for a scheme."""


def library_missing(name: str, scheme: str) -> InputError:
    """Return the error that names the extra to install; for a scheme without an extra of its own, all of them."""
    extra = EXTRAS.get(scheme, "objects")
    return InputError(f"{name}: {scheme}:// needs a library; pip install 'pixeldesk[{extra}]'")
