"""Redact a text in Python: lines that DuckDB refuses, excerpts and messages.

Importing this module compiles the rules, which takes a quarter of a second.
"""

import re

from pixeldesk.ingest.redaction import cards
from pixeldesk.ingest.redaction.rules import (
    ESCAPED_PRINTABLE,
    ESCAPED_PUNCTUATION,
    JOINED_SCANS,
    LEFTOVER_ESCAPE,
    REPLACEMENTS,
)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(r"\z", r"\Z"))


_SUSPECT = _compiled("|".join(JOINED_SCANS))
_COMPILED = [_compiled(rule.find) for rule in REPLACEMENTS]
_CANDIDATE, _WHOLE, _NO_CARD, _IN_JSON, _DIGITS = map(
    _compiled, (cards.CANDIDATE, cards.WHOLE, cards.NO_CARD, cards.IN_JSON, cards.DIGITS)
)


def redact(text: str) -> str:
    """Return the text without its secrets, equal to the result of `in_sql.redact_sql`.

    Never raises. Redacting twice changes nothing.
    """
    if not _SUSPECT.search(text):
        return text
    if "\\u00" in text:
        text = _decode_escapes(text)
    for candidate in filter(_is_card, (match[0] for match in _CANDIDATE.finditer(text))):
        text = text.replace(candidate, _DIGITS.sub("[redacted]", _IN_JSON.sub(cards.KEEP_IN_JSON, candidate)))
    for rule, pattern in zip(REPLACEMENTS, _COMPILED, strict=True):
        if rule.needs in text:
            text = pattern.sub(rule.keep, text)
    return text


def _decode_escapes(text: str) -> str:
    # The look-behind changes no match; it spares Python from trying each backslash of a long run.
    for find, keep in ESCAPED_PUNCTUATION:
        text = re.sub(r"(?<!\\)" + find, keep, text)
    text = re.sub(r"(?<!\\)" + ESCAPED_PRINTABLE, lambda match: chr(int(match[1], 16)), text)
    return re.sub(r"(?<!\\)" + LEFTOVER_ESCAPE, "[escape]", text)


def _is_card(candidate: str) -> bool:
    digits = _DIGITS.search(candidate)
    is_one = digits and _WHOLE.fullmatch(candidate) and not _NO_CARD.search(candidate)
    return bool(is_one) and cards.passes_luhn(re.sub("[^0-9]", "", digits[1] if digits else ""))
