"""Looks for incidents again and again, and posts what is new.

One process at a time posts for a store; another one waits and takes over when that one ends.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pixeldesk.alerts.alert_memory import AlertMemory, Outcome, Record, Told
from pixeldesk.alerts.message import message
from pixeldesk.alerts.news import last_told, news
from pixeldesk.alerts.post_lock import PostLock
from pixeldesk.alerts.reported import ReportedIncident, reported
from pixeldesk.alerts.webhook import Delivery, Webhook
from pixeldesk.background import in_background
from pixeldesk.errors import PixeldeskError, UsageError
from pixeldesk.incidents.incident import ChangeKind
from pixeldesk.settings import Settings

FindIncidents = Callable[[datetime], list[dict[str, Any]]]
"""The incidents with any part since a time, as the desk tells them."""

# An incident whose opening was told is followed for so long.
_FOLLOWED_FOR = timedelta(days=7)
# A receiver that is down is asked less and less often.
_LONGEST_WAIT_S = 600
_ENDS_WITHIN_S = 2.0
_log = logging.getLogger(__name__)


@dataclass
class Look:
    """What came of one look: the alerts that were posted, those that were not, and who posts if not this process."""

    posted: list[Told] = field(default_factory=list)
    failed: list[Told] = field(default_factory=list)
    posts_elsewhere: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer of `pixeldesk watch --once`."""
        alerts = {"posted": self.posted, "failed": self.failed}
        told = {name: [one.model_dump(mode="json") for one in kind] for name, kind in alerts.items()}
        return {**told, "posts_elsewhere": self.posts_elsewhere}


class Watch:
    """Watches one store. `tell` gets a line for a person about each post, `warn` (else `tell`) what goes wrong."""

    def __init__(
        self,
        settings: Settings,
        find_incidents: FindIncidents,
        webhook: Webhook,
        tell: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._find_incidents = find_incidents
        self._webhook = webhook
        self._tell = tell
        self._warn = warn or tell
        self._now = now
        self._memory = AlertMemory(settings.alerts_file)
        self._lock = PostLock(settings.alerts_lock_file)
        self._last_complaint = ""

    def look(self) -> Look:
        """Look once and post what is new, the oldest incident first. Raises PixeldeskError.

        A look ends where the receiver is down: the other alerts would fare no better, and wait for the next.
        """
        if not self._lock.take():
            return Look(posts_elsewhere=self._lock.holder())
        done = Look()
        incidents = reported(self._find_incidents(self._now() - _FOLLOWED_FOR))
        began = self._began()
        posted = self._memory.posted()
        present = {incident.id for incident in incidents}
        for incident in sorted(incidents, key=lambda one: one.started_at):
            kind = news(incident, last_told(incident, posted, present), began, self._now())
            if kind is None:
                continue
            told = _told(kind, incident)
            delivery = self._post(incident, told)
            (done.posted if delivery == "arrived" else done.failed).append(told)
            if delivery == "down":
                break
        return done

    def run(self, stop: threading.Event) -> None:
        """Look every `watch_seconds` until told to stop. What goes wrong is told, and the next look goes on."""
        failures = 0
        while not stop.is_set():
            failures = 0 if self._look_and_tell(stop) else failures + 1
            stop.wait(min(self._settings.watch_seconds * 2 ** min(failures, 10), _LONGEST_WAIT_S))
        self.close()

    def close(self) -> None:
        """Let another process post."""
        self._lock.give_back()

    def _look_and_tell(self, stop: threading.Event) -> bool:
        """Whether the receiver took all there was to post."""
        try:
            done = self.look()
        except PixeldeskError as error:
            if not stop.is_set():
                self._complain(str(error))
            return True
        except Exception as error:  # A watch that ends unheard would leave everybody in the belief that all is well.
            if not stop.is_set():
                _log.exception("a look for incidents failed")
                self._complain(f"a look for incidents failed ({type(error).__name__}); the next one goes on")
            return True
        if done.posts_elsewhere:
            self._complain(f"{done.posts_elsewhere} posts the alerts of this store; this one waits until it ends")
        elif not done.failed:
            self._last_complaint = ""
        return not done.failed

    def _began(self) -> datetime:
        """When watching this store began. First of all, what a process that was stopped has left is settled."""
        records = self._memory.records()
        if not records:
            records = [Record(at=self._now(), outcome="began")]
            self._memory.keep(records[0])
        elif records[-1].outcome == "intent":
            reason = "the process that posted it was stopped; it may have arrived: not posted again"
            self._memory.keep(records[-1].model_copy(update={"outcome": "posted", "reason": reason}))
            self._warn(f"{_title(records[-1].told)}: {reason}")
        return records[0].at

    def _post(self, incident: ReportedIncident, told: Told) -> Delivery:
        def keep(outcome: Outcome, reason: str) -> None:
            self._memory.keep(Record(at=self._now(), outcome=outcome, told=told, reason=reason))
            if reason:
                self._complain(f"{_title(told)}: {reason}")

        delivery = self._webhook.post(message(told.kind, incident, self._settings.desk_url), keep)
        if delivery == "arrived":
            self._tell(f"{_title(told)}: posted")
        return delivery

    def _complain(self, line: str) -> None:
        """The same trouble is told once, however many looks it lasts."""
        if line != self._last_complaint:
            self._last_complaint = line
            self._warn(line)


def watch_of(
    settings: Settings,
    find_incidents: FindIncidents,
    tell: Callable[[str], None],
    stop: threading.Event,
    warn: Callable[[str], None] | None = None,
) -> Watch:
    """The watch of a store, which gives up waiting for its receiver when `stop` is set.

    Raises UsageError where no webhook is set.
    """
    if settings.webhook_url is None:
        raise UsageError("there is nowhere to post to; give --webhook or set PIXELDESK_WEBHOOK_URL")
    webhook = Webhook(str(settings.webhook_url.get_secret_value()), pause=stop.wait)
    return Watch(settings, find_incidents, webhook, tell, warn=warn)


@contextmanager
def watching(
    settings: Settings,
    find_incidents: FindIncidents,
    tell: Callable[[str], None],
    warn: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Watch in a thread of this process while the block runs, if a webhook is set."""
    if settings.webhook_url is None:
        yield
        return
    stop = threading.Event()
    watch = watch_of(settings, find_incidents, tell, stop, warn)
    # It may wait for a receiver's answer. What it has sent is kept as sent, so that need not be waited for.
    with in_background("pixeldesk-watch", watch.run, stop, ends_within=_ENDS_WITHIN_S):
        yield


def _told(kind: ChangeKind, incident: ReportedIncident) -> Told:
    return Told(
        kind=kind,
        incident=incident.id,
        code=incident.code,
        environment=incident.environment,
        started_at=incident.started_at,
        until=incident.until,
        growths=incident.growths,
    )


def _title(told: Told | None) -> str:
    return f"{told.kind} {told.code} in {told.environment}" if told else "an alert"
