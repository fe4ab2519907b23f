"""Parse retention rules from a setting or a TOML file. The first rule that matches a line applies.

`production:5xx=400d, production=90d, *=180d`: an environment, or `*` for any or none; after a colon a status or a class
of statuses; the number of whole days to store beside today. A line that no rule matches is stored forever.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pixeldesk.errors import UsageError

_RULE = re.compile(r"(?P<environment>[^:=]+?)\s*(?::\s*(?P<status>[^:=]*?)\s*)?=\s*(?P<days>\d{1,5})\s*d")
_STATUS = re.compile(r"[1-5]xx|[1-5]\d\d")
_ANY = "*"
_EXAMPLE = "production:5xx=400d, production=90d, *=180d"


@dataclass(frozen=True)
class Rule:
    """A rule: store lines of an environment and a status for a number of days."""

    environment: str
    status: str | None
    days: int

    def __str__(self) -> str:
        status = f":{self.status}" if self.status else ""
        return f"{self.environment}{status}={self.days}d"

    def matches(self, environment: str | None, status: int | None) -> bool:
        """Return whether the rule applies to a line. `status` is None for a line without a request."""
        if self.environment not in (_ANY, environment):
            return False
        if self.status is None:
            return True
        return status is not None and self.status in (str(status), f"{status // 100}xx")

    def cutoff(self, now: datetime) -> datetime:
        """Return the time before which lines are dropped: the midnight (UTC) at which the oldest stored day begins."""
        return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=self.days)


def rule_for(rules: Iterable[Rule], environment: str | None, status: int | None) -> Rule | None:
    """Return the first rule that matches a line; None if none does, and the line is stored forever."""
    return next((rule for rule in rules if rule.matches(environment, status)), None)


def parse_rules(setting: str) -> Sequence[Rule]:
    """Parse the rules of the setting, or of the TOML file that it names. Raises UsageError."""
    if setting.strip().endswith(".toml"):
        return _from_file(Path(setting.strip()))
    return [_rule(part.strip()) for part in setting.split(",") if part.strip()]


def _rule(text: str) -> Rule:
    found = _RULE.fullmatch(text)
    if found is None:
        raise UsageError(f"PIXELDESK_RETENTION: {text!r} is not a rule; write rules like {_EXAMPLE}")
    return _checked("PIXELDESK_RETENTION", found["environment"], found["status"], int(found["days"]))


def _from_file(path: Path) -> Sequence[Rule]:
    try:
        document = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML ({error}); PIXELDESK_RETENTION names it") from None
    tables = document.get("rule")
    if document.keys() != {"rule"} or not isinstance(tables, list):
        raise UsageError(f"{path}: must have one or more [[rule]] and nothing else")
    return [_from_table(path, table) for table in tables]


def _from_table(path: Path, table: Any) -> Rule:
    environment, status, days = (table.get(name) for name in ("environment", "status", "days"))
    is_whole = isinstance(days, int) and not isinstance(days, bool)
    if not isinstance(environment, str) or not is_whole or table.keys() - {"environment", "status", "days"}:
        raise UsageError(f"{path}: a [[rule]] has an environment (a text), days (a number), and may have a status")
    return _checked(str(path), environment, None if status is None else str(status), days)


def _checked(where: str, environment: str, status: str | None, days: int) -> Rule:
    if status is not None and not _STATUS.fullmatch(status):
        raise UsageError(f"{where}: {status!r} is not a status; write 5xx or 404")
    if not 1 <= days <= 36_500:
        raise UsageError(f"{where}: {days} days is out of range; give 1 to 36500")
    return Rule(environment, status, days)
