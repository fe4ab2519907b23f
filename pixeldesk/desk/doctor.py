"""What is configured, what is in the store, and what is wrong."""

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
    """What is configured, what is in the store, and what is wrong; `ok` is False if anything is."""
    started = time.perf_counter()
    coverage = desk.coverage()
    gaps = desk.query("gaps")
    sources = desk.query("sources_read")
    unknown_codes = catalogue().missing_from(row["error_code"] for row in desk.query("error_codes"))
    wrong = [f"{one['source']}: {one['problem']}" for one in sources if one["problem"]]
    following = [follower.latest for follower in desk.followings.followers()]
    wrong += [problem for one in following for problem in one.unreadable]
    wrong += [
        f"{one['source']}: {one['lines']} lines read, but the outcomes do not add up to it"
        for one in sources
        if one["lines"] is not None and one["lines"] != _outcomes(one)
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
        "following": {"files": sum(one.files for one in following)},
        "losses": desk.query("losses", limit=_SHOWN_LOSSES),
        "retention": desk.retention.state(),
        "sources": {"files": len(sources), "incomplete": sum(not one["complete"] for one in sources)},
        "totals": {name: sum(one[name] or 0 for one in sources) for name in ("lines", *OUTCOMES)},
        "seconds": round(time.perf_counter() - started, 3),
    }


def _outcomes(source: dict[str, Any]) -> int:
    return sum(source[name] for name in OUTCOMES)


def _shown(value: object) -> object:
    return value if isinstance(value, int | float | str | None) else str(value)
