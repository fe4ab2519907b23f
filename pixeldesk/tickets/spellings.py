"""Say how the store may write an id that a text writes otherwise: in other letter case, without hyphens, cut short.

Every regular expression here is free of nested repetition, so that time grows linearly with the length of the text.
"""

import re

from pixeldesk.catalogue.checks import OWN_PREFIX

_PREFIX = re.compile(r"req[_-]?", re.IGNORECASE)
_BODY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{4,62}[A-Za-z0-9]")
_UUID_DIGITS = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_NO_DIGIT_OF_A_UUID = re.compile(r"^0x|[-_:]")
_XRAY = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}", re.IGNORECASE)
_VERCEL = re.compile(r"[a-z0-9]{5}-\d{13}-[0-9a-f]{12}", re.IGNORECASE)
_RAY = re.compile(r"([0-9a-f]{16})(?:-[A-Z]{3})?", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{14,80}")
_SHORTEST_BEGINNING = 6


def spellings(written: str) -> tuple[str, ...]:
    """Return how the store may write an id, most likely first: as it is written, and otherwise."""
    prefix = _PREFIX.match(written)
    body = written[prefix.end() :] if prefix else written
    found = [written]
    if _BODY.fullmatch(body):
        found.append(OWN_PREFIX + body)
    digits = _NO_DIGIT_OF_A_UUID.sub("", body)
    if _UUID_DIGITS.fullmatch(digits):
        found += _as_uuid(digits)
        found += [OWN_PREFIX + each for each in _as_uuid(digits)[:2]]
    elif _XRAY.fullmatch(written):
        found += [f"Root={written}", f"Root={written.lower()}"]
    elif ray := _RAY.fullmatch(written):
        found += [ray[1].lower(), ray[1].upper()]
    if _BASE64.fullmatch(written) and len(written) % 4 in (2, 3):
        found.append(written + "=" * (4 - len(written) % 4))
    found += [written.rstrip("="), *(_in_case(written, prefix) if written.isascii() else ())]
    return tuple(dict.fromkeys(found))


def beginnings(written: str) -> tuple[str, ...]:
    """Return how the store may begin an id of which this is the beginning, or all but a suffix.

    Empty for what is a whole id by its form.
    """
    if ray := _RAY.fullmatch(written):
        return (f"{ray[1].lower()}-",)
    if _UUID_DIGITS.fullmatch(_NO_DIGIT_OF_A_UUID.sub("", written)) or _VERCEL.fullmatch(written.rpartition(":")[2]):
        return ()
    if _XRAY.fullmatch(written):
        return (f"Root={written.lower()};", f"{written.lower()};")
    prefix = _PREFIX.match(written)
    body = written[prefix.end() :] if prefix else written
    found = [written, OWN_PREFIX + body, written.lower()]
    return tuple(dict.fromkeys(each for each in found if len(each) >= _SHORTEST_BEGINNING))


def heads(beginning: str) -> tuple[str, ...]:
    """Return the first six characters of a beginning in the letter cases in which ids are looked for.

    After the prefix of the own form, each letter may have either case; in another id all have one, or those written.
    """
    head = beginning[:_SHORTEST_BEGINNING]
    if head.startswith(OWN_PREFIX):
        body = head.removeprefix(OWN_PREFIX)
        return (OWN_PREFIX + body.upper(), OWN_PREFIX + body.lower())
    return (head, head.lower(), head.upper())


def endings(written: str) -> tuple[str, ...]:
    """Return how the store may end an id that gateways put something before; empty for any other id."""
    if _XRAY.fullmatch(written):
        return (f";Root={written.lower()}",)
    tail = written.rpartition(":")[2]
    return (f"::{tail}", f"::{tail.lower()}") if _VERCEL.fullmatch(tail) else ()


def _as_uuid(digits: str) -> list[str]:
    lower = digits.lower()
    hyphenated = "-".join((lower[:8], lower[8:12], lower[12:16], lower[16:20], lower[20:]))
    return [hyphenated, lower, hyphenated.upper(), lower.upper()]


def _in_case(written: str, prefix: re.Match[str] | None) -> list[str]:
    """Return a text of one letter case in the other; the prefix is always written small."""
    body = written[prefix.end() :] if prefix else written
    start = OWN_PREFIX if prefix else ""
    return [start + other for other in (body.lower(), body.upper()) if body in (body.lower(), body.upper())]
