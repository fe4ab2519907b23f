"""Find the pipe that was probably meant by a name that no pipe has."""

import difflib
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import unquote

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.tickets.found_requests import Row
from pixeldesk.tickets.request_facts import pipe_in

_CODE, _ROUTE = "invalid_pipe", "/pixel/pipes/{pipe}"
_AROUND = timedelta(days=1)
_MOST_PIPES = 200
# Half of the letters have to be right, or it is another word and no typing error.
_LEAST_ALIKE = 0.6


def nearest_pipes(store: Store, rows: Sequence[Row]) -> dict[int, str]:
    """Return the pipe that was probably meant, by the number of the row; nothing for a row that asks for a real one.

    Pipes are those that answered within a day of the rows that asked for another.
    """
    asked = {number: pipe for number, row in enumerate(rows) if (pipe := _asked_for(row))}
    if not asked:
        return {}
    times = [rows[number]["timestamp"] for number in asked]
    found = question("pipes_that_answer").rows(
        store,
        route=_ROUTE,
        query_mark="?",
        earliest=min(times) - _AROUND,
        latest=max(times) + _AROUND,
        count=_MOST_PIPES,
    )
    real = list(dict.fromkeys(pipe for row in found if (pipe := pipe_in(row["address"]))))
    nearest = {number: _nearest(pipe, real) for number, pipe in asked.items()}
    return {number: pipe for number, pipe in nearest.items() if pipe}


def _asked_for(row: Row) -> str | None:
    return pipe_in(row["path"]) if row["error_code"] == _CODE and not row["clock_suspect"] else None


def _nearest(asked: str, real: Sequence[str]) -> str | None:
    by_letters = {_letters(pipe): pipe for pipe in reversed(real)}
    alike = difflib.get_close_matches(_letters(asked), list(by_letters), n=1, cutoff=_LEAST_ALIKE)
    return by_letters[alike[0]] if alike else None


def _letters(pipe: str) -> str:
    return unquote(pipe).strip().casefold().replace("-", "_")
