"""The setting that configures the senders of push."""

import pytest
from pydantic import Secret

from pixeldesk.errors import UsageError
from pixeldesk.server.push.senders import parse_senders
from pixeldesk.settings import Settings

ONE, OTHER = "a-token-of-sixteen-1", "a-token-of-sixteen-2="


def test_senders_are_recognised_by_their_tokens() -> None:
    senders = parse_senders(f"web={ONE}, edge-1={OTHER},")
    found = [
        senders.by_token(header) for header in (f"Bearer {ONE}", f"bearer  {OTHER}", ONE, "Bearer ", f"Basic {ONE}")
    ]
    assert [sender and sender.source for sender in found] == ["push:web", "push:edge-1", None, None, None]
    assert not parse_senders("")


@pytest.mark.parametrize(
    "tokens",
    [
        "secret-secret-secret",
        "=secret-secret-secret",
        "a b=secret-secret-secret",
        "a=secret",
        "a=secret-secret-s\u00e9cret",
        "a=secret-secret-secret,a=secret-secret-other",
        "a=secret-secret-secret,b=secret-secret-secret",
    ],
)
def test_an_invalid_setting_is_refused_without_showing_a_token(tokens: str) -> None:
    with pytest.raises(UsageError, match="PIXELDESK_PUSH_TOKENS") as refused:
        parse_senders(tokens)
    assert "secret" not in str(refused.value)


def test_no_setting_tells_a_token() -> None:
    settings = Settings(push_tokens=Secret(f"web={ONE}"), metrics_token=Secret(ONE))
    assert ONE not in f"{settings!r}{settings}{settings.model_dump()}{parse_senders(f'web={ONE}')._senders}"


def test_the_server_does_not_start_with_senders_that_cannot_be_meant() -> None:
    from pixeldesk.server.app import run_dashboard

    with pytest.raises(UsageError, match="needs 16"):
        run_dashboard(Settings(push_tokens=Secret("web=short")))
