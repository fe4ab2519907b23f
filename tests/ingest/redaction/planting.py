"""Plant made-up secrets of all kinds where logs have them, redact, and see what is left.

`make secrets` prints what is left by kind, place and syntax. A secret is left if it is there whole, or twelve
characters of it.
"""

import argparse
import json
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

import duckdb

from pixeldesk.ingest.redaction.in_python import redact
from pixeldesk.ingest.redaction.in_sql import redact_sql, suspect_sql
from tests.ingest.redaction.planted_values import made

_HERE = Path(__file__).parent
_KINDS = tomllib.loads((_HERE / "kinds_of_secrets.toml").read_text())
_SYNTAXES: dict[str, list[str]] = tomllib.loads((_HERE / "syntaxes_of_secrets.toml").read_text())
_PART = 12
# The first twelve characters of such keys may be shown.
_SHOWN = re.compile("[aprs]k_")


class Kind(NamedTuple):
    """A kind of secret: `identified` if its value alone tells that it is one."""

    vendor: str
    name: str
    value: str
    identified: bool

    @property
    def title(self) -> str:
        return f"{self.vendor} {self.name}"


class Planted(NamedTuple):
    """A line with a secret in it. `table` is named, identified or syntax."""

    table: str
    kind: str
    place: str
    line: str
    hidden: tuple[str, ...]


class Left(NamedTuple):
    """What redaction left of a planted secret."""

    planted: Planted
    redacted: str


KINDS = [
    *(Kind(vendor, name, value, True) for vendor, name, value in _KINDS["identified"]),
    *(Kind(vendor, name, value, False) for vendor, name, value in _KINDS["named"]),
]
SYNTAXES = [(group, text) for group, texts in _SYNTAXES.items() for text in texts]


def _line(**fields: object) -> str:
    return json.dumps({"timestamp": "2026-11-16T09:12:44Z", "request_id": "req_7Qm2xV9cT4", "status": 500, **fields})


def _words(name: str) -> list[str]:
    return [word for word in re.split("[_-]", name) if word]


def _snake(name: str) -> str:
    return name if "." in name else "_".join(_words(name)).lower()


def _camel(name: str) -> str:
    if "." in name:
        return name
    first, *others = _words(name)
    first = first.lower() if first.isupper() else first[0].lower() + first[1:]
    return first + "".join(word.capitalize() for word in others)


def _header(name: str) -> str:
    return name if "." in name else "-".join(word.capitalize() if word.isupper() else word for word in _words(name))


_STACK = "Error: refused\n    at connect (/srv/app/db.js:10:5)\n  env: {}\n    at main (/srv/app/index.js:3:1)"
NAMED_PLACES: dict[str, Callable[[str, str], str]] = {
    "message NAME=value": lambda name, value: _line(message=f"boot failed {name}={value} at once"),
    "message name: value": lambda name, value: _line(message=f"boot failed, {name}: {value}"),
    "nested JSON, snake_case": lambda name, value: _line(config={"deep": {_snake(name): value, "n": 1}}),
    "nested JSON, camelCase": lambda name, value: _line(config={"deep": {_camel(name): value, "n": 1}}),
    "headers": lambda name, value: _line(request={"headers": {"host": "a", _header(name): value}}),
    "rawHeaders": lambda name, value: _line(rawHeaders=["Host", "api", _header(name), value, "Accept", "*/*"]),
    "headers [[name, value]]": lambda name, value: _line(headers=[["host", "api"], [_header(name), value]]),
    "headers {name, value}": lambda name, value: _line(headers=[{"name": _header(name), "value": value}]),
    "query": lambda name, value: _line(path=f"/v1/x?page=1&{quote(_snake(name))}={quote(value, safe='')}&days=7"),
    "escaped JSON": lambda name, value: _line(message="body " + json.dumps({_snake(name): value, "n": 1})),
    "stack": lambda name, value: _line(error={"code": "x", "stack": _STACK.format(f"{name}={value}")}),
    "no JSON": lambda name, value: f"2026-11-16 09:12:44 ERROR boot failed {name}={value} at once",
}
BARE_PLACES: dict[str, Callable[[str], str]] = {
    "message": lambda value: _line(message=f"refused {value} at once"),
    "value": lambda value: _line(context={"note": value, "n": 1}),
    "list": lambda value: _line(arguments=["run", value, "last"]),
    "escaped JSON": lambda value: _line(message="body " + json.dumps({"note": value, "n": 1})),
    "stack": lambda value: _line(error={"code": "x", "stack": _STACK.format(f"refused ({value})")}),
    "no JSON": lambda value: f"2026-11-16 09:12:44 ERROR refused {value} at once",
}
TEXT_PLACES: dict[str, Callable[[str], str]] = {
    "message": lambda text: _line(message=f"ran {text}"),
    "escaped JSON": lambda text: _line(message=json.dumps({"note": text, "n": 1})),
    "list": lambda text: _line(notes=["first", text, "last"]),
    "stack": lambda text: _line(error={"code": "x", "stack": _STACK.format(text)}),
    "no JSON": lambda text: "2026-11-16 09:12:44 ERROR " + text.replace("\n", " "),
}


def named(seed: str = "") -> Iterator[Planted]:
    """Yield every kind under its name in every place."""
    for kind in KINDS:
        for place, planted in NAMED_PLACES.items():
            secret = made(kind.value, f"{seed}{kind.title}{place}")
            yield Planted("named", kind.title, place, planted(kind.name, secret.text), secret.hidden)


def identified(seed: str = "") -> Iterator[Planted]:
    """Yield every kind that can be told by its value in every place, without its name."""
    for kind in KINDS:
        for place, planted in BARE_PLACES.items() if kind.identified else ():
            secret = made(kind.value, f"{seed}{kind.title}bare{place}")
            yield Planted("identified", kind.title, place, planted(secret.text), secret.hidden)


def syntaxes(seed: str = "") -> Iterator[Planted]:
    """Yield every syntax in every place where logs have texts."""
    for group, text in SYNTAXES:
        for place, planted in TEXT_PLACES.items():
            secret = made(text, f"{seed}{text}{place}")
            yield Planted(f"syntax: {group}", text, place, planted(secret.text), secret.hidden)


def rotating(planted: Iterable[Planted]) -> list[Planted]:
    """Choose one place of each kind: the next place for the next kind, so that every place occurs."""
    of_kind: dict[str, list[Planted]] = defaultdict(list)
    for one in planted:
        of_kind[one.kind].append(one)
    return [ones[turn % len(ones)] for turn, ones in enumerate(of_kind.values())]


def redacted_in_sql(lines: list[str]) -> list[str]:
    """Redact lines in columns, as ingest does: only those that a scan finds suspect."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE lines AS SELECT unnest($lines) AS line, generate_subscripts($lines, 1) AS place",
            {"lines": lines},
        )
        rows = connection.execute(
            f"SELECT CASE WHEN {suspect_sql('line')} THEN {redact_sql('line')} ELSE line END FROM lines ORDER BY place"
        ).fetchall()
    return [row[0] for row in rows]


def redacted_in_python(lines: list[str]) -> list[str]:
    """Redact lines as they are redacted that DuckDB refuses."""
    return [redact(line) for line in lines]


def is_left(one: Planted, redacted: str) -> bool:
    """Tell whether a part of the secret can still be read, in any spelling that the line may have."""
    return any(_is_left(hidden, one.line, redacted) for hidden in one.hidden)


def _is_left(hidden: str, line: str, redacted: str) -> bool:
    if len(hidden) < 8:
        alone = re.compile(rf"(?<![A-Za-z0-9]){re.escape(hidden)}(?![A-Za-z0-9])")
        return len(alone.findall(redacted)) >= len(alone.findall(line))
    parts = [hidden[at : at + _PART] for at in range(max(1, len(hidden) - _PART + 1))]
    if _SHOWN.match(hidden):
        parts = parts[1:]
    # What stands beside the secret too, such as `vercel_blob_` in its name, may be left.
    beside = line.replace(hidden, "").replace(quote(hidden, safe=""), "")
    if beside != line:
        parts = [part for part in parts if part not in beside]
    unescaped = redacted.replace("\\", "")
    readable = "\n".join([redacted, unescaped, unquote(redacted), unquote(unquote(unescaped))])
    return any(part in readable or part.replace("\\", "") in readable for part in parts)


def left(planted: list[Planted], redacted: list[str]) -> list[Left]:
    """Return what is left of the planted secrets in the redacted lines."""
    return [Left(one, line) for one, line in zip(planted, redacted, strict=True) if is_left(one, line)]


def share_left(planted: list[Planted], leftovers: list[Left]) -> dict[str, float]:
    """Return by table (named, identified, syntax) the share of planted secrets that is left, 0 to 1."""
    total = Counter(one.table.partition(":")[0] for one in planted)
    remaining = Counter(one.planted.table.partition(":")[0] for one in leftovers)
    return {table: remaining[table] / count for table, count in total.items()}


def _rows(planted: list[Planted], leftovers: list[Left]) -> Iterator[str]:
    """Yield a table in Markdown: what was planted and what is left by table and place."""
    total = Counter((one.table, one.place) for one in planted)
    remaining = Counter((one.planted.table, one.planted.place) for one in leftovers)
    yield "| table | place | planted | left |"
    yield "| --- | --- | --- | --- |"
    for (table, place), count in total.items():
        some = remaining[table, place]
        yield f"| {table} | {place} | {count} | {some} ({some / count:.1%}) |"


def main() -> None:
    """Print what is left of all planted secrets, by place, and by kind with one line of each. Exit 1 if over 2 %."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="", help="another seed makes other values")
    parser.add_argument("--lines", action="store_true", help="print a redacted line of each kind of which some is left")
    given = parser.parse_args()
    planted = [*named(given.seed), *identified(given.seed), *syntaxes(given.seed)]
    in_sql = redacted_in_sql([one.line for one in planted])
    in_python = redacted_in_python([one.line for one in planted])
    leftovers = left(planted, in_sql)
    print("\n".join(_rows(planted, leftovers)))
    by_kind: dict[tuple[str, str], list[Left]] = defaultdict(list)
    for one in leftovers:
        by_kind[one.planted.table, one.planted.kind].append(one)
    print("\nleft, by kind:")
    for (table, kind), ones in by_kind.items():
        print(f"  {table}: {kind}: {', '.join(one.planted.place for one in ones)}")
        if given.lines:
            print(f"      {ones[0].redacted}")
    shares = share_left(planted, leftovers)
    print("\n" + ", ".join(f"{table} {share:.2%}" for table, share in shares.items()) + " left")
    differ = sum(one != other for one, other in zip(in_sql, in_python, strict=True))
    print(f"{len(planted)} planted; the engines differ in {differ} lines")
    sys.exit(differ > 0 or max(shares.values()) > 0.02)


if __name__ == "__main__":
    main()
