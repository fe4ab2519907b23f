"""The names of the desk, by its settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixeldesk.server.gate.names import Authority, Names, authority_of
from pixeldesk.settings import Settings


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Desk.Example.COM.:8443", Authority("desk.example.com", 8443)),
        ("localhost:", Authority("localhost")),
        ("[::1]:80", Authority("::1", 80)),
        ("[0:0:0:0:0:0:0:1]", Authority("::1")),
        ("[::ffff:127.0.0.1]", Authority("127.0.0.1")),
        ("::1", None),
        ("[evil.test]", None),
        ("[abc]", None),
        ("a b", None),
        ("localhost\n", None),
        ("localhost:80:80", None),
        ("localhost/x", None),
        ("x@localhost", None),
        ("", None),
        (":80", None),
    ],
)
def test_what_a_host_names(text: str, found: Authority | None) -> None:
    assert authority_of(text) == found


@pytest.mark.parametrize(
    ("settings", "host", "arrived_at", "is_known"),
    [
        (Settings(), "localhost", "127.0.0.1", True),
        (Settings(), "127.0.0.1", None, True),
        (Settings(), "127.0.0.9", "127.0.0.9", True),
        (Settings(), "127.0.0.9", "127.0.0.1", False),
        (Settings(host="10.0.0.1"), "10.0.0.1", "127.0.0.1", True),
        (Settings(host="Desk.internal"), "desk.internal", "10.0.0.1", True),
        (Settings(host="fd00::1"), "[fd00:0::1]", "::1", True),
        (Settings(host="0.0.0.0"), "0.0.0.0", "127.0.0.1", False),
        (Settings(host="::"), "[::]", "::1", False),
        # An address is not a name that somebody could have resolved to it.
        (Settings(host="0.0.0.0"), "172.18.0.2", "172.18.0.2", True),
        (Settings(host="::"), "172.18.0.2", "::ffff:172.18.0.2", True),
        (Settings(host="0.0.0.0"), "evil.test", "evil.test", False),
        (Settings(public_url="https://desk.example.com/tools"), "desk.example.com", "127.0.0.1", True),
        (Settings(public_url="desk.example.com"), "desk.example.com", "127.0.0.1", False),
        (Settings(public_url="http://[::1"), "desk.example.com", "127.0.0.1", False),
        (Settings(allowed_hosts="a, b.example"), "b.example", "127.0.0.1", True),
        (Settings(allowed_hosts="a, b.example"), "c.b.example", "127.0.0.1", False),
    ],
)
def test_by_what_the_desk_is_known(settings: Settings, host: str, arrived_at: str | None, is_known: bool) -> None:
    found = authority_of(host)
    assert found is not None
    assert Names(settings).know(found, arrived_at) == is_known


@given(st.text(), st.text())
def test_no_text_is_the_origin_of_a_page_but_the_desks(text: str, other: str) -> None:
    names = Names(Settings(public_url=text))
    host = Authority("localhost", 8501)
    assert names.are_of("http://localhost:8501", host)
    assert not names.are_of(other, host) or other.startswith(("http://", "https://"))


@pytest.mark.parametrize("wrong", ["*", "a b", "https://desk.example.com", "desk.example.com:80", "[x]"])
def test_names_that_are_none_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no host name"):
        Settings(allowed_hosts=f"fine, {wrong}")
    with pytest.raises(ValueError, match="is no address and no network"):
        Settings(trusted_proxy=f"10.0.0.5, {wrong}")
