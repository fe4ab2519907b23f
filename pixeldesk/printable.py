"""Escape characters of log text that would not be seen, and would change what is seen beside them.

A terminal obeys control characters; a browser and a spreadsheet obey those that turn the direction of text (bidi
controls), which can show `005` for the status 500. Source: https://unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
"""

_LINE_ENDS_AND_TABS = frozenset("\t\n\r")
_CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {ord(character) for character in _LINE_ENDS_AND_TABS}
_BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_LINE_SEPARATORS = {0x2028, 0x2029}
_ESCAPED = {code: f"\\u{code:04x}" for code in _CONTROLS | _BIDI | _LINE_SEPARATORS}


def visible(text: str) -> str:
    """Return a text in which control characters and bidi controls are escaped, as in `\\u202e`. Lines stay lines."""
    return text if text.isprintable() else text.translate(_ESCAPED)


def printable(value: object) -> str:
    """Return a value as one line that cannot steer a terminal: control characters are escaped."""
    text = "" if value is None else str(value)
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)
