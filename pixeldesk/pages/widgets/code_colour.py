"""One colour an error code, the same on every page and on a light and a dark ground."""

from pixeldesk.catalogue.catalogue import catalogue

# Ours, answered with 5xx, are the reds; the rest keep apart from them and from each other.
_OURS = ("#d6423d", "#e8833a", "#a83232", "#c25e86")
_THEIRS = (
    "#3f6fe0", "#2a9d8f", "#8a63d2", "#c2942b", "#4c9a52", "#3aa6c9", "#b3568f", "#6b7fa3", "#9a6b43", "#7a9a2e",
)  # fmt: skip
_OTHER = "#8792a6"


def code_colour(code: str) -> str:
    """The colour of a listed code; grey for any other."""
    return _colours().get(code, _OTHER)


def _colours() -> dict[str, str]:
    listed = [catalogue().entry(code, None, None) for code in catalogue().codes()]
    ours = [one.code for one in listed if (one.status or 0) >= 500]
    theirs = [one.code for one in listed if (one.status or 0) < 500]
    pairs = [*zip(ours, _OURS, strict=False), *zip(theirs, _THEIRS, strict=False)]
    return {code: colour for code, colour in pairs if code}
