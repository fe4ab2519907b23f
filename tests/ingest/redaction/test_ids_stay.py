"""Ids, hashes, addresses and pictures are no secrets: whatever their characters, they stay as they are."""

import base64
import json
import random
from collections.abc import Iterator

from tests.ingest.redaction import planting
from tests.ingest.redaction.planted_values import made, passes_luhn

_EACH = 60
_IDS = {
    "request": "req_{alnum:10}",
    "request, longer": "req_{lower:24}",
    "website": "web_{lower:12}",
    "customer": "cus_{alnum:14}",
    "other ids of Stripe": "pi_3{alnum:23}, ch_3{alnum:23}, evt_1{alnum:23}, price_1{alnum:23}, re_3{alnum:23}",
    "UUID": "{uuid}",
    "UUID in capitals": "{HEX:8}-{HEX:4}-4{HEX:3}-A{HEX:3}-{HEX:12}",
    "UUID without hyphens": "{hex:32}",
    "traceparent": "00-{hex:32}-{hex:16}-01",
    "trace of AWS X-Ray": "Root=1-{hex:8}-{hex:24};Parent={hex:16};Sampled=1",
    "trace of Google": "{hex:32}/{digits:19};o=1",
    "span": "{hex:16}",
    "ray of Cloudflare": "{hex:16}-FRA",
    "id of Vercel": "fra1::iad1::{lower:5}-{digits:13}-{hex:12}",
    "commit": "{hex:40}",
    "commit, short": "{hex:7}",
    "SHA-256": "{hex:64}",
    "SHA-512": "{hex:128}",
    "MD5": "{hex:32}",
    "digest of an image": "registry.example.com/acme/api@sha256:{hex:64}",
    "integrity of a package": "sha512-{base64:86}==",
    "ULID": "01{upper:24}",
    "KSUID": "2{alnum:26}",
    "nanoid": "{word:21}",
    "CUID": "c{lower:24}",
    "ObjectId": "{hex:24}",
    "snowflake": "1{digits:18}",
    "ARN": "arn:aws:lambda:eu-west-1:{digits:12}:function:orders-{lower:8}",
    "ARN of a role": "arn:aws:sts::{digits:12}:assumed-role/worker-{lower:6}/i-{hex:17}",
    "principal of AWS": "AROA{base32:17}:session-{hex:8}",
    "task of ECS": "ecs/api/{hex:32}",
    "request of AWS": "{upper:16} {base64:75}=",
    "ETag": 'W/"{hex:5}-{alnum:27}"',
    "mail address": "{small:8}.{small:6}{digits:2}@{small:10}.example",
    "IPv4": "203.0.113.7:{digits:5}",
    "IPv6": "2001:db8:{hex:4}:{hex:4}::{hex:4}",
    "MAC address": "{hex:2}:{hex:2}:{hex:2}:{hex:2}:{hex:2}:{hex:2}",
    "pod": "orders-api-{hex:10}-{small:5}",
    "container": "containerd://{hex:64}",
    "file of a bundle": "/assets/index-{word:8}.js?v={hex:20}",
    "key of an object": "uploads/2026/11/{uuid}/photo-{digits:6}.jpg",
    "epoch": "1795{digits:6} 1795{digits:9} 1795{digits:15}",
    "time": "2026-11-16T09:12:44.{digits:9}Z",
    "decimal": "0.{digits:17}",
    "version": "v1.{digits:2}.0-rc.{digits:1}+sha.{hex:12}",
    "constraint of PostgreSQL": 'violates "pk_{small:9}_{small:7}_id_idx"',
    "worker": "rk_{small:6}_pool_{small:5}",
    "cursor": "cursor=eyJpZCI6{alnum:30}",
    "task": "task-{small:12}-{hex:8}, risk-{hex:20}, disk_{alnum:20}",
    "class": "com.{small:8}.{small:6}.{letters:30}",
    "error code in a URL": "/cb?code={small:7}_{small:3}_{small:9}&state={word:32}",
    "number in a URL": "/cb?code={digits:3}&hub.verify=1",
    "page to sign in": "/verify/{small:6}-{small:7}-{small:5}, /join/{small:11}, /reset-password",
    "package": "node_modules/@{small:6}/{small:8}@{digits:1}.{digits:2}.0, actions/checkout@{hex:40}",
    "line of a stack": "at {letters:12} (file:///srv/{small:8}/dist/{small:9}.js:{digits:4}:{digits:2})",
    "locale": "sk-SK, en-{upper:2}, sk-sk",
    "number of an order": '"order_id":"4{digits:15}","orderNumber":5{digits:15}',
}


def _line(text: str) -> str:
    return json.dumps({"request_id": "req_7Qm2xV9cT4", "status": 500, "message": f"refused {text} twice", "note": text})


def _ids() -> Iterator[str]:
    for kind, described in _IDS.items():
        for number in range(_EACH):
            yield _line(made(described, f"{kind}{number}").text)


def _pictures() -> Iterator[str]:
    for seed in range(60):
        picture = base64.b64encode(random.Random(seed).randbytes(4500)).decode()
        yield _line(f"data:image/png;base64,{picture}")


def _changed(lines: list[str]) -> list[tuple[str, str]]:
    pairs = zip(lines, planting.redacted_in_sql(lines), strict=True)
    return [(line, redacted) for line, redacted in pairs if line != redacted]


def test_ids_of_every_kind_stay() -> None:
    assert _changed([*_ids()]) == []


def test_pictures_in_base64_stay() -> None:
    assert _changed([*_pictures()]) == []


def test_numbers_without_the_check_digit_of_a_card_stay() -> None:
    numbers = [made("4{digits:15}", str(seed)).text for seed in range(300)]
    failing = [number for number in numbers if not passes_luhn(number)]
    assert len(failing) > 200
    assert _changed([_line(f"paid {number} at once, {number[:4]} {number[4:]}") for number in failing]) == []


def test_digits_inside_of_an_id_stay() -> None:
    cards = [made("{visa}", str(seed)).text for seed in range(50)]
    inside = [f"{card}7, x{card}, {card}-1, tx_{card}, /orders/{card}, 9{card}, 0.{card}" for card in cards]
    assert _changed([_line(text) for text in inside]) == []
    # A number in a list of JSON is no text that could be replaced; and a name says what it is.
    listed = [json.dumps({"ids": [7, int(card)], "order_id": int(card), "traceId": card}) for card in cards]
    assert _changed(listed) == []
