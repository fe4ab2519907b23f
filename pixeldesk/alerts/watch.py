"""Poll a store for incidents and post an alert for each change.

One process at a time posts for a store. Another waits, and takes over when the first ends.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from pixeldesk.alerts.alert_journal import Alert, AlertJournal, Outcome, Record
from pixeldesk.alerts.message import message
from pixeldesk.alerts.news import last_alert, news
from pixeldesk.alerts.post_lock import PostLock
from pixeldesk.alerts.webhook import Delivery, Webhook
from pixeldesk.background import in_background
from pixeldesk.errors import PixeldeskError, UsageError
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.incidents.incident import ChangeKind, Incident
from pixeldesk.settings import Settings

FindIncidents = Callable[[datetime], Sequence[Incident]]
"""Returns the incidents since a time."""

# Incidents are polled back to this long ago, so that the end of an incident is posted up to then.
_FOLLOWED_FOR = timedelta(days=7)
# The longest backoff while the receiver is down.
_LONGEST_WAIT_S = 600
_ENDS_WITHIN_S = 2.0
_log = logging.getLogger(__name__)


def _now() -> datetime:
    """Return the time as logs have it: UTC without a zone. Alerts have no other times."""
    return datetime.now(UTC).replace(tzinfo=None)


class Check(FrozenModel):
    """The answer of `pixeldesk watch --once`: the alerts posted, and those that failed.

    `posts_elsewhere` is the process that posts, if it is not this one.
    """

    posted: tuple[Alert, ...] = ()
    failed: tuple[Alert, ...] = ()
    posts_elsewhere: str | None = None


class Watch:
    """A watch over one store. `report` gets a line for a person about each post, `warn` (or `report`) each error."""

    def __init__(
        self,
        settings: Settings,
        find_incidents: FindIncidents,
        webhook: Webhook,
        report: Callable[[str], None],
        now: Callable[[], datetime] = _now,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._find_incidents = find_incidents
        self._webhook = webhook
        self._report = report
        self._warn = warn or report
        self._now = now
        self._journal = AlertJournal(settings.alerts_file)
        self._lock = PostLock(settings.alerts_lock_file)
        self._last_problem = ""

    def check(self) -> Check:
        """Poll once and post the alerts that are due, oldest incident first. Raises PixeldeskError.

        If the receiver is down, the remaining alerts are not tried and wait for the next check.
        """
        if not self._lock.acquire():
            return Check(posts_elsewhere=self._lock.holder())
        posted_now: list[Alert] = []
        failed: list[Alert] = []
        incidents = self._find_incidents(self._now() - _FOLLOWED_FOR)
        began = self._began()
        posted = self._journal.posted()
        present = {incident.id for incident in incidents}
        for incident in sorted(incidents, key=lambda each: each.started_at):
            kind = news(incident, last_alert(incident, posted, present), began, self._now())
            if kind is None:
                continue
            alert = _alert(kind, incident)
            delivery = self._post(incident, alert)
            (posted_now if delivery == "arrived" else failed).append(alert)
            if delivery == "down":
                break
        return Check(posted=tuple(posted_now), failed=tuple(failed))

    def run(self, stop: threading.Event) -> None:
        """Check every `watch_seconds` until `stop` is set. Errors are reported and do not end the loop."""
        failures = 0
        while not stop.is_set():
            failures = 0 if self._check_and_report(stop) else failures + 1
            stop.wait(min(self._settings.watch_seconds * 2 ** min(failures, 10), _LONGEST_WAIT_S))
        self.close()

    def close(self) -> None:
        """Release the lock, so that another process may post."""
        self._lock.release()

    def _check_and_report(self, stop: threading.Event) -> bool:
        """Check once, and return False if the receiver did not take an alert."""
        try:
            done = self.check()
        except PixeldeskError as error:
            if not stop.is_set():
                self._warn_once(str(error))
            return True
        except Exception as error:  # If the thread died unnoticed, everybody would believe that all is well.
            if not stop.is_set():
                _log.exception("a check for incidents failed")
                self._warn_once(f"a check for incidents failed ({type(error).__name__}); the next will try again")
            return True
        if done.posts_elsewhere:
            self._warn_once(f"{done.posts_elsewhere} posts the alerts of this store; this one waits until it ends")
        elif not done.failed:
            self._last_problem = ""
        return not done.failed

    def _began(self) -> datetime:
        """Return when watching this store began. First settles an intent left by a process that was stopped."""
        records = self._journal.records()
        if not records:
            records = [Record(at=self._now(), outcome="began")]
            self._journal.append(records[0])
        elif records[-1].outcome == "intent":
            reason = "the process that posted it was stopped; it may have arrived: not posted again"
            self._journal.append(records[-1].model_copy(update={"outcome": "posted", "reason": reason}))
            self._warn(f"{_title(records[-1].alert)}: {reason}")
        return records[0].at

    def _post(self, incident: Incident, alert: Alert) -> Delivery:
        def record(outcome: Outcome, reason: str) -> None:
            self._journal.append(Record(at=self._now(), outcome=outcome, alert=alert, reason=reason))
            if reason:
                self._warn_once(f"{_title(alert)}: {reason}")

        delivery = self._webhook.post(message(alert.kind, incident, self._settings.desk_url), record)
        if delivery == "arrived":
            self._report(f"{_title(alert)}: posted")
        return delivery

    def _warn_once(self, line: str) -> None:
        """Warn of a problem, unless the last warning was the same."""
        if line != self._last_problem:
            self._last_problem = line
            self._warn(line)


def watch_of(
    settings: Settings,
    find_incidents: FindIncidents,
    report: Callable[[str], None],
    stop: threading.Event,
    warn: Callable[[str], None] | None = None,
) -> Watch:
    """Return the watch of a store. It stops waiting for its receiver when `stop` is set.

    Raises UsageError if no webhook is set.
    """
    if settings.webhook_url is None:
        raise UsageError("there is nowhere to post to; give --webhook or set PIXELDESK_WEBHOOK_URL")
    webhook = Webhook(str(settings.webhook_url.get_secret_value()), pause=stop.wait)
    return Watch(settings, find_incidents, webhook, report, warn=warn)


@contextmanager
def watching(
    settings: Settings,
    find_incidents: FindIncidents,
    report: Callable[[str], None],
    warn: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Watch in a background thread for the length of a `with` block, if a webhook is set."""
    if settings.webhook_url is None:
        yield
        return
    stop = threading.Event()
    watch = watch_of(settings, find_incidents, report, stop, warn)
    # The thread may be waiting for the receiver. Its intent is in the journal, so the answer need not be awaited.
    with in_background("pixeldesk-watch", watch.run, stop, ends_within=_ENDS_WITHIN_S):
        yield


def _alert(kind: ChangeKind, incident: Incident) -> Alert:
    return Alert(
        kind=kind,
        incident=incident.id,
        code=incident.code,
        environment=incident.environment,
        started_at=incident.started_at,
        until=incident.until,
        growths=incident.growths,
    )


def _title(alert: Alert | None) -> str:
    return f"{alert.kind} {alert.code} in {alert.environment}" if alert else "an alert"
