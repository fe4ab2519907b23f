"""Damage the logs: insert a few damaged lines among the clean ones, and count them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

FAKE_KEY = "ak_live_CANARY0000notARealKey0000000000x"
"""A fake key that a line contains unredacted, so that redaction has something to do."""

_MALFORMED = (
    b'{"timestamp":"2026-11-13T12:00:00.000Z","level":"info","request_id":"req_cutShort0001","environment":"prod',
    b"[info] listening on :3000",
    b'{"timestamp":"yesterday","level":"info","request_id":"req_badTime00001","method":"GET","status":200}',
    b'{"timestamp":"2026-11-13T12:00:00.000Z","level":"info","method":"GET","route":"/pixel/tokens","status":200}',
    b'{"timestamp":"2026-11-13T12:00:00.000Z","request_id":"req_badStatus001","method":"GET","status":"fine"}',
    b'{"timestamp":"2026-11-13T12:00:00.000Z","request_id":"req_twoObjects01","status":200}{"status":200}',
)
_RAW_KEY = (
    b'{"timestamp":"2026-11-13T12:00:00.000Z","level":"warn","message":"upstream rejected headers '
    b'{\\"authorization\\":\\"Bearer ' + FAKE_KEY.encode() + b'\\"}","environment":"production",'
    b'"host":"web-2","region":"iad1","release":"2026.46.1"}'
)


@dataclass(slots=True)
class Damage:
    """The number of damaged lines of each kind, and the files that have them."""

    malformed: int = 0
    blank: int = 0
    duplicates: int = 0
    raw_key_lines: int = 0
    files: list[str] = field(default_factory=list)


def add_dirt(files: dict[str, list[bytes]], rng: random.Random) -> Damage:
    """Damage three files in place: six malformed lines, three blank ones, four exact duplicates, and a raw key."""
    damage = Damage(files=["web-1/2026-11-13.ndjson.gz", "web-2/2026-11-13.ndjson.gz", "web-3/2026-11-18.ndjson.gz"])
    for number, line in enumerate(_MALFORMED):
        _insert(files[damage.files[number % 3]], line, rng)
        damage.malformed += 1
    for name in damage.files:
        _insert(files[name], b"", rng)
        damage.blank += 1
    for number in range(4):
        lines = files[damage.files[number % 3]]
        _insert(lines, next(line for line in lines[50 + number :] if b'"status"' in line), rng)
        damage.duplicates += 1
    _insert(files[damage.files[1]], _RAW_KEY, rng)
    damage.raw_key_lines += 1
    return damage


def _insert(lines: list[bytes], line: bytes, rng: random.Random) -> None:
    lines.insert(rng.randrange(len(lines) // 2, len(lines)), line)
