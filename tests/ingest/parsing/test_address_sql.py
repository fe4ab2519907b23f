"""The address of a client, from what proxies write about it."""

import ipaddress
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.parsing.address_sql import address_sql
from tests.log_lines import request_line, write_lines

_engine = duckdb.connect()

ADDRESSES = {
    "203.0.113.9": "203.0.113.9",
    " 203.0.113.9 ": "203.0.113.9",
    "203.0.113.9:51234": "203.0.113.9",
    "203.0.113.9:51234, 10.0.0.2": "203.0.113.9",
    "203.0.113.9,10.0.0.2": "203.0.113.9",
    "[2001:db8::7]:443": "2001:db8::7",
    "[2001:db8::7]": "2001:db8::7",
    "2001:DB8::7": "2001:db8::7",
    "::1": "::1",
    "fe80::1%eth0": "fe80::1",
    "64:ff9b::192.0.2.33": "64:ff9b::192.0.2.33",
    "::ffff:203.0.113.9": "203.0.113.9",
    "[::FFFF:203.0.113.9]:80": "203.0.113.9",
    "unknown, 203.0.113.9": "203.0.113.9",
    "unknown,unknown , 203.0.113.9:1": "203.0.113.9",
    "-, 203.0.113.9": "203.0.113.9",
    "_hidden, 203.0.113.9": "203.0.113.9",
    '["203.0.113.9", "10.0.0.2"]': "203.0.113.9",
    "for=203.0.113.9;proto=https;by=10.0.0.1, for=10.0.0.2": "203.0.113.9",
    'For="[2001:db8::1]:4711"': "2001:db8::1",
    'by=10.0.0.1;for=unknown, for="203.0.113.9:80"': "203.0.113.9",
}
NAMES = ["client.example.com", "AWS Internal", "localhost", "203.0.113.999"]
NOTHING = ["unknown", "UNKNOWN", "_hidden", "for=_gazonk;by=203.0.113.43", "unknown, unknown", 'for="_x"', "a, b"]


def address(*texts: str | None) -> str | None:
    """Return what the engine reads of some texts, the first first."""
    names = [f"t{n}" for n in range(len(texts))]
    columns = ", ".join(f"${n + 1}::VARCHAR AS {name}" for n, name in enumerate(names))
    with _engine.cursor() as cursor:
        ((found,),) = cursor.execute(f"SELECT {address_sql(names)} FROM (SELECT {columns})", list(texts)).fetchall()
    return None if found is None else str(found)


@pytest.mark.parametrize("text", ADDRESSES)
def test_the_first_address(text: str) -> None:
    assert address(text) == ADDRESSES[text]
    assert address(None, text) == address(text, "198.51.100.1") == ADDRESSES[text]


@pytest.mark.parametrize("text", NAMES)
def test_the_name_of_a_host(text: str) -> None:
    assert address(text) == text


@pytest.mark.parametrize("text", NOTHING)
def test_no_address(text: str) -> None:
    assert address(text) is None
    assert address(text, "203.0.113.9:80") == "203.0.113.9"


@given(st.ip_addresses(), st.sampled_from(["{}", "{}, 10.0.0.1", "unknown, {}", '["{}"]']))
@hypothesis_settings(max_examples=60, deadline=None)
def test_any_address(given_address: ipaddress.IPv4Address | ipaddress.IPv6Address, around: str) -> None:
    written = [str(given_address)]
    if isinstance(given_address, ipaddress.IPv6Address):
        written.append(f"[{given_address.exploded}]:443")
    for text in written:
        found = address(around.format(text))
        assert found is not None
        assert ipaddress.ip_address(found) in (given_address, getattr(given_address, "ipv4_mapped", None))


def test_every_format_reads_it(desk: Desk, tmp_path: Path) -> None:
    client = {"ip": "unknown, 203.0.113.9:51234", "user_agent": "x"}
    proxied = {"time_local": "20/Nov/2026:10:00:00 +0100", "remote_addr": "10.0.0.1", "request": "GET / HTTP/1.1"}
    nginx = {**proxied, "status": 200, "request_time": 0.1, "http_x_forwarded_for": "unknown"}
    desk.ingest([str(write_lines(tmp_path / "a.log", [request_line(client=client)]))])
    desk.ingest([str(write_lines(tmp_path / "b.log", [nginx]))])
    rows = desk.store.rows("SELECT client_ip FROM requests ORDER BY client_ip")
    assert [row["client_ip"] for row in rows] == ["10.0.0.1", "203.0.113.9"]
