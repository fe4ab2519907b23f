"""Where the dashboard listens, and whom it answers there: nobody but this machine and a proxy that signs people in."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pixeldesk.errors import UsageError
from pixeldesk.server.gate.listening import is_on_loopback, may_come_in, require_sign_in
from pixeldesk.settings import Settings
from tests.command import ROOT, environment, run
from tests.server.push.served import Client
from tests.server.running import SERVE, UVICORN, all_of, running


@pytest.fixture
def own_address() -> str:
    """An address of this machine that others may reach."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # Nothing is sent. The address is for documents.
        except OSError:
            pytest.skip("this machine has no address but the loopback one")
        return str(probe.getsockname()[0])


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "0", "10.1.2.3", "::ffff:10.1.2.3", "none.invalid", "a b", "ü\x00"]
)
def test_off_loopback_it_does_not_start_and_says_what_to_do(host: str) -> None:
    with pytest.raises(UsageError, match="PIXELDESK_TRUSTED_PROXY=ADDRESS"):
        require_sign_in(Settings(host=host))
    require_sign_in(Settings(host=host, trusted_proxy="10.0.0.5"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "::1", "::ffff:127.0.0.1"])
def test_on_loopback_it_starts(host: str) -> None:
    assert is_on_loopback(host)
    require_sign_in(Settings(host=host))


def test_serve_ends_before_it_reads_or_makes_anything(tmp_path: Path) -> None:
    database, logs = tmp_path / "new" / "x.duckdb", ROOT / "sample_logs" / "logs"
    by_option = run("serve", "--host", "0.0.0.0", "--db", database, "--fill-empty", logs)
    by_setting = run("serve", "--db", database, env={"PIXELDESK_HOST": "::"})
    for ended in (by_option, by_setting):
        assert "PIXELDESK_TRUSTED_PROXY" in ended.complaint and "SSH tunnel" in ended.complaint
    assert list(tmp_path.iterdir()) == []


def test_the_door_of_the_dashboard_refuses_like_the_command(tmp_path: Path) -> None:
    env = environment({"PIXELDESK_HOST": "0.0.0.0", "PIXELDESK_DB": str(tmp_path / "x.duckdb")})
    ended = subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert "PIXELDESK_TRUSTED_PROXY" in ended.stderr


@pytest.mark.parametrize(
    ("proxy", "arrived_at", "peer", "is_let_in"),
    [
        ("", "127.0.0.1", "127.0.0.1", True),
        ("", "::1", "::1", True),
        ("", "::ffff:127.0.0.1", "::ffff:127.0.0.1", True),
        # What a proxy on this machine says of its client.
        ("", "127.0.0.1", "203.0.113.9", True),
        ("", None, None, True),
        ("", "/run/pixeldesk.sock", None, True),
        ("", "10.0.0.1", "10.0.0.1", False),
        ("", "10.0.0.1", "127.0.0.1", False),
        ("", "0.0.0.0", "127.0.0.1", False),
        ("", "testserver", "testclient", False),
        ("10.0.0.5", "10.0.0.1", "10.0.0.5", True),
        ("10.0.0.5", "10.0.0.1", "10.0.0.6", False),
        ("10.0.0.5", "10.0.0.1", None, False),
        ("10.0.0.5, fd00::/64,172.18.0.9/16", "::ffff:10.0.0.1", "::ffff:10.0.0.5", True),
        ("10.0.0.5, fd00::/64,172.18.0.9/16", "fd00::1", "fd00::7", True),
        ("10.0.0.5, fd00::/64,172.18.0.9/16", "172.18.0.2", "172.18.0.1", True),
        ("10.0.0.5, fd00::/64,172.18.0.9/16", "172.19.0.2", "172.19.0.1", False),
    ],
)
def test_who_is_let_in(proxy: str, arrived_at: str | None, peer: str | None, is_let_in: bool) -> None:
    assert may_come_in(Settings(trusted_proxy=proxy), arrived_at, peer) == is_let_in


def test_uvicorn_that_listens_everywhere_answers_this_machine_only(tmp_path: Path, own_address: str) -> None:
    with running(tmp_path, (*UVICORN, "--host", "0.0.0.0")) as server:
        outside = Client(server.port, None, own_address)
        for path in ("/", "/healthz", "/ingest", "/_stcore/health", "/metrics"):
            told = outside.ask("GET", path, X_Forwarded_For="127.0.0.1")
            assert (told.status, b"PIXELDESK_TRUSTED_PROXY" in told.body) == (403, True)
        assert server.client.ask("GET", "/").status == 200
        assert server.log.read_text().count("refused a request") == 1


def test_a_proxy_is_answered_and_nobody_else(tmp_path: Path, own_address: str) -> None:
    # Everybody's word on whom they speak for would be taken.
    env = {"PIXELDESK_HOST": "0.0.0.0", "PIXELDESK_TRUSTED_PROXY": own_address, "FORWARDED_ALLOW_IPS": "*"}
    with running(tmp_path, SERVE, env) as server:
        proxy = Client(server.port, None, own_address)
        assert proxy.ask("GET", "/", X_Forwarded_For="198.51.100.1").status == 200
        assert proxy.ask("GET", "/", Host="evil.test").status == 421
        with socket.create_connection((own_address, server.port), source_address=("127.0.0.9", 0)) as other:
            spoofed = f"GET / HTTP/1.1\r\nHost: {own_address}\r\nX-Forwarded-For: {own_address}\r\n\r\n"
            other.sendall(spoofed.encode())
            told = all_of(other)
        assert (told.split()[1], b"PIXELDESK_TRUSTED_PROXY" in told) == (b"403", True)
        assert server.client.ask("GET", "/healthz").status == 200
        shown = run("doctor", "--json", env={"PIXELDESK_DB": os.fspath(tmp_path / "pixeldesk.duckdb")}).json
        assert (shown["settings"]["trusted_proxy"], shown["settings"]["allowed_hosts"]) == (own_address, "")
