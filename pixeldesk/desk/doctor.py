"""Report the configuration, the contents of the store, and what is wrong."""

import time
from typing import Any

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.report import OUTCOMES
from pixeldesk.queries.values import plain
from pixeldesk.version import installed_version

_SHOWN_GAPS = 20
_SHOWN_LOSSES = 20


def examine(desk: Desk) -> dict[str, Any]:
    """Report the configuration, the contents of the store, and what is wrong; `ok` is False if anything is."""
    started = time.perf_counter()
    coverage = desk.coverage()
    gaps = desk.query("gaps")
    sources = desk.query("sources_read")
    unknown_codes = catalogue().missing_from(row["error_code"] for row in desk.query("error_codes"))
    wrong = [f"{source['source']}: {source['problem']}" for source in sources if source["problem"]]
    follow_states = [follower.latest for follower in desk.following.followers()]
    wrong += [str(problem) for state in follow_states for problem in state.unreadable]
    wrong += [
        f"{source['source']}: {source['lines']} lines read, but the outcomes do not add up to it"
        for source in sources
        if source["lines"] is not None and source["lines"] != _outcomes(source)
    ]
    if unknown_codes:
        wrong.append(f"error codes that the catalogue does not know: {', '.join(unknown_codes)}")
    return {
        "ok": not wrong,
        "wrong": wrong,
        "version": installed_version(),
        "settings": {name: plain(_shown(value)) for name, value in desk.settings.model_dump().items()},
        "store": {"path": str(desk.store.path), **coverage},
        "gaps": {"hours": len(gaps), "first": [row["hour"] for row in gaps[:_SHOWN_GAPS]]},
        "following": {"files": sum(state.files for state in follow_states)},
        "losses": desk.query("losses", limit=_SHOWN_LOSSES),
        "retention": desk.retention.state(),
        "sources": {"files": len(sources), "incomplete": sum(not source["complete"] for source in sources)},
        "totals": {name: sum(source[name] or 0 for source in sources) for name in ("lines", *OUTCOMES)},
        "seconds": round(time.perf_counter() - started, 3),
    }


def _outcomes(source: dict[str, Any]) -> int:
    return sum(source[name] for name in OUTCOMES)


def _shown(value: object) -> object:
    return value if isinstance(value, int | float | str | None) else str(value)
