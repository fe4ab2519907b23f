"""Draft a note about an outage, for customers who quote no request of it as well."""

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.catalogue.checks import ENVIRONMENTS
from pixeldesk.tickets.outage import Outage

_ANY_SERVER_ERROR = 500


def outage_note(outage: Outage, code: str | None, environment: str | None) -> str:
    """Return the note, as plain text. From the log it takes only one of our codes and a common environment name."""
    listed = code if code in catalogue().codes() else None
    entry = catalogue().entry(listed, _ANY_SERVER_ERROR)
    error = f"HTTP {entry.status}, error code {listed}" if listed else "a server error (HTTP 5xx)"
    where = f" in the {environment} environment" if environment in ENVIRONMENTS else ""
    answered = "may be answered" if outage.until is None else "may have been answered"
    course = "We are working on it." if outage.until is None else "It is over."
    span = outage.span()
    return (
        f"{span[0].upper()}{span[1:]}, requests{where} {answered} with {error}. This is a fault on our side: nothing"
        f" in your requests has to change. {course}\n\n"
        f"Trying again:\n{entry.retry}"
    )
