"""Find the version of pixeldesk, which is written in `pyproject.toml` alone."""

from importlib.metadata import PackageNotFoundError, version

NOT_INSTALLED = "not installed"


def installed_version() -> str:
    """Return the version of the installed package, such as 0.2.0, or `NOT_INSTALLED` if the tree is run without one."""
    try:
        return version("pixeldesk")
    except PackageNotFoundError:
        return NOT_INSTALLED
