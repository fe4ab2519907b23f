"""The rules of redaction, as regular expressions that mean the same to DuckDB (RE2) and to Python.

`rules.toml` says which values are secrets and `tokens.toml` how tokens of vendors begin, `names.toml` which names are
those of secrets, `syntaxes.toml` how a name and its value stand beside each other. They hold placeholders, which this
module expands. Two engines apply the result and
return the same bytes: `in_sql` for the lines that DuckDB parses, `in_python` for the lines that it refuses. A cheap
scan (`SCANS`) separates the few suspect lines, which need the rules, from the many that do not.

Escapes of printable characters, such as \\u0061, are decoded first, or a key spelt with them would pass. The engines
do that themselves: DuckDB's `json()` decodes them too, but it fails on a malformed line and rewrites numbers.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from pixeldesk.ingest.redaction.names import FURTHER, name_rules


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text())


_VALUES = _read("rules.toml")
_SYNTAXES = _read("syntaxes.toml")
# Unicode keeps these characters for use inside a program; a line that has them loses them before they are set.
_MARKS = {"named": "\ufdd0", "perhaps": "\ufdd1", "kept": "\ufdd2"}
_TOKENS = _read("tokens.toml")["tokens"]
_ALTERNATIVES = {
    name: "|".join(
        token.get("find") or token["begins"] + token.get("goes_on", "")
        for token in _TOKENS
        if token.get("alone", False) == are_alone
    )
    for name, are_alone in {"tokens": False, "lone_tokens": True}.items()
}
_FRAGMENTS = _VALUES["fragments"] | _SYNTAXES["fragments"] | _ALTERNATIVES | _MARKS | {"further": FURTHER}
_REDACTED = r"\1[redacted]"
_PLACEHOLDER = re.compile("<([a-z_ ]+)>")
_ANY = r'(?:["\\]|[^"\\])'

ESCAPED_PUNCTUATION = (
    (r"(?:((?:\\\\)*)\\|((?:\\\\)+))(?:u005[cC])+", r"\1\2\\\\"),
    (r"(?:((?:\\\\)*)\\|((?:\\\\)+))u0022", r'\1\2\\"'),
)
"""Patterns of \\u005c and \\u0022 and their replacements: a backslash and a quotation mark, at the same escape depth.

An odd run of backslashes ends in the escape itself; an even run is the same escape one JSON string deeper."""
ESCAPED_PRINTABLE = r"\\+u00(2[013-9A-Fa-f]|[346][0-9A-Fa-f]|5[0-9abd-fABD-F]|7[0-9A-Ea-e])"
"""Matches the escape of any other printable ASCII character; the group is its code in hexadecimal."""
LEFTOVER_ESCAPE = r"\\+u00[2-7][0-9A-Fa-f]"
"""Matches what looks like an escape only after others were decoded. It is replaced by `[escape]`, so that redacting
twice changes nothing."""


class Replacement(NamedTuple):
    """One regular expression and what replaces its matches."""

    find: str
    keep: str
    needs: str
    """A character that every match contains; '' where there is none."""
    title: str = ""
    """What it finds."""


def _spelt(words: str) -> str:
    """Expand <api key>: each word in three spellings, joined as names are."""
    return "[_ -]?".join(f"(?:[{word[0]}{word[0].upper()}]{word[1:]}|{word.upper()})" for word in words.split())


def _at_depth(depth: int) -> dict[str, str]:
    """Return the fragments for a string inside `depth` JSON strings: each level doubles the backslashes."""
    quote = "\\\\" * (2**depth - 1) + '"'
    longest = 2 ** (depth + 1) - 1
    shorter = rf'\\{{1,{longest - 1}}}[^"\\]|' if depth else ""
    shorter_not_u = shorter.replace('[^"\\\\]', '[^"\\\\u]')
    return {
        "quote": quote,
        "character": rf'(?:[^"\\]|{shorter}\\{{{longest}}}{_ANY})',
        "escape": rf"(?:{shorter}\\{{{longest}}}{_ANY})",
        "whole_character": rf'(?:[^"\\]|\\{{1,{longest}}}u[0-9A-Fa-f]{{4}}|{shorter_not_u}\\{{{longest}}}[^u])',
        "outer": (rf'\\{{0,{2**depth - 2}}}"|' if depth else "") + r"\\*\z",
    }


def _expanded(pattern: str, depth: int) -> str:
    """Expand the placeholders of a pattern, at a depth of JSON strings."""
    fragments = _FRAGMENTS | _at_depth(depth)

    def expand(match: re.Match[str]) -> str:
        words = match[1]
        if words not in fragments:
            return _spelt(words)
        meaning = _PLACEHOLDER.sub(expand, fragments[words])
        return meaning if words in _CLASSES else f"(?:{meaning})"

    return _PLACEHOLDER.sub(expand, pattern)


_CLASSES = {"white", "flat_lazy", *_MARKS}
"""Fragments that are not grouped: the inside of a [class], and one that brings its own group."""


def _kept(replacement: str, depth: int) -> str:
    for name, text in {"quote": _at_depth(depth)["quote"], **_MARKS}.items():
        replacement = replacement.replace(f"<{name}>", text)
    return replacement


def _replacements(rule: dict[str, Any]) -> list[Replacement]:
    return [
        Replacement(
            _expanded(rule["find"], depth),
            _kept(rule.get("keep", _REDACTED), depth),
            "\\" if depth else rule.get("needs", ""),
            rule.get("title", ""),
        )
        for depth in rule.get("depths", [0])
    ]


_NO_MARKS = {"find": f"[{''.join(_MARKS.values())}]+", "keep": ""}
_RULES = [
    _NO_MARKS,
    *_VALUES["rules"],
    *(rule._asdict() for rule in name_rules()),
    *_SYNTAXES["rules"],
    _NO_MARKS,
    *_SYNTAXES["kept"],
    *_VALUES["after_names"],
    _NO_MARKS,
]

_TOKEN_SCANS = [token.get("scan") or token["begins"] for token in _TOKENS]
_SEPARATE = [_expanded(scan, 0) for part in (_VALUES, _SYNTAXES) for scan in part["suspect"]]
_ENDS = [(list(scan["ends"]), _expanded(scan["before"], 0)) for scan in _SYNTAXES["scans"]]
SCANS = [*_SEPARATE, _expanded("|".join(_TOKEN_SCANS), 0), *(end + before for ends, before in _ENDS for end in ends)]
"""A line that none of these matches is changed by no rule. Each of a name begins with literal text."""
JOINED_SCANS = [
    *_SEPARATE,
    *(_expanded(scan, 0) for scan in _TOKEN_SCANS),
    *(f"(?:{'|'.join(ends)}){before}" for ends, before in _ENDS),
]
"""The same for an engine that looks for many patterns at once: it compiles names with one ending faster together."""
REPLACEMENTS = [replacement for rule in _RULES for replacement in _replacements(rule)]
"""Every rule at every depth, in the order in which they are applied."""
CARD = _expanded("<card>(?:=[0-9]{7,})?", 0)
"""Matches what may be the number of a payment card, and the track behind it."""
