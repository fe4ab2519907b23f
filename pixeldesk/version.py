"""Which version of pixeldesk this is. It is written in `pyproject.toml` alone."""

from importlib.metadata import PackageNotFoundError, version

NOT_INSTALLED = "not installed"


def installed_version() -> str:
    """Return the version of the installed package, such as 0.2.0, or `NOT_INSTALLED` where the tree only lies there."""
    try:
        return version("pixeldesk")
    except PackageNotFoundError:
        return NOT_INSTALLED
