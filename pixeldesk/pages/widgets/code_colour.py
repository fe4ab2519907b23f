"""Give each error code a colour, the same on every page, legible on a light and on a dark background."""

from pixeldesk.catalogue.catalogue import catalogue

_NOT_LISTED = "#8792a6"


def code_colour(code: str) -> str:
    """Return the catalogue's colour of a listed code as ``#rrggbb``, and grey for any other."""
    return catalogue().entry(code, None).colour or _NOT_LISTED
