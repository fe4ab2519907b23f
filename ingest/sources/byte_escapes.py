"""Store bytes that are no UTF-8 as text, and get them back.

Each byte that is no part of a character becomes one of the characters U+F780 to U+F7FF, which are for private use.
Where such a character is in the text itself, its own bytes are escaped in that way, so that nothing is ambiguous.
"""

import re

_FIRST = 0xF700
_ESCAPES = re.compile("[\uf780-\uf7ff]+")
_OF_SURROGATES = {0xDC00 + byte: _FIRST + byte for byte in range(0x80, 0x100)}
_TO_SURROGATES = {escape: surrogate for surrogate, escape in _OF_SURROGATES.items()}
_CONTROL = bytes(set(range(0x20)) - set(b"\t\r\x1b"))
_TO_REPLACEMENTS = dict.fromkeys(_TO_SURROGATES, "\ufffd")


def escaped(content: bytes) -> str:
    """Return bytes as text."""
    text = content.decode(errors="surrogateescape")
    text = _ESCAPES.sub(lambda found: found[0].encode().decode("ascii", "surrogateescape"), text)
    return text.translate(_OF_SURROGATES)


def unescaped(text: str) -> bytes:
    """Return the bytes that `escaped` was given."""
    return text.translate(_TO_SURROGATES).encode(errors="surrogateescape")


def is_mostly_text(content: bytes) -> bool:
    """Return whether this is text, perhaps in another encoding: at most a third of the bytes are something else.

    Something else are bytes that are no part of a character in UTF-8, and control characters.
    """
    characters = content.decode(errors="ignore").encode().translate(None, _CONTROL)
    return 3 * (len(content) - len(characters)) <= len(content)


def readable(text: str) -> str:
    """Return an escaped text for people: a replacement character for each byte that is no part of a character."""
    return text.translate(_TO_REPLACEMENTS)
