"""The convention of `.sql` files: names, parameters and the rows that a statement selects from."""

from pathlib import Path

import duckdb
import pytest

from pixeldesk.sql_files import Parameter, Statement, statement, statements

ROOT = Path(__file__).parents[1]
# Scripts that the engine runs whole, not statements that Python reads.
SCRIPTS = {"schema.sql", "prelude_duckdb.sql"}


def every_statement() -> list[Statement]:
    """Return the statements of every file of the product, except of scripts."""
    found = [path for folder in ("ingest", "queries", "pixeldesk") for path in sorted((ROOT / folder).rglob("*.sql"))]
    return [
        each
        for path in dict.fromkeys(path.resolve() for path in found)
        if path.name not in SCRIPTS and "migrations" not in path.parts
        for each in statements(path).values()
    ]


def written(folder: Path, text: str, name: str = "a") -> Path:
    path = folder / f"{name}.sql"
    path.write_text(text)
    return path


@pytest.mark.parametrize("given", every_statement(), ids=lambda each: each.name)
def test_a_head_declares_the_parameters_of_its_sql(given: Statement) -> None:
    (parsed,) = duckdb.extract_statements(given.sql)
    assert parsed.named_parameters == {each.name for each in given.parameters}


def test_a_head_describes_a_statement(tmp_path: Path) -> None:
    text = """-- Which requests are slow?
-- Only those that succeeded.
-- $since timestamp
-- $codes text[] = []
-- $limit bigint = 10, at most so many
-- $host text = null
SELECT 1
    -- A comment within.
    AS one;
"""
    found = statement(written(tmp_path, text))
    assert found.name == "a"
    assert found.about == "Which requests are slow?\nOnly those that succeeded."
    assert found.sql == "SELECT 1\n    -- A comment within.\n    AS one"
    since, codes, limit, host = found.parameters
    assert (since.type, since.is_required, since.is_nullable) == ("timestamp", True, False)
    assert (codes.type, codes.is_required, codes.default) == ("text[]", False, [])
    assert limit == Parameter("limit", "bigint", default=10, description="at most so many")
    assert (host.is_required, host.is_nullable) == (False, True)


def test_a_file_of_several_names_each(tmp_path: Path) -> None:
    text = """-- About all of them.

-- name: first
-- What is first?
SELECT '-- name: no name';

-- name: second
-- $a text
SELECT $a
"""
    found = statements(written(tmp_path, text))
    assert list(found) == ["first", "second"]
    assert found["first"].sql == "SELECT '-- name: no name'"
    assert found["first"].about == "What is first?"
    assert [each.name for each in found["second"].parameters] == ["a"]


@pytest.mark.parametrize("sql", ["SELECT n FROM numbers", "WITH other AS (SELECT n FROM numbers) SELECT n FROM other"])
def test_a_statement_selects_from_another_file(sql: str, tmp_path: Path) -> None:
    written(
        tmp_path,
        "-- Which?\n-- $least bigint\nSELECT n FROM range(5) AS all_of_them(n) WHERE n >= $least",
        "numbers",
    )
    found = statement(
        written(tmp_path, f"-- Those numbers?\n-- $least bigint\n-- with numbers\n{sql} WHERE n <> $least")
    )
    assert [each.name for each in found.parameters] == ["least"]
    assert duckdb.execute(found.sql, found.bound({"least": 3})).fetchall() == [(4,)]


def test_a_query_may_end_with_a_comment(tmp_path: Path) -> None:
    found = statement(written(tmp_path, "SELECT * FROM given")).selecting_from("given", "SELECT 1 -- the first")
    assert duckdb.execute(found.sql).fetchall() == [(1,)]


def test_values_are_bound_by_the_head(tmp_path: Path) -> None:
    found = statement(written(tmp_path, "-- $a text\n-- $b text = null\nSELECT $a, $b"))
    assert found.bound({"a": "x", "c": "y"}) == {"a": "x", "b": None}
    with pytest.raises(KeyError, match="a"):
        found.bound({"b": "x"})


@pytest.mark.parametrize("declared", ["since", "since date", "Since is a time", "limit bigint = many"])
def test_a_malformed_head_names_its_file(declared: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.sql"):
        statement(written(tmp_path, f"-- ${declared}\nSELECT 1"))
