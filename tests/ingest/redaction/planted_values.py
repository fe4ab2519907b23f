"""Make the values of secrets, at random from a seed: no secret is written down."""

import random
import re
import string
from collections.abc import Callable
from itertools import cycle
from typing import NamedTuple

_ALPHABETS = {
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "digits": string.digits,
    "small": string.ascii_lowercase,
    "letters": string.ascii_letters,
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "alnum": string.ascii_letters + string.digits,
    "word": string.ascii_letters + string.digits + "_-",
    "base64": string.ascii_letters + string.digits + "+/",
    "base32": string.ascii_uppercase + "234567",
}
_MADE = re.compile(r"\{([A-Za-z0-9]+)(?::([0-9]+)|([ -]?))\}")
_HIDDEN = re.compile(r"\(\((.*?)\)\)(?!\))", re.DOTALL)


class Secret(NamedTuple):
    """A text with a secret in it, and the parts of the text that must not remain."""

    text: str
    hidden: tuple[str, ...]


def made(described: str, seed: str) -> Secret:
    """Return a text as it is described in `kinds_of_secrets.toml`. The same seed makes the same text."""
    chance = random.Random(seed)
    text = _MADE.sub(lambda match: _made(chance, *match.groups()), described)
    hidden = tuple(match[1] for match in _HIDDEN.finditer(text))
    return Secret(_HIDDEN.sub(r"\1", text), hidden or tuple(_lines_of_key(text)))


def _lines_of_key(text: str) -> list[str]:
    """Return the text, or of a private key the lines between its first and its last."""
    lines = text.splitlines()
    return lines[1:-1] if len(lines) > 1 else [text]


def _made(chance: random.Random, name: str, length: str | None, separator: str | None) -> str:
    if length:
        return _drawn(chance, name, int(length))
    if name in _CARDS:
        return _card(chance, *_CARDS[name], separator or "")
    return _SHAPES[name](chance) if name in _SHAPES else "{" + name + "}"


def _drawn(chance: random.Random, alphabet: str, length: int) -> str:
    """Draw characters; neither end is a hyphen or an underscore, and both letters and digits occur."""
    characters = _ALPHABETS[alphabet]
    inner = [character for character in characters if character.isalnum()]
    while True:
        ends = chance.choice(inner), chance.choice(inner)
        text = (ends[0] + "".join(chance.choices(characters, k=max(length - 2, 0))) + ends[1])[:length]
        mixed = any(map(str.isdigit, text)) and not text.isdigit()
        if mixed or length < 8 or not {"0", "A", "a"} & set(characters) or alphabet in ("digits", "small", "letters"):
            return text


def _uuid(chance: random.Random) -> str:
    return "-".join(_drawn(chance, "hex", length) for length in (8, 4, 4, 4, 12))


def _jwt(chance: random.Random) -> str:
    return f"eyJ{_drawn(chance, 'alnum', 33)}.eyJ{_drawn(chance, 'alnum', 60)}.{_drawn(chance, 'word', 43)}"


def _private_key(chance: random.Random) -> str:
    body = "\n".join(_drawn(chance, "base64", 64) for _ in range(4))
    return f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"


def _password(chance: random.Random) -> str:
    return _drawn(chance, "alnum", 9) + chance.choice("!*~^#%$") + _drawn(chance, "alnum", 9)


_SHAPES: dict[str, Callable[[random.Random], str]] = {
    "uuid": _uuid,
    "jwt": _jwt,
    "pem": _private_key,
    "password": _password,
}
_CARDS: dict[str, tuple[str, tuple[int, ...]]] = {
    "visa": ("4", (4, 4, 4, 4)),
    "mastercard": ("5", (4, 4, 4, 4)),
    "amex": ("37", (4, 6, 5)),
}


def _card(chance: random.Random, beginning: str, groups: tuple[int, ...], separator: str) -> str:
    """Draw the number of a card, whose last digit is its check digit (ISO/IEC 7812)."""
    second = chance.choice("12345") if beginning == "5" else ""
    body = beginning + second
    body += _drawn(chance, "digits", sum(groups) - len(body) - 1)
    number = body + next(digit for digit in string.digits if passes_luhn(body + digit))
    starts = [sum(groups[:place]) for place in range(len(groups))]
    return separator.join(number[start : start + length] for start, length in zip(starts, groups, strict=True))


def passes_luhn(number: str) -> bool:
    """Tell whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    doubled = (int(digit) * factor for digit, factor in zip(reversed(number), cycle((1, 2)), strict=False))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
