"""Remember what was found for the last tickets without an id, so that a page can show it again.

A ticket is private: neither its text is remembered nor is anything of it in an address. The address has a name that
nobody can guess, and this process what the store had to say.
"""

import secrets
import threading
from collections import OrderedDict

from pixeldesk.tickets.answer import LookupAnswer

_NAME_BYTES = 12


class RecentTickets:
    """The answers to the last `most` tickets, by name. Any thread may call it."""

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, LookupAnswer] = OrderedDict()

    def remember(self, answer: LookupAnswer) -> str:
        """Remember an answer and return its name."""
        name = secrets.token_urlsafe(_NAME_BYTES)
        with self._lock:
            self._answers[name] = answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return name

    def recall(self, name: str) -> LookupAnswer | None:
        """Return the answer of this name; None if it is unknown, or others came since."""
        with self._lock:
            return self._answers.get(name)
