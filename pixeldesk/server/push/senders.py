"""Authenticate senders by token or signature, compared in constant time. No message contains a token."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from pixeldesk.errors import UsageError
from pixeldesk.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_SHORTEST_TOKEN = 16
SIGNATURE = re.compile(r"[0-9a-f]{40}")
"""What a signature looks like: HMAC-SHA1 in hex."""


@dataclass(frozen=True)
class Sender:
    """A sender that may push. Its token is also the signature secret of a Vercel drain."""

    name: str
    token: bytes = field(repr=False)

    @property
    def source(self) -> str:
        """Name of the sender's source in the store."""
        return f"push:{self.name}"


class Senders:
    """All configured senders."""

    def __init__(self, senders: list[Sender]) -> None:
        self._senders = senders

    def __bool__(self) -> bool:
        return bool(self._senders)

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [sender.name for sender in self._senders]

    def by_token(self, authorization: str) -> Sender | None:
        """Return the sender with the token of an Authorization header, if any."""
        scheme, _, token = authorization.partition(" ")
        presented = token.strip().encode() if scheme.lower() == "bearer" else b""
        return self._first_match([hmac.compare_digest(sender.token, presented) for sender in self._senders])

    def signatures(self) -> list["hmac.HMAC"]:
        """Return an HMAC-SHA1 for each sender, as Vercel signs a body; the caller updates them with the body."""
        return [hmac.new(sender.token, digestmod=hashlib.sha1) for sender in self._senders]

    def by_signature(self, signatures: list["hmac.HMAC"], presented: str) -> Sender | None:
        """Return the sender whose key made this signature, if any."""
        given = presented.encode()
        return self._first_match([hmac.compare_digest(each.hexdigest().encode(), given) for each in signatures])

    def _first_match(self, matches: list[bool]) -> Sender | None:
        # The list holds a comparison with every sender, so that the time does not reveal which one matched.
        return next((sender for sender, matched in zip(self._senders, matches, strict=True) if matched), None)


def require_senders(settings: Settings) -> None:
    """Check the configured senders. Raises UsageError if they are invalid."""
    parse_senders(settings.push_tokens.get_secret_value())


def parse_senders(tokens: str) -> Senders:
    """Parse `sender=token,sender2=token2`. Raises UsageError; its message contains no token."""
    senders: list[Sender] = []
    for number, entry in enumerate(filter(None, map(str.strip, tokens.split(","))), start=1):
        name, _, token = entry.partition("=")
        if not _NAME.fullmatch(name) or not token:
            raise UsageError(f"PIXELDESK_PUSH_TOKENS: entry {number} is not sender=token")
        if len(token) < _SHORTEST_TOKEN or not token.isascii():
            raise UsageError(
                f"PIXELDESK_PUSH_TOKENS: the token of {name} needs {_SHORTEST_TOKEN} ASCII characters or more"
            )
        if any(sender.name == name or sender.token == token.encode() for sender in senders):
            raise UsageError(f"PIXELDESK_PUSH_TOKENS: {name} or its token is given twice")
        senders.append(Sender(name, token.encode()))
    return Senders(senders)
