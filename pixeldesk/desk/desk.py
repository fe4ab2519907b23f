"""What the desk can be asked, one method a question: by the command line, the server and the pages."""

import threading
from base64 import b64encode
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, get_args

from pixeldesk.alerts.replay import Replay, replay
from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.desk.kept import Kept
from pixeldesk.diagnosis.board import Board, Judgement
from pixeldesk.diagnosis.case_file import cases
from pixeldesk.diagnosis.case_memory import CaseMemory, Mark, Precision, Verdict
from pixeldesk.diagnosis.diagnose import Diagnosis, DiagnosisScope, diagnose, hygiene_of
from pixeldesk.errors import ServerError, UsageError
from pixeldesk.incidents.around import Around, around, examples_of
from pixeldesk.incidents.cache import IncidentCache, within
from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.membership import incident_of
from pixeldesk.incidents.traffic import too_quiet
from pixeldesk.ingest.following.running import RunningFollowers
from pixeldesk.ingest.following.source_states import FollowState, SourceState, follow_states, source_states
from pixeldesk.ingest.sources.find_sources import find_sources
from pixeldesk.queries import question
from pixeldesk.queries.values import parse_time, plain
from pixeldesk.retention.retention import Retention
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from pixeldesk.tickets.cards import Card
from pixeldesk.tickets.lookup import LookupAnswer, diagnosed, lookup
from pixeldesk.trends.contradictions import Contradiction, contradictions

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

_SHOWN_FAILURES = 50


@dataclass(frozen=True)
class Customer:
    """All about one customer, each part the rows of a question; `totals` is empty where nobody knows it."""

    customer_id: str
    totals: list[dict[str, Any]]
    hours: list[dict[str, Any]]
    keys: list[dict[str, Any]]
    websites: list[dict[str, Any]]
    failures: list[dict[str, Any]]
    diagnoses: list[Diagnosis]
    retries: dict[str, Any] | None


class Desk:
    """The desk over one open store. Any thread may ask; one ingest runs at a time."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self._ingesting = threading.Lock()
        self.followings = RunningFollowers()
        self._board = Board(store)
        self._memory = CaseMemory(settings.marks_file)
        self._kept = Kept(store)
        self._incidents = IncidentCache(store)
        self.retention = Retention(store, settings.retention, self._ingesting)

    def ingest(
        self,
        paths: Iterable[str],
        format_name: str = "auto",
        standard_input: BinaryIO | None = None,
        progress: "Callable[[Progress], None]" = lambda _: None,
    ) -> dict[str, Any]:
        """Read log files, folders, globs or `-` into the store. See pixeldesk.ingest.load.load."""
        # Half of a command's start would go into Arrow, which only this one needs.
        from pixeldesk.ingest.load import load

        with self._ingesting:
            sources = find_sources(paths, standard_input)
            return load(self.store, self.settings, sources, format_name, progress).as_json()

    def follow(
        self,
        paths: Iterable[str],
        stop: threading.Event | None = None,
        progress: "Callable[[Progress], None]" = lambda _: None,
        format_name: str = "auto",
        name: str = "",
    ) -> dict[str, Any]:
        """Read files, folders, globs or addresses and go on with what is written to them, until it is stopped.

        That is done by `stop`, or by its `name`. Raises ServerError when the desk is closed meanwhile; what was
        committed is kept. See pixeldesk.ingest.following.files.FileFollower.
        """
        from pixeldesk.ingest.following.objects import follower_of  # Brings Arrow, as above.

        follower = follower_of(self.store, self.settings, paths, format_name, self._ingesting)
        stop = stop or threading.Event()
        with self.followings.registered(name or str(id(follower)), follower, stop):
            report = follower.run(stop, progress)
        if self.followings.is_closing:
            raise ServerError(
                "the server was stopped; what was committed is kept, and the same command goes on from there"
            )
        return report.as_json()

    def take_in(
        self, file_name: str, content: bytes, progress: "Callable[[Progress], None]" = lambda _: None
    ) -> dict[str, Any]:
        """Read a file that somebody gave to a page. See pixeldesk.ingest.load.load."""
        from pixeldesk.ingest.load import load  # Brings Arrow, as above; so do those below.
        from pixeldesk.ingest.sources.uploads import Upload

        with self._ingesting:
            return load(self.store, self.settings, [Upload(file_name, content)], progress=progress).as_json()

    def retry_quarantine(self, source: str | None = None, reason: str | None = None) -> dict[str, Any]:
        """Read lines again that were not understood, of one source or all. See pixeldesk.ingest.retry.retry."""
        from pixeldesk.ingest.retry import retry

        with self._ingesting:
            return retry(self.store, self.settings, source, reason).as_json()

    def sources(self) -> list[SourceState]:
        """What was read, how far and how fresh, and what became of its lines."""
        return source_states(self.store)

    def followed(self) -> list[FollowState]:
        """What is followed now, and how far behind that is."""
        return follow_states(self.store, self.followings.followers())

    def covered_days(self, weeks: int) -> "CoveredDays | None":
        """How many requests each day of the last weeks has, what is usual, and what is missing; None without logs."""
        from pixeldesk.trends.covered_days import covered_days

        return covered_days(self.store, weeks)

    def lookup(self, text: str) -> LookupAnswer:
        """Find the requests that a pasted text names, in milliseconds and without a diagnosis."""
        return lookup(self.store, text)

    def diagnosed(self, answer: LookupAnswer) -> LookupAnswer:
        """The same answer with the diagnoses of each card's sender, its incident, and replies that name the mistake."""
        return diagnosed(self.store, answer, self._incident_of)

    def diagnosing(self, answer: LookupAnswer) -> "Future[LookupAnswer]":
        """The same for a page, which shows the cards meanwhile: worked out once, and kept until new lines arrive."""
        return self._kept.of(("answer", answer.ids), lambda: self.diagnosed(answer))

    def diagnose(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        customer_id: str | None = None,
        environment: str | None = None,
    ) -> list[Diagnosis]:
        """Who fails and why, within a range of time, at one customer, in one environment, or everywhere."""
        return diagnose(self.store, DiagnosisScope(start, end, environment, customer_id))

    def incidents(
        self, start: datetime | None = None, end: datetime | None = None, environment: str | None = None
    ) -> list[Incident]:
        """What was our own fault, with any part in a range of time, newest first: kept until new lines arrive."""
        found = self._incidents.incidents(start, end)
        return [one for one in found if environment is None or one.environment == environment]

    def known_incidents(self) -> list[Incident] | None:
        """All of them without a wait, as of when they were last looked for; None while that is the first time."""
        return self._incidents.known()

    def shown_incidents(self, start: datetime | None = None, end: datetime | None = None) -> list[Incident]:
        """Those of a range for a page, which waits only where there has been no look at all yet."""
        known = self._incidents.known()
        return self.incidents(start, end) if known is None else within(known, start, end)

    def replay(
        self, start: datetime | None = None, end: datetime | None = None, environment: str | None = None
    ) -> Replay:
        """The alerts that the incidents of a range of time would have made, had anybody watched."""
        (covered,) = question("coverage").rows(self.store)
        oldest, newest = covered["oldest"] or datetime.min, covered["newest"] or datetime.min
        incidents = self.incidents(start, end, environment)
        return replay(incidents, max(start or oldest, oldest), min(end or newest, newest))

    def around(self, incident: Incident) -> Around:
        """What its page shows beside it: the failures minute by minute and host by host, and whom it hit."""
        return around(self.store, incident, parse_time(self.coverage()["newest"]))

    def examples(self, incident: Incident) -> list[dict[str, Any]]:
        """The requests that show an incident best."""
        return [plain(row) for row in examples_of(self.store, incident)]

    def incident_differences(self, incident: Incident) -> "Future[WhatDiffers]":
        """What is different about its failing requests, for a page: worked out once, kept until new lines arrive."""
        from pixeldesk.incidents.find import incident_failing  # Statistics, which a command need not load.

        return self._kept.of(("differences", incident.id), lambda: self.what_differs(incident_failing(incident)))

    def too_quiet(self) -> list[str]:
        """Sentences: where there is not enough traffic to say that there is no incident."""
        return too_quiet(self.store)

    def what_differs(self, failing: "Failing") -> "WhatDiffers":
        """What failing requests have that others have not: a host, a release, a customer and so on."""
        # Statistics, which a command that asks for something else need not load.
        from pixeldesk.trends.differences import what_differs

        return what_differs(self.store, failing)

    def logged_time(self) -> "LoggedTime | None":
        """When there are logs at all; None in an empty store."""
        # Charts take numbers and statistics, which other commands need not load: here and below.
        from pixeldesk.trends.logged_time import logged_time

        return logged_time(self.store)

    def live_errors(self, within: "TimeRange", chosen: "RequestFilter", logged: "LoggedTime") -> "LiveErrors":
        """The errors of a range by bucket and code, what is usual, what is worst now, and deploys."""
        from pixeldesk.trends.live_errors import live_errors

        return live_errors(self.store, within, chosen, logged)

    def span_errors(self, span: "TimeRange", chosen: "RequestFilter") -> "SpanErrors":
        """What failed in one span of time: by code, at whom, and examples."""
        from pixeldesk.trends.span_errors import span_errors

        return span_errors(self.store, span, chosen)

    def values_met(self, within: "TimeRange") -> dict[str, list[str]]:
        """What requests of a range can be filtered by: the most frequent values of each field."""
        from pixeldesk.trends.values_met import values_met

        return values_met(self.store, within)

    def stored_weeks(self) -> "list[Logged]":
        """Every week of the logs, newest first, and how much of each there is."""
        # A review takes statistics, which a command that asks for something else need not load: here and below.
        from pixeldesk.weekly.reviewing import stored_weeks

        return stored_weeks(self.store)

    def environments(self) -> list[str]:
        """Which environments the logs name."""
        return [row["environment"] for row in question("environments").rows(self.store)]

    def report(
        self, week: str | None = None, environment: str | None = None, judgement: Judgement | None = None
    ) -> "Review":
        """The review of a week such as `2026-W47`; of the newest one without gaps where none is named.

        Its cases are of `judgement`, or of the newest lines where none is given. Raises UsageError for what is no week
        or an environment that no log names, and where there are no logs to choose a week from.
        """
        from pixeldesk.weekly.reviewing import asked_week, review_week

        asked = asked_week(self.store, week)
        if environment is not None and environment not in self.environments():
            known = ", ".join(self.environments()) or "none"
            raise UsageError(f"no log names the environment {environment}; there are: {known}")
        diagnoses = (judgement or self._board.refresh()[1]).diagnoses
        objective = self.settings.availability_objective
        return review_week(self.store, asked, environment, objective, diagnoses, self.incidents(asked.start, asked.end))

    def report_as(self, form: str, week: str | None = None, environment: str | None = None) -> Any:
        """The same for the command line: as `json` a document; in any other form a file's content in base64."""
        from pixeldesk.weekly.export import maker

        make = None if form == "json" else maker(form)
        found = self.report(week, environment)
        return found.as_json() if make is None else b64encode(make(found)).decode()

    def contradictions(
        self, start: datetime | None = None, end: datetime | None = None, environment: str | None = None
    ) -> list[Contradiction]:
        """Where the API contradicts itself, within a range of time and in one environment, or everywhere."""
        listed = [catalogue().entry(code, None) for code in catalogue().codes()]
        statuses = {one.code: [one.status] for one in listed if one.code and one.status}
        return contradictions(self.store, start, end, environment, statuses)

    def judge_ahead(self) -> None:
        """Begin to judge the whole store in the background, so that the first visitor need not wait."""
        self._incidents.refresh_in_background()
        self._board.judge_ahead()

    def judgement(self) -> Judgement:
        """Every diagnosis, as the pages show them: kept until new lines arrive, then judged anew in the background."""
        return self._board.judgement()

    def customer(self, customer_id: str) -> Customer:
        """All about one customer: totals, failures by hour, keys, websites, diagnoses, how well it retries."""
        diagnoses = self.diagnose(customer_id=customer_id)
        return Customer(
            customer_id=customer_id,
            totals=self.query("customer_totals", customer_id=customer_id),
            hours=self.query("customer_hours", customer_id=customer_id),
            keys=self.query("customer_keys", customer_id=customer_id),
            websites=self.query("customer_websites", customer_id=customer_id),
            failures=self.query("customer_failures", customer_id=customer_id, limit=_SHOWN_FAILURES),
            diagnoses=diagnoses,
            retries=diagnoses[0]["retries"] if diagnoses else hygiene_of(self.store, customer_id),
        )

    def gathering(self, customer_id: str) -> "Future[Customer]":
        """The same for a page: worked out once, and kept until new lines arrive."""
        return self._kept.of(("customer", customer_id), lambda: self.customer(customer_id))

    def mark(self, diagnosis_id: str, verdict: Verdict) -> Mark:
        """Keep what support says of a diagnosis. Raises UsageError for one that there is not now."""
        if verdict not in get_args(Verdict):
            raise UsageError(f"a diagnosis is marked {', '.join(get_args(Verdict))}, not {verdict}")
        found = [one for one in self.judgement().diagnoses if one["id"] == diagnosis_id]
        if not found:
            raise UsageError(f"there is no diagnosis {diagnosis_id}; pixeldesk diagnose lists them")
        return self._memory.mark(found[0], verdict)

    def marks(self) -> dict[str, Mark]:
        """The marks that count, by the id of their diagnosis."""
        return self._memory.marks()

    def case_precision(self) -> list[Precision]:
        """How each case's marked diagnoses fared, in the order of the cases."""
        return self._memory.precision([case.name for case in cases()])

    def query(self, name: str, **parameters: object) -> list[dict[str, Any]]:
        """The rows of a named question. Raises UsageError for an unknown name or parameter."""
        return [plain(row) for row in question(name).rows(self.store, **parameters)]

    def quarantine(self, limit: int) -> list[dict[str, Any]]:
        """The lines that could not be understood, with where they stand and why."""
        return self.query("quarantined", limit=limit)

    def coverage(self) -> dict[str, Any]:
        """How fresh the store is and which time it covers; `oldest` is None when it is empty."""
        (row,) = self.query("coverage")
        return row

    def _incident_of(self, card: Card) -> dict[str, Any] | None:
        found = incident_of(card, self.incidents)
        return found.as_json() if found else None

    def close(self) -> None:
        """Break off what is being worked out for pages, and let go of the store."""
        self.followings.close()
        self.store.stop_work()
        self._kept.close()
        self.store.close()


_opening = threading.Lock()
_desk: Desk | None = None


def open_the_desk(settings: Settings | None = None) -> Desk:
    """This process's own desk, opened once: at the server's start, or by the first page a test runs.

    Raises StoreError when the store cannot be opened; the next call tries again.
    """
    global _desk
    with _opening:
        if _desk is None:
            settings = settings or Settings()
            _desk = Desk(settings, open_store(settings))
        return _desk


def the_desk() -> Desk:
    """The same, as the pages call it."""
    return open_the_desk()


def close_the_desk() -> None:
    """Let go of the store. The next `the_desk()` opens it again."""
    global _desk
    with _opening:
        if _desk is not None:
            _desk.close()
            _desk = None
