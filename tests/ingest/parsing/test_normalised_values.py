"""Methods and addresses are stored in one notation, however programs write them."""

import json
from pathlib import Path

from pixeldesk.desk.desk import Desk

ADDRESSES = {
    "203.0.113.9": "203.0.113.9",
    "203.0.113.9:51234": "203.0.113.9",
    "203.0.113.9, 10.0.0.1": "203.0.113.9",
    "unknown, 203.0.113.9:51234": "203.0.113.9",
    "::ffff:203.0.113.9": "203.0.113.9",
    "2001:db8::7": "2001:db8::7",
    "[2001:db8::7]:443": "2001:db8::7",
    "::1": "::1",
    "client.example.com": "client.example.com",
    "unknown": "192.0.2.1",
    "": "192.0.2.1",
}


def test_an_address_is_stored_without_its_port(desk: Desk, tmp_path: Path) -> None:
    lines = [
        {
            "msec": f"1796069761.{number:03}", "remote_addr": "192.0.2.1", "http_x_forwarded_for": written,
            "request_method": "get", "request_uri": "/v1/items", "status": 200,
        }
        for number, written in enumerate(ADDRESSES)
    ]  # fmt: skip
    (tmp_path / "access.log").write_text("".join(json.dumps(line) + "\n" for line in lines))
    desk.ingest([str(tmp_path / "access.log")])
    stored = desk.store.rows("SELECT client_ip, method FROM requests ORDER BY timestamp")
    assert [row["client_ip"] for row in stored] == [*ADDRESSES.values()]
    assert {row["method"] for row in stored} == {"GET"}
