"""Name a file in the store without the secrets in its path, and find the file again by that name.

A name without secrets is the path itself. Where something is cut out of a part, a digest of that part follows:
`token=[redacted] 1f3a9c.log` stays the name of the same file, and of no other one beside it.
"""

import hashlib
import os
import re
from functools import lru_cache

_CUT = "[redacted]"
_DIGITS = 6
# Without any of it there is no secret: a sign that no plain name has, or many letters and digits in a row, of each kind
# where hyphens may be among them. Most names have none, and the rules take half a second to compile.
_MAY_HOLD_A_SECRET = re.compile(
    r"[^\w./+-]|\d{12,}|(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{16,}"
    r"|(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{20,}"
)
# What writers and rotation append to a name. A rule would take it for a part of the secret.
_ENDING = re.compile(
    r"(?:\.(?:log|ndjson|jsonl|json|txt|csv|tsv|out|err))?(?:[.\-_]\d{1,8})?(?:\.(?:gz|zst|zip|bz2|xz))?\Z"
)


def stored_name(path: str) -> str:
    """Return the name of a path, or of an uploaded file, in the store and in messages."""
    if not _MAY_HOLD_A_SECRET.search(path):
        return path
    return "/".join(map(_stored_part, path.split("/")))


def path_of(name: str) -> str:
    """Return the path of the file with this name in the store; the name itself if there is no such file."""
    if _CUT not in name:
        return name
    found = ""
    for part in name.split("/"):
        found = os.path.join(found or "/", _real_part(found, part))  # noqa: PTH118
    return found


def _real_part(folder: str, part: str) -> str:
    if _CUT not in part:
        return part
    try:
        entries = os.listdir(folder)  # noqa: PTH208
    except OSError:
        return part
    return next((entry for entry in entries if _stored_part(entry) == part), part)


@lru_cache(maxsize=4096)
def _stored_part(part: str) -> str:
    if not _MAY_HOLD_A_SECRET.search(part):
        return part
    from pixeldesk.ingest.redaction.in_python import redact

    ending = _ENDING.search(part)
    stem = part[: ending.start()] if ending else part
    redacted = redact(stem)
    if redacted == stem:
        return part
    digest = hashlib.sha256(os.fsencode(stem)).hexdigest()[:_DIGITS]
    return f"{redacted} {digest}{part[len(stem) :]}"
