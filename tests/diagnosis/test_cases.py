"""Every case file is a finished document, and each of its examples is diagnosed as it says."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.diagnosis.case_file import Case, Example, cases
from pixeldesk.diagnosis.case_reply import FACTS
from pixeldesk.diagnosis.diagnose import diagnose
from tests.diagnosis.example_lines import example_lines
from tests.log_lines import write_lines

EVERY_CASE = [pytest.param(case, id=case.name) for case in cases()]
EVERY_EXAMPLE = [
    pytest.param(case, example, id=f"{case.name}: {example.name}") for case in cases() for example in case.example
]


def _texts(value: Any) -> Iterator[str]:
    """Every text in a part of a case file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


@pytest.mark.parametrize(("case", "example"), EVERY_EXAMPLE)
def test_an_example_is_diagnosed_as_it_says(case: Case, example: Example, desk: Desk, tmp_path: Path) -> None:
    lines = example_lines(example)
    counts = desk.ingest([str(write_lines(tmp_path / "example.log", lines))])
    assert counts.requests == counts.lines == len(lines)

    found = diagnose(desk.store)
    found_cases = {one.case for one in found}
    if example.is_it:
        assert case.name in found_cases
    else:
        # Its `why` names the cases that it is, or says that there is none.
        assert found_cases == {one.name for one in cases() if one.name in example.why} - {case.name}
        assert found_cases or "No case" in example.why

    ids = {line["request_id"] for line in lines}
    for one in found:
        assert one.evidence
        assert set(one.evidence) <= ids
        assert one.customer_id == (None if one.case == "scanner" else "cus_ours")
        for text in (*one.for_, *one.against, one.since or "", one.reply):
            _assert_readable(text)
        assert not [secret for secret in _not_for_customers(lines) if secret in one.reply]


def _not_for_customers(lines: list[dict[str, Any]]) -> set[str]:
    """What a reply may not repeat: beginnings and fingerprints of keys, hosts, addresses, customers."""
    parts = [one for line in lines for one in (line, line.get("api_key", {}), line["client"], line.get("upstream", {}))]
    names = ("customer_id", "host", "ip", "user_agent", "id", "fingerprint", "prefix", "jwt_fingerprint", "message")
    return {part[name].strip() for part in parts for name in names if part.get(name)}


def _assert_readable(text: str) -> None:
    assert not set("{}$") & set(re.sub("/[{][a-z]+[}]", "", text)), text  # a route such as /pixel/pipes/{pipe} may
    assert not re.search(r"\bnever\b|\bNone\b|\bnan\b|TODO", text), text


@pytest.mark.parametrize("case", EVERY_CASE)
def test_a_case_shows_what_is_it_and_what_is_not(case: Case) -> None:
    assert {example.is_it for example in case.example} == {True, False}
    names = [example.name for example in case.example]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", EVERY_CASE)
def test_a_case_is_a_finished_document(case: Case) -> None:
    document = case.model_dump(by_alias=True)
    texts = list(_texts(document))
    assert not [text for text in texts if "TODO" in text]
    assert all(document[part] for part in ("title", "happened", "shows", "looks_like", "fix", "for", "reply"))
    told = [*_texts(document["for"]), *_texts(document["against"]), *_texts(document["reply"])]
    assert not [text for text in told if "never" in text.lower()]
    prose = [case.happened, case.shows, case.fix, *case.looks_like, *told]
    assert not [text for text in prose if "\n" in text or "  " in text or text != text.strip()]


@pytest.mark.parametrize("case", EVERY_CASE)
def test_a_reply_names_known_facts_only_and_stands_without_the_rare_ones(case: Case) -> None:
    always = {"count", "span", "first", "last", "days"}
    facts = [
        (part, set(Template(text).get_identifiers()))
        for part in ("happened", "steps")
        for text in getattr(case.reply, part)
    ]
    assert all(Template(text).is_valid() for text in _texts(case.reply.model_dump()))
    assert all(names <= set(FACTS) for _, names in facts)
    assert not Template(case.reply.afterwards).get_identifiers()
    for part in ("happened", "steps"):
        assert any(names <= always for where, names in facts if where == part)


@pytest.mark.parametrize("case", EVERY_CASE)
def test_looks_like_and_examples_speak_of_cases_that_exist(case: Case) -> None:
    names = {one.name for one in cases()}
    mentioned = {
        word.strip(".,:;") for text in case.looks_like for word in text.split(":")[0].replace(" and ", " ").split()
    }
    assert {word for word in mentioned if "_" in word} <= names
