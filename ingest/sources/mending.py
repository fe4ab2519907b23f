r"""Mend lines that are JSON but for an escape that no reader takes, and remove the colours of a terminal.

- Half a surrogate pair (\ud83d), which JavaScript writes when it cuts a text in the middle of an emoji, becomes U+FFFD.
- \x22, which nginx and Apache write in the place of a character, becomes that character: of UTF-8, byte by byte.
- ANSI escapes (ESC [31m) are removed, in a line of text too.
- Of a name that an object has twice, the last value stays, as in JSON.parse: a child logger of pino writes the id of
  its parent and its own. The engine would read the first.

Only a line with one of these is mended, and but for repeated names only if it is not JSON as it is. Its hash stays that
of its bytes as they were. Bytes around a line that are no part of it (NUL, a byte order mark, the comma between the
elements of a list) are removed where lines are split: see ingest/sources/lines.py.

`mended_sql` mends the lines of a chunk, `mended` the few that Python reads to detect a format. They agree.
"""

import re

from pixeldesk.ingest.sql import literal

_ESCAPE = "\x1b"
_AROUND = "\0\x1e\ufeff"
# Control sequences, such as colours, and the titles and links of a terminal.
_ANSI = "\x1b" + r"(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])"
_HALF = r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
_PAIR = r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
_ASCII = r"\\x([0-7][0-9a-fA-F])"
_BEYOND_ASCII = r"\\x([89a-fA-F][0-9a-fA-F])"
_STARTS_OBJECT = r"^[ \t]*[{]"
# The names that loggers repeat, with nothing but plain values between the two.
_REPEATED = (
    '"req(?:uest_id":[^{}]*"request_id":|uestId":[^{}]*"requestId":|Id":[^{}]*"reqId":|_id":[^{}]*"req_id":)',
    '"time":[^{}]*"time":',
    '"msg":[^{}]*"msg":',
)
# Characters that no JSON has stand in for what must not be mistaken for an escape: an escaped backslash, and the two
# halves of a pair.
_BACKSLASH, _HIGH, _LOW = "\x01", "\x02", "\x03"


def needs_mending_sql(column: str, *, names: bool = False) -> str:
    """Return the condition that a line has something to mend, or also, with `names`, that it repeats a name.

    It is cheap for lines without a backslash; names cost as much as to parse the line.
    """
    if names:
        return f"({needs_mending_sql(column)} OR {_repeats_names(column)})"
    object_with_escapes = f"""regexp_matches({column}, {literal(_STARTS_OBJECT)})
        AND (contains({column}, '\\x') OR regexp_matches({column}, {literal(_HALF)}))"""
    return f"""CASE WHEN contains({column}, {_characters(_ESCAPE)}) THEN NOT json_valid({column})
        WHEN contains({column}, '\\') THEN {object_with_escapes} AND NOT json_valid({column}) ELSE false END"""


def mended_sql(column: str, *, names: bool = False) -> str:
    """Return the expression for a line as it was meant: the line itself if nothing needs mending.

    With `names`, each name of the object remains once.
    """
    once = f"WHEN {_repeats_names(column)} THEN {_with_last_values(column)}" if names else ""
    plain = f"regexp_replace({column}, {literal(_ANSI)}, '', 'g')"
    return f"""CASE WHEN {needs_mending_sql(column)} THEN
        CASE WHEN regexp_matches({plain}, {literal(_STARTS_OBJECT)}) THEN {_with_escapes_mended(plain)} ELSE {plain} END
        {once} ELSE {column} END"""


def as_meant(line: str) -> str:
    """Return a line of a sample without the padding around it: see ingest/sources/lines.py.

    A comma after an object stays: in a sample it says that the source is the list of a document.
    """
    return line.lstrip(_AROUND).rstrip("\0\r")


def mended(line: str) -> str:
    """Return a line as it was meant, as `mended_sql` does. The caller knows that it is not JSON as it is."""
    line = re.sub(_ANSI, "", line)
    if not re.match(_STARTS_OBJECT, line) or "\\" not in line:
        return line
    line = line.replace(r"\\", _BACKSLASH)
    line = re.sub(_PAIR, rf"{_HIGH}\1{_LOW}\2", line)
    line = re.sub(_HALF, r"\\ufffd", line).replace(_HIGH, r"\u").replace(_LOW, r"\u")
    line = re.sub(_ASCII, r"\\u00\1", line)
    try:
        line = re.sub(f"(?:{_BEYOND_ASCII})+", _characters_of, line)
    except UnicodeDecodeError:
        line = re.sub(_BEYOND_ASCII, "\ufffd", line)
    return line.replace(_BACKSLASH, r"\\")


def _characters_of(escapes: re.Match[str]) -> str:
    return bytes.fromhex(escapes[0].replace(r"\x", "")).decode()


def _repeats_names(column: str) -> str:
    looks_so = " OR ".join(f"regexp_matches({column}, {literal(pattern)})" for pattern in _REPEATED)
    keys = f"TRY(json_keys({column}))"
    return f"CASE WHEN {looks_so} THEN json_valid({column}) AND len({keys}) > list_unique({keys}) ELSE false END"


def _with_last_values(column: str) -> str:
    kept = """list_filter(range(1, len(object.names) + 1),
        lambda place: NOT list_contains(object.names[place + 1:], object.names[place]))"""
    member = "to_json(object.names[place])::VARCHAR || ':' || (object.members[place])::VARCHAR"
    parts = f"{{names: TRY(json_keys({column})), members: TRY(json_extract({column}, '$.*'))}}"
    return f"""list_transform([{parts}], lambda object:
        '{{' || array_to_string(list_transform({kept}, lambda place: {member}), ',') || '}}')[1]"""


def _with_escapes_mended(line: str) -> str:
    found = f"replace({line}, '\\\\', {_characters(_BACKSLASH)})"
    found = (
        f"regexp_replace({found}, {literal(_PAIR)}, {_characters(_HIGH)} || '\\1' || {_characters(_LOW)} || '\\2', 'g')"
    )
    found = f"regexp_replace({found}, {literal(_HALF)}, '\\\\ufffd', 'g')"
    for half in (_HIGH, _LOW):
        found = f"replace({found}, {_characters(half)}, '\\u')"
    found = f"regexp_replace({found}, {literal(_ASCII)}, '\\\\u00\\1', 'g')"
    # The bytes of a character make it only together: percent-decoding, with the percent signs of the line escaped.
    bytes_of = f"regexp_replace(replace(found, '%', '%25'), {literal(_BEYOND_ASCII)}, '%\\1', 'g')"
    unknown = f"regexp_replace(found, {literal(_BEYOND_ASCII)}, '\ufffd', 'g')"
    found = f"""list_transform([{found}], lambda found: CASE WHEN contains(found, '\\x')
        THEN coalesce(TRY(url_decode({bytes_of})), {unknown}) ELSE found END)[1]"""
    return f"replace({found}, {_characters(_BACKSLASH)}, '\\\\')"


def _characters(text: str) -> str:
    return " || ".join(f"chr({ord(character)})" for character in text)
