"""Tell the numbers of payment cards from other numbers of their length: by their check digit, and by their names.

A regular expression finds what may be one; both engines compute the check digit of the few that it finds.
"""

from pixeldesk.ingest.redaction.rules import CARD

CANDIDATE = CARD + "[0-9A-Za-z_-]*"
"""Matches what may be a card with the name before it, and whatever it goes on with if it is none."""
WHOLE = CARD
"""Matches all of a candidate that does not go on."""
NO_CARD = (
    r"(?:(?:(?:^|[^A-Za-z])[Ii]d|[a-z]Id|ID)s?|(?:[Oo]rder|[Ii]nvoice|[Tt]racking|[Tt]ransaction|[Rr]eference|[Ss]equence|"
    r"[Oo]ffset|[Tt]imestamp|[Tt]ime|[Nn]anos|[Tt]race|[Ss]pan|[Rr]equest)(?:[ _-]?[A-Za-z]{1,7})?)[\\\"']*[ ]*[:= ]"
)
"""Matches a candidate that is none by its name."""
DIGITS = r"([0-9]{4}[0-9 -]{9,})(?:=[0-9]+)?\z"
"""Matches the digits at the end of a candidate; the group is without the track behind them."""
IN_JSON = r"""(\\*")([^"\\]*:[^"\\0-9]*)""" + DIGITS.replace("(", "(?:", 1)
"""Matches the digits where they are a number of JSON; the first group is the quotation mark after its name."""
KEEP_IN_JSON = r"\1\2\1[redacted]\1"


def passes_luhn(number: str) -> bool:
    """Tell whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    doubled = (int(digit) << (place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
