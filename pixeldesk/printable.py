"""Text from logs, shown where control characters would be obeyed: a terminal, and the server's own log."""


def printable(value: object) -> str:
    """Return a value as one line that cannot steer a terminal: escapes and line ends are shown, not obeyed."""
    text = "" if value is None else str(value)
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text)
