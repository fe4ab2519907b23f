"""Escape log text for output that obeys control characters: a terminal, and the server's own log."""


def printable(value: object) -> str:
    """Return a value as one line that cannot steer a terminal: control characters are escaped."""
    text = "" if value is None else str(value)
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)
