"""Check retention rules: which rule matches, the cutoff to the day, and one clear line for malformed rules."""

from datetime import datetime
from pathlib import Path

import pytest

from pixeldesk.errors import UsageError
from pixeldesk.retention.rules import Rule, parse_rules, rule_for

RULES = "production:5xx=400d, production:404=7d,production=90d, *:2xx=14d , *=180d"


@pytest.mark.parametrize(
    ("environment", "status", "days"),
    [
        ("production", 503, 400),
        ("production", 404, 7),
        ("production", 403, 90),
        ("production", None, 90),
        ("staging", 503, 180),
        ("staging", 204, 14),
        ("staging", None, 180),
        (None, 200, 14),
        (None, None, 180),
    ],
)
def test_the_first_matching_rule_applies(environment: str | None, status: int | None, days: int) -> None:
    rule = rule_for(parse_rules(RULES), environment, status)
    assert rule is not None
    assert rule.days == days


def test_a_line_without_a_matching_rule_is_stored_forever() -> None:
    rules = parse_rules("production:5xx=400d")
    assert rule_for(rules, "production", 200) is None
    assert rule_for(rules, "production", None) is None
    assert rule_for(rules, "staging", 500) is None
    assert parse_rules("") == parse_rules(" , ") == []


@pytest.mark.parametrize("moment", [datetime(2026, 11, 24), datetime(2026, 11, 24, 23, 59, 59, 999_999)])
def test_the_days_are_counted_without_today(moment: datetime) -> None:
    assert Rule("production", None, 3).cutoff(moment) == datetime(2026, 11, 21)


@pytest.mark.parametrize(
    "setting",
    [
        "production",
        "production=90",
        "production=0d",
        "=90d",
        "production:6xx=9d",
        "production:=9d",
        "a=1d=2d",
        "a=-1d",
        "a:5xx:b=1d",
        "a=99999d",
        "production=90d;staging=9d",
    ],
)
def test_a_malformed_rule_is_refused_in_one_line(setting: str) -> None:
    with pytest.raises(UsageError, match=r"^PIXELDESK_RETENTION: [^\n]*$"):
        parse_rules(setting)


def test_a_file_of_rules(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\nenvironment = "a=b, c"\nstatus = "5xx"\ndays = 9\n[[rule]]\nenvironment = "*"\ndays = 3')
    assert parse_rules(str(path)) == [Rule("a=b, c", "5xx", 9), Rule("*", None, 3)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "rule = 1",
        "[[rule]]\ndays = 3",
        '[[rule]]\nenvironment = "a"\ndays = true',
        "other = 1\n[[rule]]",
        '[[rule]]\nenvironment = "a"\ndays = 3\nstate = "5xx"',
        '[[rule]]\nenvironment = "a"\ndays = 3\nstatus = "5"',
    ],
)
def test_a_file_without_rules_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=str(path)):
        parse_rules(str(path))
    with pytest.raises(UsageError, match="nowhere"):
        parse_rules("nowhere.toml")
