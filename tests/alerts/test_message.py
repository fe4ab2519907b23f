"""Check what an alert says, as Slack and Mattermost read it."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from pixeldesk.alerts.inert import inert
from pixeldesk.alerts.message import message
from pixeldesk.incidents.incident import ANY_SERVER_ERROR, ChangeKind, Incident
from tests.alerts.made_incidents import change, ended, incident

DESK = "https://desk.example"
# One of our links, and a code span as both read it.
LINK = re.compile(r"<(https?://[^|<>\s]+)\|([^|<>]+)>")
CODE = re.compile(r"`[^`\n]+`")


class SlackPayload(BaseModel):
    """What Slack's incoming webhooks accept (docs.slack.dev): at most 40,000 characters."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=40_000)


class MattermostPayload(BaseModel):
    """What Mattermost's incoming webhooks accept (docs.mattermost.com): at most 16,383 characters."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=16_383)


def text_of(kind: ChangeKind, one: Incident, desk_url: str = DESK) -> str:
    """Return the text of an alert, after checking that both receivers would accept it."""
    payload = json.dumps(message(kind, one, desk_url))
    assert SlackPayload.model_validate_json(payload).text == MattermostPayload.model_validate_json(payload).text
    return str(json.loads(payload)["text"])


def asked_of_errors(text: str) -> dict[str, list[str]]:
    """Return the query parameters of the link to the errors."""
    return parse_qs(urlsplit(LINK.findall(text)[1][0]).query)


def test_an_opening() -> None:
    assert text_of("opened", incident()).splitlines() == [
        "Incident opened: `ingest_unavailable` in `production`",
        "Since 16 Nov 2026 12:00 UTC, last seen 16 Nov 2026 12:09.",
        "23 failed requests a minute, 31 at the peak, 0.021 expected.",
        "230 requests of 14 customers on `web-1`, `web-2`.",
        "• `web-1 answered 100 % of them, and 26 % of the requests that succeeded meanwhile`",
        "Examples: `req_A0000001`, `req_A0000002`",
        "<https://desk.example/incident?id=in_5d41|The incident> · <https://desk.example/errors?"
        "from=2026-11-16T11%3A45Z&to=2026-11-16T12%3A24Z&environment=production"
        "&code=ingest_unavailable|The errors>",
    ]


def test_growth_and_end() -> None:
    grown = text_of("grew", incident(change("grew", 40), rate_per_minute=3.456, customers=1, requests=1))
    assert grown.startswith("Incident grew: `ingest_unavailable` in `production`\n")
    assert "3.5 failed requests a minute" in grown
    assert "1 request of 1 customer on" in grown
    over = text_of("ended", ended())
    assert over.startswith("Incident ended: `ingest_unavailable` in `production`\n")
    assert "From 16 Nov 2026 12:00 to 16 Nov 2026 12:22 UTC, 22 min.\n" in over


def test_unknown_facts_are_left_out() -> None:
    bare = incident(
        code=ANY_SERVER_ERROR,
        environment=None,
        customers=0,
        callers=3,
        hosts=(),
        differs=(),
        examples=(),
        is_learning=True,
        requests=1234,
    )
    lines = text_of("opened", bare).splitlines()
    assert lines[0] == "Incident opened: any server error"
    assert lines[2] == "23 failed requests a minute, 31 at the peak, 0.021 expected (from less than a week of history)."
    assert lines[3] == "1,234 requests of 3 callers whose customer the logs do not name."
    assert len(lines) == 5
    assert asked_of_errors(lines[4]).keys() == {"from", "to", "code"}
    assert asked_of_errors(lines[4])["code"] == ["5xx"]
    codeless = text_of("opened", incident(code="no code"))
    assert codeless.startswith("Incident opened: `no code` in `production`\n")
    assert asked_of_errors(codeless).keys() == {"from", "to", "environment"}


def test_it_stays_short() -> None:
    many = incident(
        code="x" * 9000,
        hosts=tuple(f"web-{n}" for n in range(500)),
        differs=tuple(f"{n} " + "x" * 9000 for n in range(99)),
        examples=tuple(f"req_{n:09}" for n in range(99)),
    )
    text = text_of("opened", many)
    assert len(text) < 2000
    assert "`web-7` and 492 more." in text
    assert (text.count("…"), text.count("•")) == (4, 3)


ATTACKS = [
    "<!channel>",
    "<!here> <!everyone> <@U024BE7LH> <#C024BE7LR> <!subteam^SAZ94GDB8>",
    "@channel @all @here @everyone @root",
    "<https://evil.example|The incident>",
    "[The incident](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example/?a=1&b=2",
    "` <!channel> `",
    "```\n<!channel>\n```",
    "\r\n# Heading\n> quote\n",
    "&lt;!channel&gt; &amp; &#64;channel",
    "\u202e\u2028\u200b\x00\x1b[31m",
    "",
    "   ",
    "`",
    "\\`@channel\\`",
]


def is_inert(text: str) -> bool:
    """Return whether a text has nothing but our links and our words outside of code spans."""
    prose = CODE.sub("", LINK.sub("", text))
    return not re.search(r"[`<>@&\[\]!*_#~\\]|://", prose)


@pytest.mark.parametrize("attack", ATTACKS)
def test_log_text_mentions_nobody_and_links_nowhere(attack: str) -> None:
    hostile: dict[str, Any] = dict.fromkeys(("id", "code", "environment"), attack)
    hostile |= dict.fromkeys(("hosts", "differs", "examples"), (attack, attack))
    text = text_of("opened", incident(**hostile))
    assert is_inert(text), text
    links = [urlsplit(address) for address, _ in LINK.findall(text)]
    assert [(link.scheme, link.netloc, link.path) for link in links] == [
        ("https", "desk.example", "/incident"),
        ("https", "desk.example", "/errors"),
    ]
    assert len(text.splitlines()) == 8
    assert all(character.isprintable() for character in text.replace("\n", ""))


@hypothesis_settings(deadline=None)
@given(st.text())
@example("`")
@example("a ` b ` c")
@example("see https://evil.example")
def test_no_text_ends_its_code_span(text: str) -> None:
    span = inert(text)
    assert CODE.fullmatch(span)
    assert not set(span) & set("<>@&\n\r")
    assert "://" not in span
    assert span.strip("` ") or text == ""
    assert len(span) <= 202


@hypothesis_settings(deadline=None)
@given(st.text(st.characters(exclude_characters="`<>@&", categories=("L", "N", "P", "S")), min_size=1, max_size=200))
def test_harmless_text_is_shown_unchanged(text: str) -> None:
    assert inert(text.replace("://", ":")) == f"`{text.replace('://', ':')}`"
