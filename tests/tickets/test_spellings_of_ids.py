"""Every kind of stored id is found in every way in which a ticket may write it, and nothing else is."""

import random
import string
import uuid
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.log_lines import moment, write_lines

CHANCE = random.Random(20261201)
BASE62 = string.digits + string.ascii_letters
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
IDS_OF_A_KIND = 2
Way = Callable[[str], str]


def chosen(alphabet: str, length: int) -> str:
    return "".join(CHANCE.choices(alphabet, k=length))


def own() -> str:
    return f"req_{chosen(BASE62, 8)}{chosen(string.digits, 1)}{chosen(string.ascii_letters, 1)}"


def hexadecimal(length: int) -> str:
    return f"{chosen('abcdef', 1)}{chosen('0123456789abcdef', length - 2)}{chosen(string.digits, 1)}"


def vercel() -> str:
    return f"fra1::iad1::{chosen('bcdfghj', 4)}7-{chosen('123456789', 13)}-{hexadecimal(12)}"


STORED: dict[str, Callable[[], str]] = {
    "own": own,
    "uuid": lambda: str(uuid.UUID(int=CHANCE.getrandbits(128), version=4)),
    "hex": lambda: hexadecimal(32),
    "ulid": lambda: f"01JD{chosen(CROCKFORD, 22)}",
    "nanoid": lambda: f"{chosen(BASE62, 9)}_{chosen(BASE62, 4)}-{chosen(string.digits, 2)}{chosen(BASE62, 4)}",
    "nanoid with marks": lambda: f"_{chosen(BASE62, 9)}-{chosen(string.digits, 2)}{chosen(BASE62, 7)}-",
    "gateway": lambda: f"{chosen(string.ascii_letters, 11)}AMF-7w="[-16:],
    "ray": lambda: f"{hexadecimal(16)}-{chosen(string.ascii_uppercase, 3)}",
    "vercel": vercel,
    "xray": lambda: f"Root=1-{hexadecimal(8)}-{hexadecimal(24)}",
    "trace": lambda: hexadecimal(32),
}
HEADERS = {"ray": "cf-ray", "vercel": "x-vercel-id", "xray": "x-amzn-trace-id"}
IDS = {kind: [make() for _ in range(IDS_OF_A_KIND)] for kind, make in STORED.items()}


def broken(between: str) -> Way:
    """Break an id in two at any place."""

    def write(request_id: str) -> str:
        at = CHANCE.randrange(2, len(request_id) - 1)
        return f"the id is {request_id[:at]}{between}{request_id[at:]} as you see"

    return write


def full_width(request_id: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) for each in request_id)


def hyphenated(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


EVERYWHERE: dict[str, Way] = {
    "alone": str,
    "with blanks": " \t{}\r\n ".format,
    "in a sentence": "Hello, since noon {} fails, please help".format,
    "at the end of a sentence": "Es geht um {}.".format,
    "in parentheses": "La petición ({}) falló".format,
    "in angle brackets": "see <{}>".format,
    "in quotation marks": "ошибка \u201e{}\u201c снова".format,
    "in backticks": "failed with `{}`!".format,
    "in Markdown": "- **{}**, twice".format,
    "after a label": "Request ID: {}\nStatus: 503".format,
    "after a label in Japanese": "リクエストID：{}です".format,
    "in JSON": '{{"error":{{"code":"x"}},"meta":{{"id":"{}"}}}}'.format,
    "in JSON within JSON": '{{\\"id\\":\\"{}\\"}}'.format,
    "in HTML": "<td class=mono>{}</td><td>503</td>".format,
    "in bold": "<p><b>{}</b></p>".format,
    "in a quotation": "> > {}\n> thanks".format,
    "full width": full_width,
    "with a zero-width space": lambda each: f"{each[:5]}\u200b{each[5:]}",
    "with a soft hyphen": lambda each: f"{each[:7]}\u00ad{each[7:]}",
    "with a break hint": lambda each: f"{each[:6]}<wbr>{each[6:]}",
    "broken by a line end": broken("\n"),
    "broken by a line end of a quotation": broken("\r\n> "),
    "broken by a soft line end": broken("=\n"),
    "broken by a mark": broken("<mark>"),
}
ALIKE = str.maketrans("aeopcxAEKMHOPCTX", "аеорсхАЕКМНОРСТХ")
FORMS: dict[str, dict[str, Way]] = {
    "own": {
        "in capitals": str.upper,
        "in small letters": str.lower,
        "with a hyphen": lambda each: each.replace("_", "-"),
        "with an en dash": lambda each: each.replace("_", "\u2013"),
        "with an asterisk": lambda each: each.replace("_", "*"),
        "with a blank within": lambda each: f"it is {each[:9]} {each[9:]} or so",
        "with a blank": lambda each: each.replace("_", "_ "),
        "with a blank before": lambda each: each.replace("_", " _"),
        "quoted-printable": lambda each: "id: " + each.replace("_", "=5F"),
        "with a bold prefix": lambda each: each.replace("req_", "<b>req_</b>"),
        "in look-alike letters": lambda each: each.translate(ALIKE),
        "without its prefix": lambda each: f"it says {each[4:]} here",
        "cut": lambda each: f"{each[:11]}\u2026",
        "cut by dots": lambda each: f"see {each[:12]}... for more",
        "cut without a mark": lambda each: f"id {each[:12]}",
        "with a suffix": lambda each: f"{each}_retry1",
        "with an airport": lambda each: f"{each}-FRA failed",
        "with a number": lambda each: f"{each}:2",
        "in a link": lambda each: f"https://app.example.com/e?rid={quote(each).replace('_', '%5F')}&x=1",
    },
    "uuid": {
        "in capitals": str.upper,
        "without hyphens": lambda each: each.replace("-", ""),
        "without hyphens in capitals": lambda each: each.replace("-", "").upper(),
        "in braces": "{{{}}}".format,
        "with underscores": lambda each: each.replace("-", "_"),
        "as a number": lambda each: f"0x{each.replace('-', '')}",
        "as a name": "urn:uuid:{}".format,
        "with en dashes": lambda each: each.replace("-", "\u2013"),
        "with non-breaking hyphens": lambda each: each.replace("-", "\u2011"),
        "with minus signs": lambda each: f"id {each.replace('-', chr(0x2212))}.",
        "with blanks": lambda each: each.replace("-", " - "),
        "over many lines": lambda each: each.replace("-", "-\n> "),
        "cut": lambda each: f"{each[:18]}\u2026",
    },
    "hex": {"in capitals": str.upper, "with hyphens": hyphenated},
    "ulid": {"in small letters": str.lower},
    "gateway": {
        "without its sign": lambda each: f"id {each[:-1]} says",
        "in a header": "x-amz-apigw-id: {}\r\ndate: 1".format,
    },
    "ray": {
        "without its airport": lambda each: f"Cloudflare Ray ID: {each[:16]}",
        "with another airport": lambda each: f"{each[:16]}-{'QQQ' if each[17:] != 'QQQ' else 'ZZZ'}",
        "in a header": "< cf-ray: {}".format,
    },
    "vercel": {
        "on the error page": lambda each: f"Code: FUNCTION_INVOCATION_TIMEOUT\nID: fra1::{each.rpartition(':')[2]}",
        "without regions": lambda each: f"error id {each.rpartition(':')[2]} please",
        "in a header": "x-vercel-id: {}".format,
    },
    "xray": {
        "bare": lambda each: f"trace {each.removeprefix('Root=')}",
        "in a header": "X-Amzn-Trace-Id: {};Parent=53995c3f42cd8ad8;Sampled=1".format,
        "in a header with its own": "X-Amzn-Trace-Id: Self=1-67891233-1a2b3c4d5e6f708192a3b4c5;{}".format,
    },
    "trace": {
        "in a traceparent": "traceparent: 00-{}-00f067aa0ba902b7-01".format,
        "in capitals": str.upper,
        "as a UUID": hyphenated,
    },
}  # fmt: skip
TEXT = """
the request failed with error 503 since 10:02 2026-11-20T10:00:03.117Z 20.11.2026 3pm v2.14.0 Chrome/131.0.6778.86
https://shop.example.com/a/b?step=3&utm_source=mail2 kim2026@customer.example cus_018400 web_k31 key_9d1 $1,299.00
+49-170-1234567 203.0.113.9 2001:db8::17 IMG_20261120.jpg error-503.log ip-10-0-3-17.ec2.internal 9fceb02d0ae5 UTF-8
INV-2026-0042 DE89370400440532013000 #ff00aa 0x7ffee4 insufficient_scope req_xxx req_body node@20 H2O
4711-0815 7f3c2b1a-1234-4abc-8def-0123456789ab Mozilla/5.0 iPhone15,2 ak_live_Zt3bNotARealKey00 a1b2 utf8mb4 COVID19
"""
WORDS = TEXT.split()


@pytest.fixture(scope="module")
def spelled(tmp_path_factory: pytest.TempPathFactory, _no_settings_from_outside: None) -> Iterator[Desk]:
    """A desk over requests with ids of every kind, for reading only."""
    folder = tmp_path_factory.mktemp("spelled")
    settings = Settings(db=folder / "spelled.duckdb")
    store = open_store(settings)
    desk = Desk(settings, store)
    lines = [line(kind, each, at) for kind, ids in IDS.items() for at, each in enumerate(ids)]
    desk.ingest([str(write_lines(folder / "pino.ndjson", lines))])
    yield desk
    store.close()


def line(kind: str, request_id: str, at: int) -> dict[str, object]:
    """A line of a request with this id, or with this id of a gateway or of its trace."""
    headers = {HEADERS[kind]: request_id} if kind in HEADERS else {}
    if kind == "trace":
        headers = {"traceparent": f"00-{request_id}-00f067aa0ba902b7-01"}
    its_own = f"req_Hidden{kind}{at}behind" if headers else request_id
    request = {"id": its_own, "method": "GET", "url": "/v1/pixels", "headers": headers}
    answer = {"res": {"statusCode": 503}, "responseTime": 42, "msg": "request errored"}
    return {"level": 50, "time": moment(at), "hostname": "web-1", "req": request, **answer}


@pytest.mark.parametrize("kind", STORED)
def test_an_id_is_found_however_it_is_written(kind: str, spelled: Desk) -> None:
    wrong = []
    for name, way in {**EVERYWHERE, **FORMS.get(kind, {})}.items():
        for request_id in IDS[kind]:
            text = way(request_id)
            found = spelled.ids_in(text)
            if found not in ((request_id,), (f"{request_id}_retry1",), (f"{request_id}-FRA",)):
                wrong.append((name, text, found))
    assert wrong == []


def test_words_that_are_no_ids_name_none(spelled: Desk) -> None:
    chance = random.Random(7)
    texts = [between.join(chance.choices(WORDS, k=30)) for between in (" ", "\n", "\n> ", ", ") for _ in range(10)]
    assert {text: found for text in texts if (found := spelled.ids_in(text))} == {}
