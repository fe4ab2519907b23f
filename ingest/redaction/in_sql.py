"""SQL expressions that redact a column of lines, and extract the API keys logged in it."""

from collections.abc import Sequence

from pixeldesk.ingest.redaction import cards
from pixeldesk.ingest.redaction.rules import (
    ESCAPED_PRINTABLE,
    ESCAPED_PUNCTUATION,
    LEFTOVER_ESCAPE,
    REPLACEMENTS,
    SCANS,
    Replacement,
)
from pixeldesk.ingest.sql import literal

_REMOVED = "[redacted]"
_KEY_PATHS = ("$.api_key", "$.api_key.key", "$.api_key.value", "$.api_key.raw")
_HEADERS = ("$.headers", "$.request.headers", "$")
_SPELLINGS = (str.lower, str.title, str.upper)
# What servers log in place of a key that they hid themselves.
_MASKED = r"(?i)[\[(<*]*(?:redacted|filtered|hidden|masked)?[\])>*]*"


def suspect_sql(column: str) -> str:
    """Return a boolean expression: true for every line that redaction would change, and for few others."""
    return "(" + " OR ".join(f"regexp_matches({column}, {literal(scan)})" for scan in SCANS) + ")"


def redact_sql(column: str) -> str:
    """Return an expression for the text of the column without its secrets. Slow: use it for suspect lines only."""
    return f"CASE WHEN {needs_sql(column)} THEN {redact_fully_sql(column)} ELSE {redact_simple_sql(column)} END"


def needs_sql(column: str) -> str:
    """Return a boolean expression: false for a text for which `redact_simple_sql` is enough."""
    needed = dict.fromkeys(rule.needs for rule in REPLACEMENTS if rule.needs)
    return " OR ".join(f"contains({column}, {literal(each)})" for each in needed) or "false"


def redact_fully_sql(column: str) -> str:
    """Return the same as `redact_sql`, which takes a shorter way for a text without what `needs_sql` asks for."""
    decoded = f"CASE WHEN contains({column}, '\\u00') THEN {_decode_escapes_sql(column)} ELSE {column} END"
    return _chain_sql(_without_cards_sql(decoded), REPLACEMENTS)


def redact_simple_sql(column: str) -> str:
    """Return the same as `redact_sql` for a text without what `needs_sql` asks for: most have none."""
    return _chain_sql(_without_cards_sql(column), [rule for rule in REPLACEMENTS if not rule.needs])


def redaction_steps(column: str) -> list[tuple[str, str]]:
    """Return the steps of `redact_sql`: the title of each rule that removes something, or '', and its expression."""
    decoded = f"CASE WHEN contains({column}, '\\u00') THEN {_decode_escapes_sql(column)} ELSE {column} END"
    steps = [("", decoded), ("numbers of payment cards", _without_cards_sql(column))]
    for rule in REPLACEMENTS:
        title = rule.title if _REMOVED in rule.keep else ""
        steps.append((title, _replace_sql(column, rule.find, rule.keep)))
    return steps


def presented_key_sql(column: str, header_paths: Sequence[str] = ()) -> str:
    """Return an expression for the API key that a line logged in clear, exactly as presented, or NULL.

    Apply it to suspect lines before redaction: fingerprint, prefix and length are derived from the key, and the key is
    dropped. A leading `Bearer ` is not part of the key. Credentials of another scheme are not a key, nor is what a
    server logged in place of a key that it masked itself. `header_paths`: where else this format logs a key.
    """
    authorization, x_api_key = (
        _first_text_sql(column, [f'{parent}."{spell(name)}"' for parent in _HEADERS for spell in _SPELLINGS])
        for name in ("authorization", "x-api-key")
    )
    others = [f"nullif({_bearer_sql(_first_text_sql(column, header_paths))}, '')"] if header_paths else []
    keys = [_first_text_sql(column, _KEY_PATHS), f"nullif({_bearer_sql(authorization)}, '')", x_api_key, *others]
    found = f"list_filter([{', '.join(keys)}], lambda found: NOT regexp_full_match(found, '{_MASKED}'))[1]"
    return f"CASE WHEN json_valid({column}) THEN {found} END"


def _replace_sql(text: str, find: str, keep: str) -> str:
    return f"regexp_replace({text}, {literal(find)}, {literal(keep)}, 'g')"


def _chain_sql(text: str, replacements: list[Replacement]) -> str:
    for rule in replacements:
        text = _replace_sql(text, rule.find, rule.keep)
    return text


def _without_cards_sql(text: str) -> str:
    """Return an expression for the text without the numbers of payment cards."""
    number = f"regexp_replace(regexp_extract(found, {literal(cards.DIGITS)}, 1), '[^0-9]', '', 'g')"
    # Every second digit from the right is doubled, and the digits of the result are added.
    doubled = f"(ascii(substr(reverse({number}), place, 1)) - 48) * (2 - place % 2)"
    summed = f"list_sum(list_transform(range(1, length({number}) + 1), lambda place: {doubled} // 10 + {doubled} % 10))"
    is_whole = f"regexp_full_match(found, {literal(cards.WHOLE)})"
    is_card = f"{is_whole} AND NOT regexp_matches(found, {literal(cards.NO_CARD)}) AND {summed} % 10 = 0"
    quoted = _replace_sql("found", cards.IN_JSON, cards.KEEP_IN_JSON)
    candidates = f"regexp_extract_all({text}, {literal(cards.CANDIDATE)})"
    return f"""CASE WHEN regexp_matches({text}, {literal(cards.WHOLE)}) THEN list_reduce(
        list_filter({candidates}, lambda found: {is_card}),
        lambda rest, found: replace(rest, found, {_replace_sql(quoted, cards.DIGITS, "[redacted]")}), {text})
        ELSE {text} END"""


def _first_text_sql(column: str, paths: Sequence[str]) -> str:
    """Return an expression for the first non-empty string at the paths. It parses the line once for all of them."""
    listed = ", ".join(literal(path) for path in paths)
    return f"""(list_filter(json_extract({column}, [{listed}]), lambda found: found LIKE '"_%"')[1] ->> '$')"""


def _bearer_sql(header: str) -> str:
    scheme = "'^(?i)(basic|digest|negotiate|ntlm) '"
    return f"CASE WHEN NOT regexp_matches({header}, {scheme}) THEN regexp_replace({header}, '^(?i)bearer ', '') END"


def _decode_escapes_sql(text: str) -> str:
    for find, keep in ESCAPED_PUNCTUATION:
        text = _replace_sql(text, find, keep)
    text = f"url_decode({_replace_sql(f'''replace({text}, '%', '%25')''', ESCAPED_PRINTABLE, '%' + chr(92) + '1')})"
    return _replace_sql(text, LEFTOVER_ESCAPE, "[escape]")
