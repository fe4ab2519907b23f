"""Know which of the stored texts were redacted by other rules than those of now.

Such a text may differ from what is made of its line now, so it does not tell whether a line is stored already. The hash
of the line does, which was made of the line as it came.
"""

import hashlib
from functools import cache
from pathlib import Path

from pixeldesk.ingest.redaction.personal_data import KINDS, PersonalData
from pixeldesk.ingest.redaction.rules import REPLACEMENTS
from pixeldesk.sql_files import statements
from pixeldesk.store import Transaction

_STATEMENTS = statements(Path(__file__).with_name("rules_of_texts.sql"))


def note_rules(transaction: Transaction, personal_data: PersonalData) -> None:
    """Note the rules of the texts that are stored from now on, and which were stored by others."""
    if transaction.run(_STATEMENTS["noted"]) != [(_digest(personal_data),)]:
        note_other_rules(transaction, personal_data)


def note_other_rules(transaction: Transaction, personal_data: PersonalData) -> None:
    """Note that every text that is stored by now may have been redacted by other rules."""
    transaction.run(_STATEMENTS["forget"])
    transaction.run(_STATEMENTS["note"], rules=_digest(personal_data))


@cache
def _digest(personal_data: PersonalData) -> str:
    return hashlib.sha256(repr((REPLACEMENTS, KINDS[personal_data])).encode()).hexdigest()[:16]
