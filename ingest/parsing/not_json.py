"""Say why a line is not JSON, and what it is instead, in words about the line and not about a parser."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from pixeldesk.ingest.sources.reason import Reason


class _Look(NamedTuple):
    pattern: re.Pattern[str]
    meaning: str


# What a text that does not begin like JSON looks like; the first that fits.
_LOOKS = (
    _Look(re.compile(r"\s*<"), "a line of XML or HTML"),
    _Look(re.compile(r"\s+at [^ ]|\s+File \"|Traceback |\s*\.\.\. \d+ more|Caused by: "), "a line of a stack trace"),
    _Look(re.compile(r'.*"[A-Z]+ [^"]+ HTTP/[\d.]+" [1-5]\d\d '), "a line of an access log as text"),
    _Look(re.compile(r'[^{]*\{\s*"'), "text before JSON"),
    _Look(re.compile(r"\[?\w[\w.-]*=\S* .*\w[\w.-]*="), "pairs such as name=value"),
    _Look(re.compile(r"\[?\d{4}[-/]\d\d[-/]\d\d|\[?[A-Z][a-z]{2} +\d{1,2} \d\d:"), "text that begins with a time"),
)

# A list, and not [info] or [2026-11-20 ...].
_BEGINS_JSON = re.compile(r"""\s*(?:\{|"|\[\s*[\[{"])""")
_TOKEN = re.compile(r"[^\s,:}\]\"]{1,20}")


def why_not_json(line: str) -> Reason:
    """Return the reason for a line that does not parse as JSON, which must be redacted already."""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return _with_place(line, error.pos)
    except RecursionError:
        return Reason.of("not JSON that can be read: nested too deeply")
    except ValueError:
        return Reason.of("not JSON that can be read: a number of more than 4,300 digits")
    return Reason.of("not JSON as RFC 8259 has it")


def _with_place(line: str, place: int) -> Reason:
    if not _BEGINS_JSON.match(line):
        looks = next((look.meaning for look in _LOOKS if look.pattern.match(line)), "text")
        return Reason.of(f"not JSON: {looks}")
    what = f"not JSON: {next(_problems(line, place))}"
    found = _TOKEN.match(line, place)
    shown = found[0] if found else ""
    return Reason(
        what.format(place=place + 1, found=shown, length=len(line)), what.format(place="N", found="…", length="N")
    )


def _problems(line: str, place: int) -> Iterator[str]:
    """Yield what may be wrong at a place of a line, counted from 0, the most certain first.

    `{place}`, `{found}` and `{length}` are to be filled in.
    """
    rest = line[place:]
    found = rest[:1]
    before = line[:place].rstrip()
    if not rest.strip() or (found == '"' and not _is_closed(rest)) or _is_cut_off_escape(rest):
        yield "cut off after {length} characters, the line ends in the middle"
    if found == "\\":
        yield "the backslash at character {place} begins no escape of JSON"
    if found < " ":
        yield "a control character inside a text, at character {place}; JSON writes it as an escape"
    if before.endswith(("}", "]")) and _is_whole(before):
        yield "two objects in one line" if found in "{[" else "other text behind the object"
    if found in "}]" and before.endswith(","):
        yield "a comma before the closing bracket, at character {place}"
    if found == "'":
        yield "single quotes, as Python prints a dict; JSON has double quotes, as json.dumps writes them"
    if re.match(r"[A-Za-z_$][\w$]*\s*:", rest) and before.endswith(("{", ",")):
        yield "a name without quotes, at character {place}; JSON has them, as JSON.stringify writes them"
    if before.endswith((":", "[")):
        is_word = _TOKEN.match(rest) is not None
        yield "`{found}` at character {place} is no value of JSON" if is_word else "no value at character {place}"
    if before.endswith((",", "{")):
        yield "no name at character {place}"
    yield "a comma or a colon is missing before character {place}"


def _is_closed(text: str) -> bool:
    return re.match(r'"(?:[^"\\]|\\.)*"', text, re.DOTALL) is not None


def _is_cut_off_escape(rest: str) -> bool:
    return re.fullmatch(r"\\(?:u[0-9a-fA-F]{0,3})?|u[0-9a-fA-F]{0,3}", rest) is not None


def _is_whole(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
