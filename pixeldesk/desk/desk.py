"""Answer the command line, the server and the pages: one method a question, over one open store."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pixeldesk.alerts.replay import Replay, replay
from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.desk.customer import Customer, customer_of
from pixeldesk.desk.recent_tickets import RecentTickets
from pixeldesk.desk.refreshed import Refreshed, RefreshedAnswers, Snapshot, last_batch
from pixeldesk.diagnosis.case_file import cases
from pixeldesk.diagnosis.diagnose import DiagnosisScope, customer_retry_hygiene, diagnose
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.diagnosis.mark_journal import Mark, MarkJournal, Precision, Verdict
from pixeldesk.errors import ServerError, UsageError
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.incidents.around import Around, around, examples_of
from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.selection import chosen, within
from pixeldesk.incidents.traffic import too_quiet
from pixeldesk.ingest.cleaning.report import CleaningReport
from pixeldesk.ingest.following.running import RunningFollowers
from pixeldesk.ingest.following.source_states import FollowState, SourceState, follow_states, source_states
from pixeldesk.ingest.rebuilding.report import RebuildReport
from pixeldesk.ingest.report import Ingested, Retried
from pixeldesk.ingest.sources.find_sources import find_sources
from pixeldesk.queries import question
from pixeldesk.queries.values import plain
from pixeldesk.retention.retention import Retention
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from pixeldesk.store.backup import StoreCopy, backup, restore
from pixeldesk.tickets.answer import LookupAnswer
from pixeldesk.tickets.caller_search import FoundCaller, search_callers
from pixeldesk.tickets.card import Card
from pixeldesk.tickets.lookup import diagnosed, ids_of, lookup, lookup_ids
from pixeldesk.tickets.membership import incident_of
from pixeldesk.trends.contradictions import Contradiction, contradictions
from pixeldesk.trends.coverage import Coverage, coverage
from pixeldesk.trends.listed_request import ListedRequest

if TYPE_CHECKING:
    from pixeldesk.ingest.load import Progress
    from pixeldesk.trends.covered_days import CoveredDays
    from pixeldesk.trends.differences import Failing, WhatDiffers
    from pixeldesk.trends.live_errors import LiveErrors
    from pixeldesk.trends.logged_time import LoggedTime
    from pixeldesk.trends.request_filter import RequestFilter
    from pixeldesk.trends.span_errors import SpanErrors
    from pixeldesk.trends.time_range import TimeRange
    from pixeldesk.weekly.logged import Logged
    from pixeldesk.weekly.review import Review


class RefusedKind(FrozenModel):
    """A kind of reason for which lines are in quarantine: how many, of how many sources, and one of the reasons."""

    kind: str
    lines: int
    sources: int
    example: str


class Desk:
    """A desk over one open store. Any thread may call any method.

    The ingest lock serialises ingest, uploads, each pass of a follower, retries and retention: most of them read
    positions or choose rows in one transaction and write in later ones, which must not interleave. Push does not take
    it: its writer reads a sender's position in the same transaction that moves it, and nothing else moves it.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self._ingest_lock = threading.Lock()
        self.following = RunningFollowers()
        self._marks = MarkJournal(settings.marks_file)
        newest = partial(last_batch, store)
        # Each has a thread, so that neither waits for the other.
        self._refreshing = ThreadPoolExecutor(2, thread_name_prefix="pixeldesk-refresh")
        self._diagnoses = Refreshed(partial(diagnose, store), newest, self._refreshing)
        self._incidents = Refreshed(self._find_incidents, newest, self._refreshing)
        self._answers = RefreshedAnswers(newest)
        self.recent_tickets = RecentTickets()
        self.retention = Retention(store, settings.retention, self._ingest_lock)

    def ingest(
        self,
        paths: Iterable[str],
        format_name: str = "auto",
        standard_input: BinaryIO | None = None,
        progress: "Callable[[Progress], None]" = lambda _: None,
    ) -> Ingested:
        """Ingest files, folders, globs or `-` (standard input). See pixeldesk.ingest.load.load."""
        # Importing Arrow would take half of a command's start, and only this command needs it.
        from pixeldesk.ingest.load import load

        with self._ingest_lock:
            sources = find_sources(paths, standard_input)
            return load(self.store, self.settings, sources, format_name, progress).ingested()

    def follow(
        self,
        paths: Iterable[str],
        stop: threading.Event | None = None,
        progress: "Callable[[Progress], None]" = lambda _: None,
        format_name: str = "auto",
        name: str = "",
    ) -> Ingested:
        """Ingest files, folders, globs or URLs and follow them until `stop` is set or `following.stop(name)` is called.

        Raises ServerError if the desk is closed meanwhile; committed lines stay in the store. See
        pixeldesk.ingest.following.files.FileFollower.
        """
        from pixeldesk.ingest.following.objects import follower_of  # Imports Arrow, as above.

        follower = follower_of(self.store, self.settings, paths, format_name, self._ingest_lock)
        stop = stop or threading.Event()
        with self.following.registered(name or str(id(follower)), follower, stop):
            report = follower.run(stop, progress)
        if self.following.is_closing:
            raise ServerError(
                "the server was stopped; what was committed is kept, and the same command goes on from there"
            )
        return report.ingested()

    def ingest_upload(
        self, file_name: str, content: bytes, progress: "Callable[[Progress], None]" = lambda _: None
    ) -> Ingested:
        """Ingest a file that was uploaded to a page. See pixeldesk.ingest.load.load."""
        from pixeldesk.ingest.load import load  # Imports Arrow, as above; so do the imports below.
        from pixeldesk.ingest.sources.uploads import Upload

        with self._ingest_lock:
            return load(self.store, self.settings, [Upload(file_name, content)], progress=progress).ingested()

    def retry_quarantine(self, source: str | None = None, reason: str | None = None) -> Retried:
        """Parse quarantined lines again, of one source or all. See pixeldesk.ingest.retry.retry."""
        from pixeldesk.ingest.retry import retry

        with self._ingest_lock:
            return retry(self.store, self.settings, source, reason)

    def backup(self, path: Path, *, replace: bool = False) -> StoreCopy:
        """Copy the store to a file or a folder, while it is read and written. See pixeldesk.store.backup.backup."""
        return backup(self.store, self.settings, path, replace=replace)

    def restore(self, path: Path) -> StoreCopy:
        """Go on with a backup in the store's place; the store is moved aside. See pixeldesk.store.backup.restore."""
        with self._ingest_lock:
            return restore(self.settings, path, self.store)

    def rebuild(self, old: Path, progress: "Callable[[Progress], None]" = lambda _: None) -> RebuildReport:
        """Replay the raw records of another store into this one. See pixeldesk.ingest.rebuilding.rebuild.rebuild."""
        from pixeldesk.ingest.rebuilding.rebuild import rebuild  # Imports Arrow, as above.

        with self._ingest_lock:
            return rebuild(self.store, self.settings, old, progress)

    def redact(self, *, is_check: bool = False) -> CleaningReport:
        """Redact what is stored by the rules of now, or only say what would be found. See pixeldesk.ingest.cleaning."""
        from pixeldesk.ingest.cleaning.clean import clean  # Imports Arrow, as above.

        with self._ingest_lock:
            return clean(self.store, self.settings, is_check=is_check)

    def sources(self) -> list[SourceState]:
        """Return each source: how far it was read, how fresh it is, and its lines by outcome."""
        return source_states(self.store)

    def followed(self) -> list[FollowState]:
        """Return what is being followed, and its lag."""
        return follow_states(self.store, self.following.followers())

    def covered_days(self, weeks: int) -> "CoveredDays | None":
        """Return the requests a day of the last weeks, the usual number, and gaps; None for an empty store."""
        from pixeldesk.trends.covered_days import covered_days

        return covered_days(self.store, weeks)

    def lookup(self, text: str) -> LookupAnswer:
        """Find the requests that a pasted text names, without diagnoses: takes milliseconds."""
        return lookup(self.store, text)

    def ids_in(self, text: str) -> tuple[str, ...]:
        """Return the ids that a pasted text names, as `lookup_ids` finds them again."""
        return ids_of(self.store, text)

    def lookup_ids(self, ids: Iterable[str], since: datetime | None = None) -> LookupAnswer:
        """Find the requests of a list of ids; of an id that many share, cards of the first from `since` on."""
        return lookup_ids(self.store, ids, since)

    def search_callers(self, text: str) -> tuple[FoundCaller, ...]:
        """Return the customers, websites, keys and addresses that a text names, or that have it in their name."""
        return search_callers(self.store, text)

    def diagnosed(self, answer: LookupAnswer) -> LookupAnswer:
        """Add to each card its sender's diagnoses and its incident, and name the mistake in the replies."""
        return diagnosed(self.store, answer, self._incident_of)

    def diagnosed_in_background(self, answer: LookupAnswer) -> "Future[Snapshot[LookupAnswer]]":
        """Start `diagnosed` for a page that shows the cards meanwhile; cached while the same requests are found."""
        found = tuple((card.request_id, card.timestamp) for card in answer.found)
        missing = tuple(each.request_id for each in answer.not_found)
        key = ("answer", answer.ids, found, missing, answer.named, answer.suggested)
        return self._answers.future(key, lambda: self.diagnosed(answer))

    def diagnose(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        customer_id: str | None = None,
        environment: str | None = None,
    ) -> list[Diagnosis]:
        """Diagnose who fails and why, in a range of time, for one customer or all, in one environment or all."""
        return diagnose(self.store, DiagnosisScope(start, end, environment, customer_id))

    def incidents(
        self, start: datetime | None = None, end: datetime | None = None, environment: str | None = None
    ) -> list[Incident]:
        """Return the incidents that overlap a range of time, newest first, as of the newest lines."""
        return chosen(within(self._incidents.exact(), start, end), environment=environment)

    def known_incidents(self) -> list[Incident] | None:
        """Return all incidents for a page that does not wait for them; None until the first search ends."""
        known = self._incidents.known()
        return known.answer if known else None

    def incident_snapshot(self) -> Snapshot[list[Incident]]:
        """Return all incidents for a page, newest first; lines that came since are searched in the background."""
        return self._incidents.shown()

    def replay(
        self, start: datetime | None = None, end: datetime | None = None, environment: str | None = None
    ) -> Replay:
        """Replay the alerts that `pixeldesk watch` would have posted in a range of time."""
        covered = self.coverage()
        oldest, newest = covered.oldest or datetime.min, covered.newest or datetime.min
        incidents = self.incidents(start, end, environment)
        return replay(incidents, max(start or oldest, oldest), min(end or newest, newest))

    def around(self, incident: Incident) -> Around:
        """Return the details of an incident's page: its failures by minute and host, and the affected customers."""
        return around(self.store, incident, self.coverage().newest or incident.until)

    def examples(self, incident: Incident) -> list[ListedRequest]:
        """Return example requests of an incident."""
        return examples_of(self.store, incident)

    def incident_differences_in_background(self, incident: Incident) -> "Future[Snapshot[WhatDiffers]]":
        """Start `what_differs` for the failing requests of an incident's page."""
        from pixeldesk.incidents.find import incident_failing  # Imports scipy, which other commands need not load.

        failing = incident_failing(incident)
        return self._answers.future(failing, lambda: self.what_differs(failing))

    def too_quiet(self) -> list[str]:
        """Return a sentence for each environment that has too little traffic to detect an incident."""
        return too_quiet(self.store)

    def what_differs(self, failing: "Failing") -> "WhatDiffers":
        """Return what failing requests have in common and others have not: a host, a release, a customer and so on."""
        # Imports scipy, which other commands need not load.
        from pixeldesk.trends.differences import what_differs

        return what_differs(self.store, failing)

    def logged_time(self) -> "LoggedTime | None":
        """Return the time that the logs cover; None for an empty store."""
        # Imports numpy and scipy, which commands need not load; so do the imports below.
        from pixeldesk.trends.logged_time import logged_time

        return logged_time(self.store)

    def live_errors(self, within: "TimeRange", chosen: "RequestFilter", logged: "LoggedTime") -> "LiveErrors":
        """Return the errors of a range by bucket and code, the usual numbers, the worst codes now, and deploys."""
        from pixeldesk.trends.live_errors import live_errors

        return live_errors(self.store, within, chosen, logged)

    def span_errors(self, span: "TimeRange", chosen: "RequestFilter") -> "SpanErrors":
        """Return the failures of one span of time: by code, by customer, and examples."""
        from pixeldesk.trends.span_errors import span_errors

        return span_errors(self.store, span, chosen)

    def values_met(self, within: "TimeRange") -> dict[str, list[str]]:
        """Return the most frequent values of each field that requests of a range can be filtered by."""
        from pixeldesk.trends.values_met import values_met

        return values_met(self.store, within)

    def stored_weeks(self) -> "list[Logged]":
        """Return every week of the logs, newest first, with its coverage."""
        # Imports scipy, which other commands need not load; so do the imports below.
        from pixeldesk.weekly.reviewing import stored_weeks

        return stored_weeks(self.store)

    def environments(self) -> list[str]:
        """Return the environments that the logs name."""
        return [row["environment"] for row in question("environments").rows(self.store)]

    def report(
        self,
        week: str | None = None,
        environment: str | None = None,
        diagnoses: Sequence[Diagnosis] | None = None,
        incidents: Sequence[Incident] | None = None,
    ) -> "Review":
        """Review a week such as `2026-W47`, by default the newest week without gaps.

        A page gives the diagnoses and incidents that it has; by default, they are as of the newest lines. Raises
        UsageError for an invalid week, for an environment that no log names, and without a week for an empty store.
        """
        from pixeldesk.weekly.reviewing import asked_week, review_week

        asked = asked_week(self.store, week)
        if environment is not None and environment not in self.environments():
            known = ", ".join(self.environments()) or "none"
            raise UsageError(f"no log names the environment {environment}; there are: {known}")
        return review_week(
            self.store,
            asked,
            environment,
            self.settings.availability_objective,
            self._diagnoses.exact() if diagnoses is None else diagnoses,
            self._incidents.exact() if incidents is None else incidents,
        )

    def contradictions(
        self, start: datetime | None = None, end: datetime | None = None, environment: str | None = None
    ) -> list[Contradiction]:
        """Return the API's contradictions in a range of time and in one environment or all."""
        listed = [catalogue().entry(code, None) for code in catalogue().codes()]
        statuses = {entry.code: [entry.status] for entry in listed if entry.code and entry.status}
        return contradictions(self.store, start, end, environment, statuses)

    def warm_caches(self) -> None:
        """Start to diagnose the whole store and to search for incidents, so that the first visitor need not wait."""
        self._incidents.refresh()
        self._diagnoses.refresh()

    def diagnosis_snapshot(self) -> Snapshot[list[Diagnosis]]:
        """Return all diagnoses for a page; lines that came since are diagnosed in the background."""
        return self._diagnoses.shown()

    def customer(self, customer_id: str) -> Customer:
        """Return one customer's totals, failures by hour, keys, websites, diagnoses and retry hygiene."""
        diagnoses = self.diagnose(customer_id=customer_id)
        retries = diagnoses[0].retries if diagnoses else customer_retry_hygiene(self.store, customer_id)
        return customer_of(self.store, customer_id, diagnoses, retries)

    def customer_in_background(self, customer_id: str) -> "Future[Snapshot[Customer]]":
        """Start `customer` for a page."""
        return self._answers.future(("customer", customer_id), lambda: self.customer(customer_id))

    def mark(self, diagnosis_id: str, verdict: Verdict) -> Mark:
        """Mark a diagnosis as right or wrong. Raises UsageError for an unknown diagnosis."""
        # First among those that pages show, which is at once; `diagnose` may have printed a newer one.
        found = _with_id(self.diagnosis_snapshot().answer, diagnosis_id) or _with_id(
            self._diagnoses.exact(), diagnosis_id
        )
        if found is None:
            raise UsageError(f"there is no diagnosis {diagnosis_id}; pixeldesk diagnose lists them")
        return self._marks.mark(found, verdict)

    def marks(self) -> dict[str, Mark]:
        """Return the last mark of each diagnosis, by the diagnosis's id."""
        return self._marks.marks()

    def case_precision(self) -> list[Precision]:
        """Return each case's precision, by the marks of its diagnoses, in the order of the cases."""
        return self._marks.precision([case.name for case in cases()])

    def query(self, name: str, /, **parameters: object) -> list[dict[str, Any]]:
        """Return the rows of a named question. Raises UsageError for an unknown name or parameter."""
        return [plain(row) for row in question(name).rows(self.store, **parameters)]

    def quarantine_reasons(self, source: str | None = None) -> list[RefusedKind]:
        """Return why lines of a source, or of all, are in quarantine, the kind with most lines first."""
        return RefusedKind.of_rows(question("quarantine_reasons").rows(self.store, source=source))

    def quarantine(self, limit: int) -> list[dict[str, Any]]:
        """Return at most `limit` quarantined lines, each with its source, line number and reason."""
        return self.query("quarantined", limit=limit)

    def coverage(self) -> Coverage:
        """Return the time that the store covers and its freshness."""
        return coverage(self.store)

    def _find_incidents(self) -> list[Incident]:
        from pixeldesk.incidents.find import find_incidents  # Imports numpy and scipy, which commands need not load.

        return find_incidents(self.store)

    def _incident_of(self, card: Card) -> Incident | None:
        return incident_of(card, self.incidents)

    def close(self) -> None:
        """Stop the followers, interrupt the refreshes and wait for their end, and close the store."""
        self.following.close()
        self.store.stop_work()
        self._answers.close()
        self._refreshing.shutdown(wait=True)
        self.store.close()


def _with_id(diagnoses: Iterable[Diagnosis], diagnosis_id: str) -> Diagnosis | None:
    return next((diagnosis for diagnosis in diagnoses if diagnosis.id == diagnosis_id), None)


_opening = threading.Lock()
_desk: Desk | None = None


def open_the_desk(settings: Settings | None = None) -> Desk:
    """Return this process's desk. The first call opens it: at the server's start, or by the first page a test runs.

    Raises StoreError if the store cannot be opened; the next call tries again.
    """
    global _desk
    with _opening:
        if _desk is None:
            settings = settings or Settings()
            _desk = Desk(settings, open_store(settings))
        return _desk


def the_desk() -> Desk:
    """Return this process's desk, for a page."""
    return open_the_desk()


def close_the_desk() -> None:
    """Close this process's desk. The next `the_desk()` opens it again."""
    global _desk
    with _opening:
        if _desk is not None:
            _desk.close()
            _desk = None
