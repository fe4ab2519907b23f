"""One colour an error code, the same on every page and on a light and a dark ground."""

from pixeldesk.catalogue.catalogue import catalogue

_NOT_LISTED = "#8792a6"


def code_colour(code: str) -> str:
    """Return the catalogue's colour of a listed code as ``#rrggbb``; grey for any other."""
    return catalogue().entry(code, None).colour or _NOT_LISTED
