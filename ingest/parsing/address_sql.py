r"""Generate the SQL that reads the address of a client from what programs write about it.

A proxy writes a list, `203.0.113.9, 10.0.0.2`, and each of it may have a port, brackets and quotation marks, or say
that it is `unknown`: X-Forwarded-For as Azure, nginx and Squid write it, and `for="[2001:db8::7]:4711"` of RFC 7239.
The first address counts, without its port, in lower case; an IPv4 address inside IPv6 (::ffff:203.0.113.9, as Node
writes it) as itself. The name of a host stays as it is where there is no address. `unknown` and the hidden names of
RFC 7239 (`_gazonk`) are no value.
"""

from pixeldesk.ingest.sql import literal

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_GROUP = "[0-9A-Fa-f]{1,4}"
_GROUPS = f"{_GROUP}(?::{_GROUP}){{0,6}}"
_COMPRESSED = f"(?:{_GROUPS})?::(?:{_GROUPS})?"
_WITH_IPV4 = f"(?:{_GROUPS})?::(?:{_GROUP}:){{0,5}}{_IPV4}"
_IPV6 = f"(?:(?:{_GROUP}:){{7}}{_GROUP}|{_WITH_IPV4}|{_COMPRESSED})"
_PLAIN_IPV6 = "[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f:]{0,29}"
# Of RFC 7239 only `for` names the client, not `by`.
_BEFORE = r"""(?:^|,|(?i:for)=)[ "'\[]*(?:::(?i:ffff):)?"""
_BEHIND = r"""(?:%[0-9A-Za-z._-]+)?\]?(?::\d{1,5})?(?:[ "',;\]]|$)"""
_FIRST = f"{_BEFORE}({_IPV4}|{_IPV6}){_BEHIND}"
_NO_NAME = r"""(?i)|unknown|_.*|.*[,;="].*"""


def address_sql(texts: list[str]) -> str:
    """Return the expression for the address in the first of some texts that has one, or the name of a host."""
    text = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
    found = f"nullif(lower(regexp_extract(text, {literal(_FIRST)}, 1)), '')"
    name = f"CASE WHEN NOT regexp_full_match(text, {literal(_NO_NAME)}) THEN text END"
    read = f"list_transform([{', '.join(texts)}], lambda text: coalesce({found}, {name}))"
    # Most programs write an address and nothing else, and to see that is a small part of the work.
    is_ipv4 = f"{text} >= '0' AND {text} < ':' AND NOT contains({text}, ':') AND NOT contains({text}, ',')"
    return f"""CASE WHEN {text} IS NULL OR ({is_ipv4}) OR regexp_full_match({text}, {literal(_PLAIN_IPV6)}) THEN {text}
        ELSE list_filter({read}, lambda found: found IS NOT NULL)[1] END"""
