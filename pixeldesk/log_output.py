"""Log the messages of a long-running process to stderr, each as one dated line or one JSON object.

Log text is hostile and may hold secrets: every message is redacted, and its control characters are escaped. A one-line
error of the command line is not a log message and does not pass through here.
"""

import json
import logging
import sys
from datetime import UTC, datetime

from pixeldesk.printable import printable
from pixeldesk.settings import Settings

# Loggers that `log_level` applies to. Other libraries log credentials and requests below the level of warnings.
_SHOWN = ("pixeldesk", "streamlit", "uvicorn")
_INDENT = "    "


class TextFormat(logging.Formatter):
    """`2026-11-30T12:00:00.123Z INFO pixeldesk.alerts: …`, with the lines of an exception indented below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message as one line; no line below it can be mistaken for a message."""
        message = printable(_without_secrets(record.getMessage()))
        trace = [_INDENT + printable(line) for line in _trace(self, record).split("\n") if line]
        return "\n".join([f"{_time(record)} {record.levelname} {record.name}: {message}", *trace])


class JsonFormat(logging.Formatter):
    """One JSON object per message: `time`, `level`, `logger`, `message`, and `exception` if there is one."""

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
    """Writes to the present `sys.stderr`, which may have been replaced since logging was configured."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def configure_logging(settings: Settings) -> None:
    """Log this process's messages, and Python's warnings, to stderr in the format and from the level of the settings.

    Calling it again replaces the former configuration; other handlers stay.
    """
    level = logging.getLevelName(settings.log_level.upper())
    handler = _ToStderr(level)
    handler.setFormatter(JsonFormat() if settings.log_format == "json" else TextFormat())
    root = logging.getLogger()
    for former in [handler for handler in root.handlers if isinstance(handler, _ToStderr)]:
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
    # Compiling the rules takes a quarter of a second, which a process without messages need not spend.
    from pixeldesk.ingest.redaction.in_python import redact

    return redact(text)
