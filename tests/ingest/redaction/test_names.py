"""The names of secrets: which are, in every spelling and place; which are not; and that no scan misses one."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pixeldesk.ingest.redaction import names
from pixeldesk.ingest.redaction.in_python import redact
from pixeldesk.ingest.redaction.in_sql import suspect_sql
from tests.ingest.redaction.planting import redacted_in_sql

_VALUE = "Xq7Zk9mNvB3cL5"
_LISTED = tomllib.loads((Path(__file__).parent / "names_of_secrets.toml").read_text())
_SECRETS: list[str] = _LISTED["secrets"].split()
_NO_SECRETS: list[str] = _LISTED["no_secrets"].split()
_WORDS = tomllib.loads((Path(names.__file__).parent / "names.toml").read_text())


def _places(name: str) -> dict[str, str]:
    places = {
        "member": json.dumps({"a": 1, name: _VALUE, "n": [1]}, ensure_ascii=False),
        "member in JSON": json.dumps({"m": json.dumps({name: _VALUE})}),
        "member two deep": json.dumps({"m": json.dumps({"m": json.dumps({name: _VALUE})})}),
        "list": json.dumps({name: [_VALUE, _VALUE]}),
        "names and values": json.dumps({"rawHeaders": ["Host", "api", name, _VALUE, "Accept", "*/*"]}),
        "pairs": json.dumps({"headers": [["Host", "api"], [name, _VALUE]]}),
        "pairs in JSON": json.dumps({"m": json.dumps([["Host", "api"], [name, _VALUE]])}),
        "name, value": json.dumps({"env": [{"name": name, "value": _VALUE}]}),
        "Name, Value": json.dumps({"m": json.dumps([{"Name": name, "Value": _VALUE}])}),
        "value, name": json.dumps({"env": [{"value": _VALUE, "name": name}]}),
        "key, value": json.dumps({"env": [{"key": name, "type": "text", "value": _VALUE}]}),
        "attribute": json.dumps({"attributes": [{"key": name, "value": {"stringValue": _VALUE}}]}),
        "python": f"headers {{'host': 'api', '{name}': '{_VALUE}'}}",
        "tuple": f"[('host', 'api'), ('{name}', '{_VALUE}')]",
        "colon": f"{name}: {_VALUE}",
        "assignment": f"export {name}={_VALUE}",
        "quoted": f'{name} = "{_VALUE}"',
        "go": f"map[Host:[api] {name}:[{_VALUE}]]",
        "yaml": f"- name: {name}\n  value: {_VALUE}",
        "option": f"run --{name} {_VALUE} --verbose",
    }
    if name.isascii():
        places |= {"query": f"/x?a=1&{name}={_VALUE}&b=2", "element": f"<x {name}='{_VALUE}'/>"}
        places |= {"form": f"user[{name}]={_VALUE}", "encoded": f"/x?next=%2Fy%3F{name}%3D{_VALUE}%26b%3D2"}
    return places


def _spelt(words: str) -> Iterator[str]:
    """Yield the words joined in the ways in which names are."""
    split = words.split()
    yield "_".join(split)
    yield "-".join(word.capitalize() for word in split)
    yield "x" + "".join(word.capitalize() for word in split)


def test_what_stands_under_the_name_of_a_secret_is_cut_everywhere() -> None:
    planted = {f"{name}: {place}": line for name in _SECRETS for place, line in _places(name).items()}
    redacted = redacted_in_sql(list(planted.values()))
    left = {title: line for title, line in zip(planted, redacted, strict=True) if _VALUE in line}
    assert left == {}
    assert redacted == [redact(line) for line in planted.values()]
    assert redacted == [redact(line) for line in redacted]


def test_what_stands_under_another_name_stays() -> None:
    lines = [line for name in _NO_SECRETS for line in _places(name).values()]
    assert redacted_in_sql(lines) == [redact(line) for line in lines]
    changed = {line: redact(line) for line in lines if redact(line) != line}
    assert changed == {}


@pytest.mark.parametrize("part", ["anywhere", "last", "key"])
def test_a_scan_finds_each_word_in_each_spelling(part: str) -> None:
    words = _WORDS[part]
    listed = [f"{word} key" for word in words["qualifiers"]] if part == "key" else [*words["words"], *words["foreign"]]
    spelt = [name for word in listed for name in _spelt(word)]
    spelt += [word.upper().replace(" ", "_") for word in listed if word in words.get("words", []) or part == "key"]
    lines = [json.dumps({name: _VALUE}, ensure_ascii=escaped) for name in spelt for escaped in (True, False)]
    with duckdb.connect() as connection:
        missed = connection.execute(
            f"SELECT line FROM (SELECT unnest($lines) AS line) WHERE NOT {suspect_sql('line')}", {"lines": lines}
        ).fetchall()
    assert missed == []
    assert [line for line in lines if _VALUE in redact(line)] == []


def test_marks_in_a_line_are_dropped_with_its_secrets_only() -> None:
    marked = '{"pass\ufdd0word":"Xq7Zk9mNv","a":"\ufdd1\ufdd2"}'
    assert redact(marked) == '{"password":"[redacted]","a":""}'
    assert redact('{"a":"\u2028"}') == '{"a":"\u2028"}'
