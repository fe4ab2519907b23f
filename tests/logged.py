"""What a process logged as dated lines."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (DEBUG|INFO|WARNING|ERROR|CRITICAL) ([\w.]+): (.*)")


class Logged(NamedTuple):
    """One message."""

    level: str
    logger: str
    message: str


def logged(text: str) -> list[Logged]:
    """The messages of a log, of which every line is one, dated today in UTC."""
    messages = []
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        assert found, f"not a dated line: {line!r}"
        assert abs(datetime.now(UTC) - datetime.fromisoformat(found[1])) < timedelta(hours=1)
        messages.append(Logged(*found.groups()[1:]))
    return messages
