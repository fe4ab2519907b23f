"""The commands of the desk: one class a command, all of them in COMMANDS.

To add a command, write a class and add it to the list; CONTRIBUTING.md shows it.
"""

from typing import Any

from pixeldesk.desk.commands.backup import Backup, Restore
from pixeldesk.desk.commands.command import Command
from pixeldesk.desk.commands.diagnose import Diagnose
from pixeldesk.desk.commands.doctor import Doctor
from pixeldesk.desk.commands.incidents import Incidents, Replay
from pixeldesk.desk.commands.ingest import Follow, Ingest, StopFollowing
from pixeldesk.desk.commands.lookup import Lookup
from pixeldesk.desk.commands.mark import Mark
from pixeldesk.desk.commands.quarantine import Quarantine, Retry
from pixeldesk.desk.commands.query import Query
from pixeldesk.desk.commands.rebuild import Rebuild
from pixeldesk.desk.commands.redact import Redact
from pixeldesk.desk.commands.report import Report, ReportFile
from pixeldesk.desk.commands.retain import Retain
from pixeldesk.errors import UsageError

COMMANDS: tuple[type[Command[Any]], ...] = (
    Ingest,
    Follow,
    StopFollowing,
    Lookup,
    Diagnose,
    Incidents,
    Replay,
    Report,
    ReportFile,
    Mark,
    Query,
    Quarantine,
    Retry,
    Retain,
    Redact,
    Backup,
    Restore,
    Rebuild,
    Doctor,
)
"""Every command, in the order of `pixeldesk --help`."""
_BY_NAME = {command.command_name(): command for command in COMMANDS}


def command_of(name: str, parameters: object) -> Command[Any]:
    """Return a command by its name, with parameters as JSON has them. Raises UsageError for either."""
    if name not in _BY_NAME:
        raise UsageError(f"the desk has no command {name[:40]!r}; there are: {', '.join(_BY_NAME)}")
    return _BY_NAME[name].of(parameters)
