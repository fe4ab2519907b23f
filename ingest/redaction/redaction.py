"""Secrets stop here: what is a secret in a log line, and the same line without it.

The rules are in `redaction.toml`. They are written once and applied by two engines that give the same bytes: DuckDB
(`redact_sql`), for the lines that it parses, and Python (`redact`), for the lines that it refuses. A scan that costs
little (`suspect_sql`) tells the few lines that need the rules from the many that do not.

Escapes such as \\u0061 for a printable character are written out first, or a key spelt with them would pass. That is
done here and not by DuckDB's `json()`, which does it too, but fails on a malformed line and rewrites numbers.

A name is known in lower case, Capitalised and in UPPER CASE, not in other mixtures: a scan for any case costs too much.
"""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

_CONFIGURATION = tomllib.loads((Path(__file__).parent / "redaction.toml").read_text())
_REDACTED = r"\1[redacted]"
_PLACEHOLDER = re.compile("<([a-z_ ]+)>")

_ANY = r'(?:["\\]|[^"\\])'
_BACKSLASHES = (
    (r"(?:((?:\\\\)*)\\|((?:\\\\)+))(?:u005[cC])+", r"\1\2\\\\"),
    (r"(?:((?:\\\\)*)\\|((?:\\\\)+))u0022", r'\1\2\\"'),
)
"""What \\u005c and \\u0022 become: a backslash and a quotation mark, escaped as deep as they were.

An odd run of backslashes ends in the escape itself; an even one is the same escape one JSON string deeper."""
_PRINTABLE = r"\\+u00(2[013-9A-Fa-f]|[346][0-9A-Fa-f]|5[0-9abd-fABD-F]|7[0-9A-Ea-e])"
_LEFT_OVER = r"\\+u00[2-7][0-9A-Fa-f]"
"""What looks like an escape only after others were written out. It goes, so that a second pass finds nothing."""

_KEY_PATHS = ("$.api_key", "$.api_key.key", "$.api_key.value", "$.api_key.raw")
_HEADERS = ("$.headers", "$.request.headers", "$")
_SPELLINGS = (str.lower, str.title, str.upper)
_HIDDEN = r"(?i)[\[(<*]*(?:redacted|filtered|hidden|masked)?[\])>*]*"


class _Replacement(NamedTuple):
    find: str
    keep: str
    needs: str
    """A character without which there is nothing to find; '' where there is none."""


def suspect_sql(column: str) -> str:
    """A boolean SQL expression: true for every line that `redact` would change, and for few others."""
    return "(" + " OR ".join(f"regexp_matches({column}, {_literal(scan)})" for scan in _SCANS) + ")"


def redact_sql(column: str) -> str:
    """A SQL expression: the text of the column without its secrets. Slow: meant for suspect lines only."""
    simple = [rule for rule in _REPLACEMENTS if not rule.needs]
    needs = " OR ".join(
        f"contains({column}, {_literal(needed)})"
        for needed in dict.fromkeys(rule.needs for rule in _REPLACEMENTS if rule.needs)
    )
    written_out = f"CASE WHEN contains({column}, '\\u00') THEN {_write_out_sql(column)} ELSE {column} END"
    return f"CASE WHEN {needs} THEN {_chain_sql(written_out, _REPLACEMENTS)} ELSE {_chain_sql(column, simple)} END"


def redact(text: str) -> str:
    """The text without its secrets, the same as `redact_sql` gives. Never raises; redacting twice changes nothing."""
    if not _SUSPECT.search(text):
        return text
    if "\\u00" in text:
        text = _write_out(text)
    for rule, pattern in zip(_REPLACEMENTS, _COMPILED, strict=True):
        if rule.needs in text:
            text = pattern.sub(rule.keep, text)
    return text


def presented_key_sql(column: str, also: Sequence[str] = ()) -> str:
    """A SQL expression: the API key that a line logged in clear, exactly as presented, or NULL.

    For suspect lines before redaction: its fingerprint, prefix and length are derived from it and it is dropped. A
    leading `Bearer ` is not part of the key; credentials of another scheme, and what a server put in the place of a
    key that it hid itself, are not a key. `also`: paths of headers where this format logs one.
    """
    authorization, x_api_key = (
        _first_text_sql(column, [f'{parent}."{spell(name)}"' for parent in _HEADERS for spell in _SPELLINGS])
        for name in ("authorization", "x-api-key")
    )
    others = [f"nullif({_bearer_sql(_first_text_sql(column, also))}, '')"] if also else []
    keys = [_first_text_sql(column, _KEY_PATHS), f"nullif({_bearer_sql(authorization)}, '')", x_api_key, *others]
    found = f"list_filter([{', '.join(keys)}], lambda found: NOT regexp_full_match(found, '{_HIDDEN}'))[1]"
    return f"CASE WHEN json_valid({column}) THEN {found} END"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _replace_sql(text: str, find: str, keep: str) -> str:
    return f"regexp_replace({text}, {_literal(find)}, {_literal(keep)}, 'g')"


def _chain_sql(text: str, replacements: list[_Replacement]) -> str:
    for rule in replacements:
        text = _replace_sql(text, rule.find, rule.keep)
    return text


def _first_text_sql(column: str, paths: Sequence[str]) -> str:
    """The first of the paths that holds a text that is not empty: all of them for one parse of the line."""
    listed = ", ".join(_literal(path) for path in paths)
    return f"""(list_filter(json_extract({column}, [{listed}]), lambda found: found LIKE '"_%"')[1] ->> '$')"""


def _bearer_sql(header: str) -> str:
    scheme = "'^(?i)(basic|digest|negotiate|ntlm) '"
    return f"CASE WHEN NOT regexp_matches({header}, {scheme}) THEN regexp_replace({header}, '^(?i)bearer ', '') END"


def _write_out_sql(text: str) -> str:
    for find, keep in _BACKSLASHES:
        text = _replace_sql(text, find, keep)
    text = f"url_decode({_replace_sql(f'''replace({text}, '%', '%25')''', _PRINTABLE, '%' + chr(92) + '1')})"
    return _replace_sql(text, _LEFT_OVER, "[escape]")


def _write_out(text: str) -> str:
    # The look-behind changes no match; it spares Python from trying each backslash of a long run.
    for find, keep in _BACKSLASHES:
        text = re.sub(r"(?<!\\)" + find, keep, text)
    text = re.sub(r"(?<!\\)" + _PRINTABLE, lambda match: chr(int(match[1], 16)), text)
    return re.sub(r"(?<!\\)" + _LEFT_OVER, "[escape]", text)


def _spelt(words: str) -> str:
    """<api key>: each word in three spellings, joined as names are."""
    return "[_ -]?".join(f"(?:[{word[0]}{word[0].upper()}]{word[1:]}|{word.upper()})" for word in words.split())


def _at_depth(depth: int) -> dict[str, str]:
    """What a string looks like inside `depth` JSON strings, where each level doubles the backslashes."""
    quote = "\\\\" * (2**depth - 1) + '"'
    longest = 2 ** (depth + 1) - 1
    shorter = rf'\\{{1,{longest - 1}}}[^"\\]|' if depth else ""
    shorter_not_u = shorter.replace('[^"\\\\]', '[^"\\\\u]')
    return {
        "quote": quote,
        "character": rf'(?:[^"\\]|{shorter}\\{{{longest}}}{_ANY})',
        "whole_character": rf'(?:[^"\\]|\\{{1,{longest}}}u[0-9A-Fa-f]{{4}}|{shorter_not_u}\\{{{longest}}}[^u])',
        "outer": (rf'\\{{0,{2**depth - 2}}}"|' if depth else "") + r"\\*\z",
    }


def _expanded(pattern: str, depth: int) -> str:
    fragments = _CONFIGURATION["fragments"] | _at_depth(depth)

    def expand(match: re.Match[str]) -> str:
        words = match[1]
        if words not in fragments:
            return _spelt(words)
        meaning = _PLACEHOLDER.sub(expand, fragments[words])
        return meaning if words in _CLASSES else f"(?:{meaning})"

    return _PLACEHOLDER.sub(expand, pattern)


_CLASSES = {"white", "flat_lazy"}
"""Fragments that stand as they are: the inside of a [class]."""


def _replacements(rule: dict[str, Any]) -> list[_Replacement]:
    return [
        _Replacement(
            _expanded(rule["find"], depth),
            rule.get("keep", _REDACTED).replace("<quote>", _at_depth(depth)["quote"]),
            "\\" if depth else rule.get("needs", ""),
        )
        for depth in rule.get("depths", [0])
    ]


_SCANS = [_expanded(scan, 0) for scan in _CONFIGURATION["suspect"]]
_REPLACEMENTS = [replacement for rule in _CONFIGURATION["rules"] for replacement in _replacements(rule)]
_SUSPECT = re.compile("|".join(_SCANS))
_COMPILED = [re.compile(rule.find.replace(r"\z", r"\Z")) for rule in _REPLACEMENTS]
