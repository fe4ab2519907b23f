"""Lists and objects of OTLP become plain JSON, whatever is in them, and what is none stays as it is."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixeldesk.ingest.parsing.plain_values import with_plain_sql
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Any store: its engine evaluates the expression."""
    folder: Path = tmp_path_factory.mktemp("plain")
    return open_store(Settings(db=folder / "x.duckdb"))


def plain(store: Store, *texts: str) -> list[Any]:
    """Return each text as plain JSON, None for one that is not nested."""
    sql = with_plain_sql("SELECT unnest($texts) AS text", "text")
    with store.transaction() as transaction:
        found = transaction.execute(f"SELECT text, plain::VARCHAR FROM ({sql})", {"texts": list(texts)})
    by_text = {text: json.loads(value) if value is not None else None for text, value in found}
    return [by_text[text] for text in texts]


SCALARS = st.one_of(
    st.text(max_size=6), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.just('"kvlistValue"')
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)


def otlp(value: Any) -> dict[str, Any]:
    """Return a value as OTLP/JSON writes it."""
    match value:
        case bool():
            return {"boolValue": value}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case list():
            return {"arrayValue": {"values": [otlp(each) for each in value]}}
    return {"kvlistValue": {"values": [{"key": key, "value": otlp(each)} for key, each in value.items()]}}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(VALUES, max_size=3) | st.dictionaries(st.text(max_size=6), VALUES, max_size=3), min_size=1, max_size=4
    )
)
def test_any_values_come_out_as_they_are(store: Store, values: list[Any]) -> None:
    assert plain(store, *(json.dumps(otlp(value), ensure_ascii=False) for value in values)) == values


def test_what_is_no_value_of_otlp_stays(store: Store) -> None:
    assert plain(store, '{"stringValue":"text"}', "no JSON", '"kvlistValue"') == [None, None, "kvlistValue"]
    odd = {"arrayValue": {"values": [{}, {"unknown": 1}, {"kvlistValue": {}}, {"intValue": "7"}, 3]}}
    assert plain(store, json.dumps(odd)) == [[None, {"unknown": 1}, {}, "7", 3]]


def test_what_lies_too_deep_stays_and_costs_little(store: Store) -> None:
    deep: Any = "bottom"
    for _ in range(200):
        deep = [deep]
    (found,) = plain(store, json.dumps(otlp(deep)))
    depth = 0
    while isinstance(found, list):
        (found,) = found
        depth += 1
    assert (depth, list(found)) == (16, ["arrayValue"])
