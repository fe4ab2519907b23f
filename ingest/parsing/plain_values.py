"""Generate the SQL that turns lists and objects of OTLP into plain JSON, in DuckDB.

`{"kvlistValue": {"values": [{"key": "id", "value": {"intValue": "7"}}]}}` becomes `{"id": "7"}`. Each is opened to its
members, a level at a time, and the texts of all are joined in order. Lambdas within lambdas would say the same, and
take DuckDB a second to plan at four levels.
"""

import json

from pixeldesk.ingest.sql import literal

_SCALARS = ("stringValue", "intValue", "doubleValue", "boolValue", "bytesValue")
KINDS = (*_SCALARS, "arrayValue", "kvlistValue")
"""The names of the kinds of a value."""
_VALUE = {
    **dict.fromkeys(_SCALARS, "JSON"),
    "arrayValue": {"values": ["JSON"]},
    "kvlistValue": {"values": [{"key": "VARCHAR", "value": "JSON"}]},
}
# How deep values are opened: each level is parsed again.
_DEEPEST = 16


def is_nested_sql(text: str) -> str:
    """Return the condition that a list or an object of OTLP is in a text."""
    return f"""(contains({text}, '"kvlistValue"') OR contains({text}, '"arrayValue"'))"""


def with_plain_sql(sql: str, value: str) -> str:
    """Add the column `plain` to a SELECT: `value`, the text of an OTLP value, as plain JSON; NULL if it is not nested.

    What lies deeper than 16 levels, or is no value of OTLP, stays as it is.
    """
    parsed = f"TRY(from_json(value, {literal(json.dumps(_VALUE))})) AS parsed"
    scalar = f"coalesce({', '.join(f'(parsed.{kind})::VARCHAR' for kind in _SCALARS)})"
    is_open = f"(len(path) < {_DEEPEST} AND (parsed.kvlistValue IS NOT NULL OR parsed.arrayValue IS NOT NULL))"
    return f"""WITH RECURSIVE base AS MATERIALIZED (
            SELECT *, {value} AS otlp FROM ({sql})
        ), nodes AS (
            SELECT otlp, []::INTEGER[] AS path, '' AS before, value, {parsed}
            FROM (SELECT DISTINCT otlp, otlp AS value FROM base WHERE {is_nested_sql("otlp")})
            UNION ALL
            SELECT otlp, path, before, value, {parsed} FROM ({_MEMBERS.format(is_open=is_open)})
        ), texts AS (
            SELECT otlp, path, before || CASE WHEN NOT {is_open} THEN coalesce({scalar}, nullif(value, '{{}}'), 'null')
                WHEN parsed.kvlistValue IS NULL THEN '[' ELSE '{{' END AS text
            FROM nodes
            UNION ALL
            SELECT otlp, list_append(path, {2**31 - 1}), CASE WHEN parsed.kvlistValue IS NULL THEN ']' ELSE '}}' END
            FROM nodes WHERE {is_open}
        ), joined AS (
            SELECT otlp, string_agg(text, '' ORDER BY path)::JSON AS plain FROM texts GROUP BY otlp
        )
        SELECT base.* EXCLUDE (otlp), joined.plain FROM base LEFT JOIN joined ON joined.otlp = base.otlp"""


# The members of the nodes of a level. What is before a member in the text: a comma, and its name in an object.
_MEMBERS = """
    SELECT otlp, list_append(path, index) AS path, value,
        CASE WHEN index > 1 THEN ',' ELSE '' END || coalesce(to_json(name)::VARCHAR || ':', '') AS before
    FROM (SELECT otlp, path, unnest(members, max_depth := 2), generate_subscripts(members, 1)::INTEGER AS index
        FROM (SELECT otlp, path, coalesce(
                list_transform(parsed.kvlistValue.values,
                    lambda each: {{name: coalesce(each.key, ''), value: each.value::VARCHAR}}),
                list_transform(parsed.arrayValue.values,
                    lambda each: {{name: NULL::VARCHAR, value: each::VARCHAR}})) AS members
            FROM nodes WHERE {is_open}))"""
