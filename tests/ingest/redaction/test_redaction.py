"""No planted secret survives, in either engine; nothing else is touched."""

import gzip
import hashlib
import json
import re
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pixeldesk.ingest.redaction import rules
from pixeldesk.ingest.redaction.in_python import redact
from pixeldesk.ingest.redaction.in_sql import presented_key_sql, redact_sql, suspect_sql

_SECRETS = tomllib.loads((Path(__file__).parent / "secrets.toml").read_text())
_LOGS = Path(__file__).parents[3] / "sample_logs" / "logs"
_SUBSTRING = 6


class Planted(NamedTuple):
    title: str
    line: str
    hidden: str


class Answer(NamedTuple):
    redacted: str
    suspect: bool


def _in_sql(lines: list[str]) -> list[Answer]:
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"""SELECT {redact_sql("line")}, {suspect_sql("line")}
            FROM (SELECT unnest($lines) AS line, generate_subscripts($lines, 1) AS place) ORDER BY place""",
            {"lines": lines},
        ).fetchall()
    return [Answer(*row) for row in rows]


def _presented(record: dict[str, Any] | str) -> tuple[Any, ...]:
    line = record if isinstance(record, str) else json.dumps(record)
    with duckdb.connect() as connection:
        (row,) = connection.execute(
            f"""SELECT k, left(sha256(k), 16), left(k, 12), length(k), {suspect_sql("line")}
            FROM (SELECT {presented_key_sql("line")} AS k, line FROM (SELECT $line AS line))""",
            {"line": line},
        ).fetchall()
    return row


def _line(**fields: Any) -> str:
    return json.dumps({"timestamp": "2026-11-16T09:12:44Z", "request_id": "req_7Qm2xV9cT4", **fields})


def _slashes_escaped(line: str) -> str:
    return line.replace("/", "\\/")


def _spelt_in_escapes(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


def _shapes() -> Iterator[Planted]:
    for shape in _SECRETS["shapes"]:
        text = shape["text"]
        inner = json.dumps({"note": text})
        compact = json.dumps({"note": inner}, separators=(",", ":"))
        for place, line in {
            "value": _line(note=text),
            "nested": _line(context={"deeper": {"note": text, "n": 1}}),
            "list": _line(notes=["first", text, "last"]),
            "error message": _line(error={"code": "internal_error", "message": f"refused ({text}) twice"}),
            "after a line break": _line(message=f"refused:\n{text}\nend"),
            "JSON in JSON": _line(message=inner),
            "JSON in JSON in JSON": _line(message=compact),
            "escaped slashes": _slashes_escaped(_line(note=text)),
            "spelt in escapes": '{"note":"' + _spelt_in_escapes(text) + '"}',
            "spelt in escapes, in JSON in JSON": _line(message='{"note":"' + _spelt_in_escapes(text) + '"}'),
            "path": _line(path=f"/pixel/events/{text}"),
        }.items():
            yield Planted(f"{shape['title']}: {place}", line, shape["hidden"])


def _named() -> Iterator[Planted]:
    names = _SECRETS["names"]
    for turn, name in enumerate(names["names"]):
        values = names["values"][turn % 4 :] + names["values"][: turn % 4]
        for value in values[:1] if turn % 4 else values:
            record = {"status": 1, name: value, "after": {"n": [1]}}
            for place, line in {
                "value": _line(**record),
                "nested": _line(request={"headers": record}),
                "compact": json.dumps(record, separators=(",", ":")),
                "list": _line(**{name: [value, value]}),
                "JSON in JSON": _line(message="body " + json.dumps(record)),
                "JSON in JSON, indented": _line(message=json.dumps({"a": record}, indent=2)),
                "JSON in JSON in JSON": _line(message=json.dumps({"m": json.dumps(record)})),
                "list in JSON in JSON": _line(message=json.dumps({name: [value]})),
                "JSON in JSON, quotation marks as escapes": _line(message=json.dumps(record)).replace('\\"', "\\u0022"),
                "truncated": json.dumps(record).split('", "after')[0],
                "truncated in JSON in JSON": _line(message=json.dumps(record).split('", "after')[0]),
            }.items():
                yield Planted(f"{name}: {place}", line, names["hidden"])
        plain = names["plain"]
        encoded = quote(f"https://a/?x=1&{name}={plain}", safe="")
        for place, line in {
            "parameter": _line(path=f"/pixel/events?x=1&{name}={plain}&days=7"),
            "first parameter": _line(client={"referer": f"https://a.example.com/?{name}={plain}#top"}),
            "parameter with &amp;": _line(referer=f"https://a.example.com/?x=1&amp;{name}={plain}"),
            "parameter in Unicode escapes": _line(referer=f"/?x=1&{name}={plain}").replace("&", "\\u0026"),
            "encoded parameter": _line(referer=f"https://b.example.com/?next={encoded}%26days%3D7"),
            "text": _line(message=f"failed with {name}={plain} at once"),
            "quoted text": _line(message=f'failed with {name}="{plain}" at once'),
            "dictionary": _line(message=f"got {{'{name}': '{plain}'}}"),
            "inspected": _line(message=f"got {{ {name}: '{plain}', n: 1 }}"),
            "hash": _line(message=f'got {{"{name}"=>"{plain}"}}'),
        }.items():
            yield Planted(f"{name}: {place}", line, names["hidden"])


def _objects() -> Iterator[Planted]:
    hidden = _SECRETS["names"]["hidden"]
    for name in ("credentials", "token", "secret", "cookies", "password", "x-authorization"):
        inside = {"user": f"bob{{{hidden}", "more": [f"x]{hidden}", {"deep": hidden}], "n": 3}
        for place, line in {
            "value": _line(**{name: inside}, after=1),
            "in JSON in JSON": _line(message=json.dumps({name: inside, "after": 1})),
            "in JSON in JSON, indented": _line(message=json.dumps({name: inside, "after": 1}, indent=1)),
            "truncated": json.dumps({name: {"user": "bob", "x": hidden}})[:-3],
            "in JSON in JSON, cut off": _line(message=json.dumps({name: {"user": "bob", "x": hidden}})[:-3]),
        }.items():
            yield Planted(f"{name}: object {place}", line, hidden)
    for member in ("key", "value", "raw"):
        record = {"api_key": {"id": None, "scopes": ["a", "b"], member: f'no "shape" {hidden}', "length": 5}}
        yield Planted(f"api_key.{member}", _line(**record), hidden)
        yield Planted(f"api_key.{member} in JSON in JSON", _line(message=json.dumps(record)), hidden)
    yield Planted("number", _line(password=123456789, after=1), "123456789")
    yield Planted("number in JSON in JSON", _line(message=json.dumps({"pwd": 123456789, "after": 1})), "123456789")
    record = {"api_key": {"prefix": f"twelve-chars{hidden}", "length": 21}}
    yield Planted("prefix", _line(**record), hidden)
    yield Planted("prefix in JSON in JSON", _line(message=json.dumps(record)), hidden)


_PLANTED = [*_shapes(), *_named(), *_objects()]


def _left_over(text: str, hidden: str) -> set[str]:
    pieces = {hidden[at : at + _SUBSTRING] for at in range(len(hidden) - _SUBSTRING + 1)}
    decoded = text.replace("\\/", "/")
    return {piece for piece in pieces if piece in decoded or piece in text}


def _keys(record: Any) -> Any:
    return [*record] if isinstance(record, dict) else type(record)


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(_PLANTED) >= 300
    assert len(_SECRETS["shapes"]) + len(_SECRETS["names"]["names"]) >= 30
    for shape in _SECRETS["shapes"]:
        assert shape["hidden"] in shape["text"]


def test_no_planted_secret_survives_and_both_engines_agree() -> None:
    answers = _in_sql([planted.line for planted in _PLANTED])
    survivors = {
        planted.title: left
        for planted, answer in zip(_PLANTED, answers, strict=True)
        if (left := _left_over(answer.redacted, planted.hidden))
    }
    assert survivors == {}
    for planted, answer in zip(_PLANTED, answers, strict=True):
        assert answer.suspect, planted
        assert answer.redacted == redact(planted.line), planted
        assert answer.redacted == redact(answer.redacted), planted
        if _is_json(planted.line):
            assert _keys(json.loads(answer.redacted)) == _keys(json.loads(planted.line)), planted


def test_redacted_json_in_json_is_still_json() -> None:
    for planted in _PLANTED:
        if ": JSON in JSON" in planted.title and planted.line.endswith('}"}') and "body " not in planted.line:
            inner = json.loads(json.loads(redact(planted.line))["message"])
            assert _keys(inner) == _keys(json.loads(json.loads(planted.line)["message"])), planted


def test_twelve_characters_of_an_api_key_are_left_as_a_hint() -> None:
    line = _line(message="refused ak_live_Zt3bQ7wEr5TyU8iOp2", api_key={"prefix": "ak_live_Zt3bQ7wEr5TyU8iOp2"})
    record = json.loads(redact(line))
    assert record["message"] == "refused ak_live_Zt3b[redacted]"
    assert record["api_key"]["prefix"] == "ak_live_Zt3b[redacted]"


def test_text_beside_a_secret_stays() -> None:
    assert redact("/a?x=1&token=abc&days=7") == "/a?x=1&token=[redacted]&days=7"
    assert redact('{"a":"https://u:p@h/x","b":1}') == '{"a":"https://u:[redacted]@h/x","b":1}'
    assert redact("Authorization: Bearer x.y was refused") == "Authorization: [redacted] was refused"
    assert redact('{"password":"a","n":[1,{"x":2}]}') == '{"password":"[redacted]","n":[1,{"x":2}]}'
    inner = r'{"m":"{\"token\":\"a\\\"b\",\"n\":1}"}'
    assert redact(inner) == r'{"m":"{\"token\":\"[redacted]\",\"n\":1}"}'


@pytest.mark.parametrize("name", ["auth", "session", "jwt", "signature"])
def test_an_object_that_tells_of_a_session_loses_only_its_secret_members(name: str) -> None:
    line = json.dumps({name: {"user": "bob", "method": "api_key", "token": "Xq7Zk9mNv", "roles": [{"password": "v"}]}})
    cut = {"user": "bob", "method": "api_key", "token": "[redacted]", "roles": [{"password": "[redacted]"}]}
    assert redact(line) == json.dumps({name: cut})


@pytest.mark.parametrize("line", _SECRETS["safe"]["lines"])
def test_harmless_text_is_not_touched(line: str) -> None:
    assert json.loads(line)
    assert redact(line) == line
    assert _in_sql([line])[0].redacted == line


def test_what_is_no_secret_stays() -> None:
    texts = (Path(__file__).parent / "harmless_lines.txt").read_text().splitlines()
    assert len(texts) >= 150
    lines = [
        line
        for text in texts
        for line in (text, json.dumps({"m": text, "n": 1}), json.dumps({"a": json.dumps({"m": text, "n": 1})}))
    ]
    assert [redact(line) for line in lines] == lines
    assert [answer.redacted for answer in _in_sql(lines)] == lines


def test_the_sample_logs_lose_only_the_keys_planted_in_them() -> None:
    lines = [
        line
        for path in sorted(_LOGS.glob("web-[12]/*-13.ndjson.gz"))
        for line in gzip.decompress(path.read_bytes()).decode().splitlines()
    ]
    assert len(lines) > 2000
    answers = _in_sql(lines)
    changed = [line for line, answer in zip(lines, answers, strict=True) if answer.redacted != line]
    assert 1 <= len(changed) <= 4
    assert all("CANARY" in line for line in changed)
    assert sum(answer.suspect for answer in answers) <= len(lines) / 50


@pytest.mark.parametrize(
    ("record", "key"),
    [
        ({"api_key": "ak_live_Zt3bQ7wEr5TyU8iOp2 "}, "ak_live_Zt3bQ7wEr5TyU8iOp2 "),
        ({"api_key": {"id": None, "key": "a b"}}, "a b"),
        ({"api_key": {"value": "clé\n"}}, "clé\n"),
        ({"api_key": {"raw": "x" * 50}}, "x" * 50),
        ({"headers": {"authorization": "Bearer  ak_x "}}, " ak_x "),
        ({"headers": {"Authorization": "bearer ak_x\t"}}, "ak_x\t"),
        ({"request": {"headers": {"AUTHORIZATION": "ak_without_scheme"}}}, "ak_without_scheme"),
        ({"authorization": "Bearer Bearer x"}, "Bearer x"),
        ({"headers": {"x-api-key": "from a header"}}, "from a header"),
        ({"headers": {"X-Api-Key": "from a header"}}, "from a header"),
    ],
)
def test_a_presented_key_leaves_its_fingerprint(record: dict[str, Any], key: str) -> None:
    fingerprint = hashlib.sha256(key.encode()).hexdigest()[:16]
    assert _presented(record) == (key, fingerprint, key[:12], len(key), True)


@pytest.mark.parametrize(
    "record",
    [
        {"api_key": {"id": "key_1", "fingerprint": "5f0c3b1e9a7d2c44", "prefix": "ak_live_Zt3b"}},
        {"api_key": None},
        {"api_key": ""},
        {"headers": {"authorization": "Basic dXNlcjpodW50ZXIy"}},
        {"headers": {"authorization": "Bearer "}},
        {"message": "Bearer ak_live_Zt3bQ7wEr5TyU8iOp2"},
        '{"api_key":"ak_live_Zt3bQ7wEr5TyU8iOp2"',
        "",
    ],
)
def test_no_key_was_presented(record: dict[str, Any] | str) -> None:
    assert _presented(record)[0] is None


_PIECES = st.sampled_from(
    [
        *"\"\\'{}[]:,=&?%;/@ \t_-.",
        *[
            '\\"',
            '\\\\\\"',
            "\\\\",
            "\\/",
            "\\n",
            "\\u0061",
            "\\\\u0061",
            "\\u0022",
            "\\u005c",
            "u0061",
            "u005c",
            "\\u00",
        ],
        *[
            '":"',
            '\\":\\"',
            '\\\\\\":\\\\\\"',
            '":[',
            '":{',
            '\\":{\\"',
            '":1',
            "%3D",
            "%253D",
            "%26",
            "%22",
            "%3A",
            "%2F%2F",
        ],
        *[
            "://",
            ":\\/\\/",
            " -u ",
            "Bearer ",
            "Basic ",
            ": ",
            "=>",
            "<",
            "é",
            "😀",
            "\x00",
            "\x0b",
            "\u2028",
            "\n",
        ],
        *[
            "ak_",
            "sk_",
            "eyJ",
            "AKIA",
            "ghp_",
            "github_pat_",
            "xoxb-",
            "AIza",
            "ya29.",
            "-----BEGIN PRIVATE KEY-----",
        ],
        *[
            "x",
            "7",
            "Xq7Zk9mNvB3cL5",
            "QWERTYUIOPAS7890",
            "redacted",
            "[redacted]",
            "[escape]",
            "missing_",
            "invalid_",
            "my",
        ],
        *[
            "key",
            "Key",
            "KEY",
            "value",
            "raw",
            "prefix",
            "api_key",
            "sig",
            "signature",
            "curl",
            "--user",
            "PRIVATE KEY",
        ],
        *_SECRETS["names"]["names"],
        *(shape["text"] for shape in _SECRETS["shapes"]),
    ]
)
_TEXTS = st.lists(st.one_of(_PIECES, _PIECES, st.characters(codec="utf-8")), max_size=14).map("".join)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(_PIECES, inner, max_size=4)
        | st.dictionaries(_PIECES, inner, max_size=4).map(json.dumps)
    ),
    max_leaves=8,
)
_LINES = st.dictionaries(_PIECES, _JSON, min_size=1, max_size=5).map(
    lambda record: json.dumps(record, ensure_ascii=False).replace("\x00", "")
)
_QUICK = settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def _check(lines: list[str]) -> None:
    for line, answer in zip(lines, _in_sql(lines), strict=True):
        redacted = redact(line)
        assert answer.redacted == redacted
        assert answer.suspect or answer.redacted == line
        assert redact(redacted) == redacted


@_QUICK
@given(st.lists(_TEXTS, min_size=30, max_size=60))
def test_both_engines_redact_any_text_alike_and_idempotently(lines: list[str]) -> None:
    _check(lines)


@_QUICK
@given(st.lists(_LINES, min_size=15, max_size=30))
def test_json_stays_json_with_the_same_keys(lines: list[str]) -> None:
    _check(lines)
    for line in lines:
        before, after = (json.loads(text, object_pairs_hook=list) for text in (line, redact(line)))
        assert len(after) == len(before)


@pytest.mark.parametrize(
    "piece",
    [
        '"token":{',
        '\\"auth\\":[',
        "ak_",
        '"',
        "\\",
        "token=",
        "://a:",
        "Bearer ",
        'api_key":{',
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_the_time_is_linear_in_the_length(piece: str) -> None:
    def seconds(length: int) -> float:
        line = "\\u0061 token=x " + piece * (length // len(piece))
        started = time.process_time()
        redact(line)
        return time.process_time() - started

    # Eight times the text: 8 where time is linear, 64 where it is quadratic.
    assert seconds(80_000) < 32 * max(seconds(10_000), 0.01)


def test_it_does_not_load_an_engine() -> None:
    modules = list(Path(rules.__file__).parent.glob("*.py"))
    assert len(modules) > 2
    for module in modules:
        assert not re.search(r"^\s*(import|from) (duckdb|streamlit)", module.read_text(), re.MULTILINE)
