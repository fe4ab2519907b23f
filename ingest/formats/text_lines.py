"""Read a line of text as an object: by the named groups of a regular expression, or as name=value pairs.

The fields of a format read such an object by its names, as they read JSON. `parsed_text` reads the few lines that
Python looks at, and `text_object_sql` generates the SQL for all others; both read the same.
"""

import json
import re
from functools import cache
from typing import Any

from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.sql import literal

# name=value, name="value with blanks"; a name as logfmt and Heroku's router write it.
_NAME, _VALUE = r"[A-Za-z_@][A-Za-z0-9_.@/\-]*", r"""("(?:[^"\\]|\\.)*"|[^ \t"]*)"""
_PAIR = f"({_NAME})={_VALUE}"
# The same for Python, which must not try each tail of a long word that no = follows.
_WORD_OR_PAIR = re.compile(f"({_NAME}+)(?:(=){_VALUE})?", re.ASCII)
_LINE_ENDS = "\r\n"


def parsed_text(text: str, log_format: LogFormat) -> dict[str, Any] | None:
    """Return the object that a text stands for in a format of text, or None if it does not match."""
    text = text.rstrip(_LINE_ENDS)
    if text.lstrip().startswith("{"):
        return None
    for pattern in log_format.text_patterns:
        if found := _compiled(pattern).search(text):
            return {name: value for name, value in found.groupdict().items() if value}
    if not log_format.text_pairs:
        return None
    return {name: _unquoted(value) for name, is_pair, value in _WORD_OR_PAIR.findall(text) if is_pair} or None


def text_object_sql(text: str, log_format: LogFormat) -> str:
    """Return the expression for the JSON object that a text stands for; NULL if it does not match."""
    whole = f"rtrim({text}, chr(10) || chr(13))"
    cases = []
    for pattern in log_format.text_patterns:
        names = ", ".join(literal(name) for name in _compiled(pattern).groupindex)
        found = f"to_json(regexp_extract({whole}, {literal(pattern)}, [{names}]))::VARCHAR"
        cases.append(f"WHEN regexp_matches({whole}, {literal(pattern)}) THEN {found}")
    if log_format.text_pairs:
        cases.append(f"WHEN regexp_matches({whole}, {literal(_PAIR)}) THEN {_pairs_sql(whole)}")
    return f"CASE WHEN starts_with(ltrim({text}), '{{') THEN NULL {' '.join(cases)} END"


def text_of_bytes(value: Any) -> Any:
    """Return the text whose bytes are listed in a value; any other value as it is."""
    try:
        return bytes(value).decode() if isinstance(value, list) else value
    except (ValueError, TypeError):
        return value


def text_of_bytes_sql(text: str) -> str:
    """Return the expression for the text whose bytes a JSON list holds, [104, 105]; for any other text itself."""
    digits = f"""list_transform(from_json({text}, '["UTINYINT"]'), lambda octet: printf('%02x', octet))"""
    decoded = f"TRY(decode(unhex(array_to_string({digits}, ''))))"
    return f"CASE WHEN regexp_full_match({text}, '\\[[0-9, ]*\\]') THEN coalesce({decoded}, {text}) ELSE {text} END"


def _pairs_sql(text: str) -> str:
    """Return the expression for the object of the pairs in a text. Of a repeated name, the last value counts."""
    names, values = (f"list_reverse(regexp_extract_all({text}, {literal(_PAIR)}, {group}))" for group in (1, 2))
    is_first = f"list_position({names}, name) = index"
    unquoted = (
        "CASE WHEN starts_with(value, '\"') THEN coalesce(TRY(value::JSON ->> '$'), trim(value, '\"')) ELSE value END"
    )
    kept_names = f"list_filter({names}, lambda name, index: {is_first})"
    kept_values = (
        f"list_filter(list_transform({values}, lambda value: {unquoted}), "
        f"lambda value, index: list_position({names}, {names}[index]) = index)"
    )
    return f"to_json(map({kept_names}, {kept_values}))::VARCHAR"


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value.strip('"')


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
