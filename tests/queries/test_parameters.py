"""Check that the value of a question's parameter fits its type, whoever asks."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pixeldesk.errors import UsageError
from pixeldesk.queries import Scope, question, question_names
from pixeldesk.queries.parameters import checked
from pixeldesk.sql_files import Parameter, ScalarType, statement
from tests.queries.test_questions import QUERIES, VALUE_OF_TYPE

LIST_OF_TEXTS = Parameter("codes", "text", is_list=True)


@pytest.mark.parametrize(
    ("scalar", "given", "expected"),
    [
        ("text", "", ""),
        ("text", "null", "null"),
        ("bigint", "0", 0),
        ("bigint", (1 << 63) - 1, (1 << 63) - 1),
        ("boolean", "True", True),
        ("boolean", False, False),
        ("timestamp", "2026-11-16", datetime(2026, 11, 16)),
        ("timestamp", "2026-11-16T13:00:00+01:00", datetime(2026, 11, 16, 12)),
        ("timestamp", datetime(2026, 11, 16, 12), datetime(2026, 11, 16, 12)),
        ("timestamp", datetime(2026, 11, 16, 12, tzinfo=UTC), datetime(2026, 11, 16, 12)),
        ("timestamp", datetime(2026, 11, 16, 12, tzinfo=timezone(timedelta(hours=1))), datetime(2026, 11, 16, 11)),
    ],
)
def test_a_value_fits(scalar: ScalarType, given: object, expected: object) -> None:
    assert checked(Parameter("a", scalar), given) == expected


@pytest.mark.parametrize(
    ("scalar", "given"),
    [
        ("text", 7),
        ("text", True),
        ("text", ["a"]),
        ("text", None),
        ("text", "\udcff"),
        ("bigint", "abc"),
        ("bigint", ""),
        ("bigint", "1.0"),
        ("bigint", "\u0661"),
        ("bigint", 1.0),
        ("bigint", True),
        ("bigint", -1),
        ("bigint", 1 << 63),
        ("bigint", "9" * 10_000_000),
        ("boolean", "yes"),
        ("boolean", 1),
        ("boolean", None),
        ("timestamp", "yesterday"),
        ("timestamp", 7),
        ("timestamp", {"a": 1}),
        ("timestamp", "x" * 10_000_000),
    ],
    ids=lambda each: str(each)[:20],
)
def test_a_value_that_does_not_fit_is_one_short_line(scalar: ScalarType, given: object) -> None:
    with pytest.raises(UsageError) as raised:
        checked(Parameter("speed", scalar), given)
    assert str(raised.value).startswith("speed: ")
    assert len(str(raised.value)) < 200 and "\n" not in str(raised.value)


def test_a_list_is_given_as_one_or_as_its_only_element() -> None:
    assert checked(LIST_OF_TEXTS, ["a", "b,c", ""]) == ["a", "b,c", ""]
    assert checked(LIST_OF_TEXTS, ("a",)) == checked(LIST_OF_TEXTS, "a") == ["a"]
    assert checked(LIST_OF_TEXTS, []) == []
    for wrong in (["a", 7], [["a"]], None, [None]):
        with pytest.raises(UsageError, match="codes may be repeated"):
            checked(LIST_OF_TEXTS, wrong)


def test_null_is_for_parameters_that_may_be_null() -> None:
    assert checked(Parameter("a", "bigint", default=None), None) is None
    with pytest.raises(UsageError, match="a: null is not a whole number; write 100"):
        checked(Parameter("a", "bigint", default=7), None)


def test_an_error_names_question_and_parameter() -> None:
    with pytest.raises(UsageError, match="requests_with_code: status: 'abc' is not a whole number; write 100"):
        question("requests_with_code").bound({"status": "abc", "count": 1})


def test_the_scope_is_the_same_in_python_and_in_sql() -> None:
    declared = {each.name: each for each in statement(QUERIES / "in_scope.sql").parameters}
    types = {name: "timestamp" if name in ("start", "end") else "text" for name in Scope.__dataclass_fields__}
    assert {name: each.type for name, each in declared.items()} == types
    assert all(each.is_nullable for each in declared.values())


@pytest.mark.parametrize("name", question_names())
def test_the_same_name_has_the_same_type_in_every_question(name: str) -> None:
    types = {each.name: each.type for other in question_names() for each in question(other).parameters}
    assert all(types[each.name] == each.type for each in question(name).parameters)


@pytest.mark.parametrize("name", question_names())
def test_every_question_can_be_asked_in_texts(name: str) -> None:
    typed = {each.name: VALUE_OF_TYPE[each.type] for each in question(name).parameters}
    texts = {name: value if isinstance(value, list) else str(value) for name, value in typed.items()}
    assert question(name).bound(texts) == typed
