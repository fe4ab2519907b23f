"""Addresses and mail addresses are shortened or dropped, and nothing else is."""

import json
from pathlib import Path

import duckdb
import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.redaction.personal_data import PersonalData, personal_data_sql
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.formats.log_makers import nginx_line, pino_line
from tests.log_lines import Line, event_line, failed_line, request_line, write_lines


def _made(text: str, personal_data: PersonalData) -> str:
    with duckdb.connect() as connection:
        sql = f"SELECT {personal_data_sql('text', personal_data)} FROM (SELECT $text AS text)"
        once = connection.execute(sql, {"text": text}).fetchall()[0][0]
        assert connection.execute(sql, {"text": once}).fetchall()[0][0] == once
        return str(once)


@pytest.mark.parametrize(
    ("text", "shortened", "dropped"),
    [
        ("203.0.113.9", "203.0.113.0", "unknown"),
        ("203.0.113.9:4711", "203.0.113.0:4711", "unknown:4711"),
        ("from 203.0.113.9.", "from 203.0.113.0.", "from unknown."),
        ("203.0.113.9,198.51.100.7,192.0.2.1", "203.0.113.0,198.51.100.0,192.0.2.0", "unknown,unknown,unknown"),
        ('for="203.0.113.9";by=203.0.113.43', 'for="203.0.113.0";by=203.0.113.0', 'for="unknown";by=unknown'),
        ("http://203.0.113.9/a", "http://203.0.113.0/a", "http://unknown/a"),
        ("remote /203.0.113.9:52", "remote /203.0.113.0:52", "remote /unknown:52"),
        (r"a\n203.0.113.9\tb", r"a\n203.0.113.0\tb", r"a\nunknown\tb"),
        ("?ip%3D203.0.113.9%26b", "?ip%3D203.0.113.0%26b", "?ip%3Dunknown%26b"),
        ("::ffff:203.0.113.9", "::ffff:203.0.113.0", "::ffff:unknown"),
        ("2001:db8:ee26:c10a::1", "2001:db8:ee26::", "unknown"),
        ("2001:db8:ee26:c10a:1:2:3:4", "2001:db8:ee26::", "unknown"),
        ("[2001:db8::7]:4711", "[2001:db8::]:4711", "[unknown]:4711"),
        ("2001:DB8::", "2001:DB8::", "unknown"),
        ("2a02::9:8", "2a02::", "unknown"),
        ("?ip=2001%3Adb8%3A1%3A2%3A%3A7&b", "?ip=2001%3Adb8%3A1::&b", "?ip=unknown&b"),
        ("jo.doe+x@mail.example.com", "x@mail.example.com", "x@mail.invalid"),
        ("<jo@a.example>,<al@b.example>", "<x@a.example>,<x@b.example>", "<x@mail.invalid>,<x@mail.invalid>"),
        ("?mail=jo%2Bx%40a.example&b=1", "?mail=x%40a.example&b=1", "?mail=x%40mail.invalid&b=1"),
        ("jörg@münchen.example", "x@münchen.example", "x@mail.invalid"),
        (r"a\njo@a.example", r"a\nx@a.example", r"a\nx@mail.invalid"),
        (r"C:\\jo@a.example", r"C:\\x@a.example", r"C:\\x@mail.invalid"),
        (r"\u003cjo@a.example\u003e", r"\u003cx@a.example\u003e", r"\u003cx@mail.invalid\u003e"),
    ],
)
def test_what_is_personal(text: str, shortened: str, dropped: str) -> None:
    assert _made(text, "keep") == text
    assert _made(text, "shorten") == shortened
    assert _made(text, "drop") == dropped


@pytest.mark.parametrize(
    "text",
    [
        "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36",
        "2026-11-16T12:00:00.123456Z 16/Nov/2026:10:30:45 +0000 10:30:45",
        "v1.2.3.4 lib-1.2.3.4 1.2.3.4-beta 1.2.3.4.5 1.2.3 256.1.1.1",
        "00:1b:44:11:3a:b7 std::vector Foo::Bar a::b arn:aws:s3:::bucket",
        "react@18.2.0 @decorator user@localhost git@",
        "req_7Qm2xV9cT4 4bf92f3577b34da6a3ce929d0e0e4736 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    ],
)
def test_what_is_not(text: str) -> None:
    assert _made(text, "shorten") == text
    assert _made(text, "drop") == text


def test_json_stays_json() -> None:
    texts = ["a\n1.2.3.4", "\\n@a.example", "\\jo@a.example", '"jo@a.example"', "é@a.example", "\x01jo@a.example"]
    record = {"inner": json.dumps(texts), "texts": texts}
    for text in (json.dumps(record), json.dumps(record, ensure_ascii=False), json.dumps({"again": json.dumps(record)})):
        for personal_data in ("shorten", "drop"):
            assert json.loads(_made(text, personal_data)).keys()


ADDRESSES = ("203.0.113.77", "2001:db8:ee26:c10a::77", "jo.doe77@mail.example.com")
IN_WORDS = f"from {ADDRESSES[0]} and {ADDRESSES[1]} for <{ADDRESSES[2]}>"


def _lines() -> list[Line]:
    ipv4, ipv6, mail = ADDRESSES
    return [
        request_line(request_id="req_native00001", client={"ip": ipv4, "user_agent": mail}, message=IN_WORDS),
        request_line(request_id="req_native00002", client={"ip": ipv6}, path=f"/x?mail={mail}&token=a1b2c3d4e5"),
        failed_line("invalid_body", 400, request_id="req_native00003", message=json.dumps({"of": [mail, ipv4]})),
        request_line(request_id="req_native00004", status="wrong", client={"ip": ipv4}, message=IN_WORDS),
        event_line(message=IN_WORDS),
        event_line(request_id=None, message=f"{IN_WORDS}\n{IN_WORDS}"),
        f'{ipv4} - {mail} [16/Nov/2026:12:00:01 +0000] "GET /?m={mail} HTTP/1.1" 200 5 "http://{ipv4}/" "curl/8"',
        f'{ipv6} - - [16/Nov/2026:12:00:02 +0000] "GET / HTTP/1.1" 500 5 "-" "curl/8"',
        {**nginx_line(http_referer=f"https://a.example/?mail={mail}"), "remote_addr": ipv4, "xff": f"{ipv6}, {ipv4}"},
        {"log": json.dumps(pino_line(msg=IN_WORDS)) + "\n", "stream": "stdout", "time": "2026-11-16T12:00:00Z"},
        {"unmapped": IN_WORDS},
        f"refused {IN_WORDS}",
        f"\xff refused {IN_WORDS}".encode("latin-1"),
        request_line(request_id="req_native00005", message=f"{IN_WORDS}{'x' * 2000}"),
    ]


@pytest.mark.parametrize("personal_data", ["keep", "shorten", "drop"])
def test_nothing_of_it_is_stored(tmp_path: Path, personal_data: PersonalData) -> None:
    log = write_lines(tmp_path / "app.log", _lines())
    settings = Settings(db=tmp_path / "store" / "x.duckdb", personal_data=personal_data, max_line_bytes=1024)
    desk = Desk(settings, open_store(settings))
    done = desk.ingest([str(log)])
    assert (done.lines, done.duplicates) == (len(_lines()), 0)
    found = desk.store.rows("SELECT request_id, client_ip FROM requests WHERE request_id LIKE 'req_native%'")
    addresses = {row["request_id"]: row["client_ip"] for row in found}
    kept = {
        "keep": ADDRESSES[:2],
        "shorten": ("203.0.113.0", "2001:db8:ee26::"),
        "drop": (None, None),
    }[personal_data]
    assert (addresses["req_native00001"], addresses["req_native00002"]) == kept
    again = tmp_path / "copy.log"
    again.write_bytes(b"\n" + log.read_bytes())
    assert desk.ingest([str(again)]).duplicates == len(_lines())
    desk.store.checkpoint()
    content = b"".join(path.read_bytes() for path in settings.db.parent.iterdir())
    desk.close()
    for address in ADDRESSES:
        assert (address.encode() in content) == (personal_data == "keep")


def test_another_setting_does_not_store_a_line_again(tmp_path: Path) -> None:
    log = write_lines(tmp_path / "app.log", _lines())
    settings = Settings(db=tmp_path / "store" / "x.duckdb")
    desk = Desk(settings, open_store(settings))
    first = desk.ingest([str(log)])
    for number, personal_data in enumerate(("shorten", "drop", "keep")):
        desk = Desk(settings.model_copy(update={"personal_data": personal_data}), desk.store)
        again = tmp_path / f"copy{number}.log"
        again.write_bytes(b"\n" * (number + 1) + log.read_bytes())
        assert desk.ingest([str(again)]).duplicates == first.lines
    desk.close()
