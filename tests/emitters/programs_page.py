"""Write docs/programs.md from the fixtures: `python -m tests.emitters.programs_page > docs/programs.md`."""

from tests.emitters.client import Asked, read_truth
from tests.emitters.outcome import Recipe, is_expected, recipes

_HEAD = """\
# Programs whose logs are read

Each program was run and asked by a client that kept its own record: answers from 200 to 503, a burst of 429, an error
that a handler throws, an answer that takes long, a client that goes away, ids that the client sends and ids that the
program makes, in two processes one after another. A test reads each log, whose format is detected, and compares: as
many requests as were made, each once, with its method and status and with the fields named here. `make docs` writes
this page, and `make emitters` the logs (`tests/emitters/`).

| Program | Version | Settings | Read as | Requests made | stored | Fields read | Not in its log |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
_FIELDS = {
    "id": "id",
    "time": "time",
    "path": "path",
    "client_ip": "client",
    "user_agent": "user agent",
    "duration": "duration",
    "error": "the error's text",
}
_PARTS = {
    "made_id": "an id that the client did not send",
    "sent_id": "the id that the client sent",
    "query": "the query",
}
_UNREADABLE = "\n## Nothing to read\n\n| Program | Version | Settings | Why |\n| --- | --- | --- | --- |\n"
_UNREAD = "\n## Not read yet\n\n| Program | Version | Settings | Why |\n| --- | --- | --- | --- |\n"


def programs_page() -> str:
    """Return the page."""
    read, unreadable, unread = [], [], []
    for recipe in sorted(recipes(), key=lambda one: (one.program.lower(), one.name)):
        versions, asked = read_truth(recipe.truth)
        cells = [recipe.program, next(iter(versions.values()), "documented"), recipe.settings]
        if recipe.fails:
            unread.append(_row([*cells, recipe.fails]))
        elif recipe.unreadable:
            unreadable.append(_row([*cells, recipe.unreadable]))
        else:
            read.append(_row([*cells, *_what_is_read(recipe, asked)]))
    parts = [(_HEAD, read), (_UNREADABLE, unreadable), (_UNREAD, unread)]
    return "".join(head + "".join(rows) for head, rows in parts if rows)


def _what_is_read(recipe: Recipe, asked: list[Asked]) -> list[str]:
    stored = sum(is_expected(one, recipe) for one in asked)
    fields = [title for name, title in _FIELDS.items() if name not in recipe.lacks]
    lacking = [title for name, title in (_FIELDS | _PARTS).items() if name in recipe.lacks]
    if recipe.aborted is None:
        lacking.append("the request whose client went away")
    lacking += [f"requests for {path}" for path in recipe.missing]
    return [recipe.format, str(len(asked)), str(stored), ", ".join(fields), ", ".join(lacking) or "-"]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    print(programs_page(), end="")
