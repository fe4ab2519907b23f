"""Run a command of the command line by name, in its own process or in the server that owns the store."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pixeldesk.desk.desk import Desk
from pixeldesk.desk.doctor import examine
from pixeldesk.errors import UsageError
from pixeldesk.queries.values import parse_time

if TYPE_CHECKING:
    from pixeldesk.ingest.load import Progress


def answer(
    desk: Desk,
    command: str,
    parameters: dict[str, Any],
    progress: "Callable[[Progress], None]" = lambda _: None,
) -> Any:
    """Run a command by name and return its answer as a JSON document. Raises UsageError for an unknown name."""
    match command:
        case "ingest":
            return desk.ingest(**parameters, progress=progress)
        case "follow":
            return desk.follow(**parameters, progress=progress)
        case "stop_following":
            return desk.following.stop(parameters["name"])
        case "lookup":
            return desk.diagnosed(desk.lookup(**parameters)).as_json()
        case "diagnose":
            return [diagnosis.as_json() for diagnosis in desk.diagnose(**_parsed(parameters))]
        case "incidents":
            return [incident.as_json() for incident in desk.incidents(**_parsed(parameters))]
        case "replay":
            return desk.replay(**_parsed(parameters)).as_json()
        case "report":
            return desk.report_as(**parameters)
        case "mark":
            return desk.mark(parameters["diagnosis"], parameters["verdict"]).as_json()
        case "query":
            return desk.query(parameters["name"], **parameters["parameters"])
        case "quarantine":
            return desk.quarantine(**parameters)
        case "retry":
            return desk.retry_quarantine(**parameters)
        case "retain":
            return desk.retention.run(**parameters).as_json()
        case "doctor":
            return examine(desk).as_json()
    raise UsageError(f"the desk has no command {command}")


def _parsed(parameters: dict[str, str]) -> dict[str, Any]:
    """Parse the times among the parameters. Raises UsageError."""
    return {name: parse_time(text) if name in ("start", "end") else text for name, text in parameters.items()}
