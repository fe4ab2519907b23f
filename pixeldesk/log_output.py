"""What a process that runs on writes to stderr: one dated line a message, or one JSON object.

Log text is hostile and may hold secrets: whatever a message quotes goes through the rules of redaction, and its control
characters are shown, not obeyed. A one-line complaint of the command line is no log message and does not come here.
"""

import json
import logging
import sys
from datetime import UTC, datetime

from pixeldesk.printable import printable
from pixeldesk.settings import Settings

# Whose messages are shown from `log_level` on. Other libraries speak of credentials and requests below warnings.
_SHOWN = ("pixeldesk", "streamlit", "uvicorn")
_INDENT = "    "


class TextFormat(logging.Formatter):
    """`2026-11-30T12:00:00.123Z INFO pixeldesk.alerts: …`, with the lines of an exception indented under it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message as one line; no line under it can be taken for a message."""
        said = printable(_without_secrets(record.getMessage()))
        trace = [_INDENT + printable(line) for line in _trace(self, record).split("\n") if line]
        return "\n".join([f"{_time(record)} {record.levelname} {record.name}: {said}", *trace])


class JsonFormat(logging.Formatter):
    """One JSON object a message: `time`, `level`, `logger`, `message`, and `exception` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message as one line of ASCII."""
        fields = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _without_secrets(record.getMessage()),
        }
        trace = _trace(self, record)
        return json.dumps({**fields, "exception": trace} if trace else fields)


class _ToStderr(logging.Handler):
    """Writes to what stderr is at that moment, and not to what it was when logging was configured."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def configure_logging(settings: Settings) -> None:
    """Send all that is logged in this process, warnings of Python too, to stderr as the settings say.

    To do it again replaces what was configured before; handlers of others stay.
    """
    level = logging.getLevelName(settings.log_level.upper())
    handler = _ToStderr(level)
    handler.setFormatter(JsonFormat() if settings.log_format == "json" else TextFormat())
    root = logging.getLogger()
    for former in [one for one in root.handlers if isinstance(one, _ToStderr)]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(max(level, logging.WARNING))
    for name in _SHOWN:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _trace(form: logging.Formatter, record: logging.LogRecord) -> str:
    parts = []
    if record.exc_info and record.exc_info[0]:
        parts.append(form.formatException(record.exc_info))
    if record.stack_info:
        parts.append(form.formatStack(record.stack_info))
    return _without_secrets("\n".join(parts))


def _without_secrets(text: str) -> str:
    # Compiling the rules takes a quarter of a second: a process that has nothing to say does not pay for them.
    from pixeldesk.ingest.redaction.in_python import redact

    return redact(text)
