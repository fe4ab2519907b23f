"""Report the configuration, the contents of the store, and what is wrong."""

import time
from collections.abc import Iterable, Sequence

from pydantic import ConfigDict

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.desk.desk import Desk
from pixeldesk.file_modes import everybody_may_replace_files_in
from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.ingest.report import OUTCOMES, IngestReport
from pixeldesk.ingest.sources.address import is_address, without_secrets
from pixeldesk.ingest.sources.stored_name import stored_name
from pixeldesk.ingest.writing.not_understood import IN_A_FILE, IN_A_POST, NotUnderstood
from pixeldesk.queries import question
from pixeldesk.retention.retention import RetentionState
from pixeldesk.settings import MIB
from pixeldesk.store.files import stale_spills
from pixeldesk.trends.coverage import Coverage
from pixeldesk.version import installed_version

_SHOWN_GAPS = 20
_SHOWN_LOSSES = 20
# Settings that are a credential as a whole. Those of the type Secret hide themselves, and look like this.
_CREDENTIALS = {"push_vercel_verify"}
_HIDDEN = "*" * 10
# How the names of sources begin that were pushed.
_PUSHED = "push:"


class _At(FrozenModel):
    path: str


class FoundStore(Coverage, _At):
    """The store's path, which comes first, and what it covers."""


class Gaps(FrozenModel):
    """The hours in which no server logged a request: how many, and the first of them."""

    hours: int
    first: tuple[Moment, ...]


class Following(FrozenModel):
    """The number of files that are followed now."""

    files: int


class Loss(FrozenModel):
    """A followed file that was truncated, replaced or deleted, and whose lines no rotated file beside it has."""

    source: str
    looked_at: Moment
    noticed_at: Moment
    what: str


class ReadSources(FrozenModel):
    """The number of sources that were read, and of those that were not read to their end."""

    files: int
    incomplete: int


class Examination(FrozenModel):
    """The answer of `pixeldesk doctor`. `wrong` has a sentence for each finding, and `ok` says that there is none."""

    ok: bool
    wrong: tuple[str, ...]
    version: str
    settings: dict[str, int | float | str | None]
    store: FoundStore
    gaps: Gaps
    following: Following
    losses: tuple[Loss, ...]
    retention: RetentionState
    sources: ReadSources
    totals: dict[str, int]
    """Lines, and lines by outcome, of all sources."""
    seconds: float


class _Source(FrozenModel):
    """A row of sources_read: what the examination judges. The counts are null for a source without a batch."""

    model_config = ConfigDict(extra="ignore")

    source: str
    complete: bool
    problem: str | None
    lines: int | None
    requests: int | None
    events: int | None
    quarantined: int | None
    duplicates: int | None
    blank: int | None
    unmapped: int | None

    @property
    def counts(self) -> dict[str, int]:
        """Lines, and lines by outcome."""
        return {name: getattr(self, name) or 0 for name in ("lines", *OUTCOMES)}

    @property
    def adds_up(self) -> bool:
        """Whether every line has an outcome."""
        return self.counts["lines"] == sum(self.counts[outcome] for outcome in OUTCOMES)


def examine(desk: Desk) -> Examination:
    """Report the configuration, the contents of the store, and what is wrong."""
    started = time.perf_counter()
    gaps = [row["hour"] for row in question("gaps").rows(desk.store)]
    sources = _Source.of_rows(question("sources_read").rows(desk.store))
    wrong = _wrong(desk, sources)
    return Examination(
        ok=not wrong,
        wrong=tuple(wrong),
        version=installed_version(),
        settings={name: _shown(name, value) for name, value in desk.settings.model_dump().items()},
        store=FoundStore(path=str(desk.store.path), **dict(desk.coverage())),
        gaps=Gaps(hours=len(gaps), first=tuple(gaps[:_SHOWN_GAPS])),
        following=Following(files=sum(follower.latest.files for follower in desk.following.followers())),
        losses=tuple(Loss.of_rows(question("losses").rows(desk.store, limit=_SHOWN_LOSSES))),
        retention=desk.retention.state(),
        sources=ReadSources(files=len(sources), incomplete=sum(not source.complete for source in sources)),
        totals={name: sum(source.counts[name] for source in sources) for name in ("lines", *OUTCOMES)},
        seconds=round(time.perf_counter() - started, 3),
    )


def _wrong(desk: Desk, sources: Sequence[_Source]) -> list[str]:
    wrong = [f"{source.source}: {source.problem}" for source in sources if source.problem]
    followed = [follower.latest for follower in desk.following.followers()]
    wrong += [str(problem) for report in followed for problem in report.unreadable]
    wrong += _not_understood(desk, followed)
    wrong += [*_spilled(desk), *_replaceable(desk)]
    wrong += [
        f"{source.source}: {source.lines} lines read, but the outcomes do not add up to it"
        for source in sources
        if not source.adds_up
    ]
    unknown_codes = catalogue().missing_from(row["error_code"] for row in question("error_codes").rows(desk.store))
    if unknown_codes:
        wrong.append(f"error codes that the catalogue does not know: {', '.join(unknown_codes)}")
    return wrong


def _not_understood(desk: Desk, followed: Sequence[IngestReport]) -> Iterable[str]:
    """Return a sentence for each source of which nothing was understood; a follower knows those that are text too."""
    rows = {row["source"]: NotUnderstood.of_row(row) for row in question("not_understood").rows(desk.store)}
    stored = [f"{source}: {of_source.sentence(_remedy(source))}" for source, of_source in rows.items()]
    texts = (problem for report in followed for problem in report.not_understood)
    return [*stored, *(str(text) for text in texts if text.source is None or text.source.path not in rows)]


def _spilled(desk: Desk) -> list[str]:
    stale = stale_spills(desk.store.path)
    if not stale:
        return []
    size = sum(file.stat().st_size for file in stale if file.exists())
    return [
        f"{stale[0].parent}: {-(-size // MIB):,} MiB that a process had spilled there when it was killed; "
        "the next command that writes to the store removes them"
    ]


def _replaceable(desk: Desk) -> list[str]:
    folder = desk.store.path.resolve().parent
    if not everybody_may_replace_files_in(folder):
        return []
    return [
        f"every user of this machine may replace files in {folder}, those of the store too; "
        f"chmod o-w {folder}, or give the store a folder of its own in it"
    ]


def _remedy(source: str) -> str:
    return IN_A_POST if source.startswith(_PUSHED) else IN_A_FILE


def _shown(name: str, value: object) -> int | float | str | None:
    """Return a setting without the credentials in it."""
    if isinstance(value, int | float | None):
        return value
    if name in _CREDENTIALS:
        return _HIDDEN if value else ""
    return ",".join(map(_without_credentials, str(value).split(",")))


def _without_credentials(text: str) -> str:
    return without_secrets(text) if is_address(text.strip()) else stored_name(text)
