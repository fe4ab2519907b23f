"""Who may push: senders by name, each with a token that is compared in constant time and never told."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from pixeldesk.errors import UsageError
from pixeldesk.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_LEAST_TOKEN = 16


@dataclass(frozen=True)
class Sender:
    """One that may push. Its token is also the signature secret of a Vercel drain."""

    name: str
    token: bytes = field(repr=False)

    @property
    def source(self) -> str:
        """What the store calls what comes from it."""
        return f"push:{self.name}"


class Senders:
    """All senders of the settings."""

    def __init__(self, senders: list[Sender]) -> None:
        self._senders = senders

    def __bool__(self) -> bool:
        return bool(self._senders)

    @property
    def names(self) -> list[str]:
        """Their names, in the order of the settings."""
        return [sender.name for sender in self._senders]

    def of_token(self, authorization: str) -> Sender | None:
        """Whose token an Authorization header carries."""
        scheme, _, token = authorization.partition(" ")
        presented = token.strip().encode() if scheme.lower() == "bearer" else b""
        return self._one([hmac.compare_digest(sender.token, presented) for sender in self._senders])

    def signatures(self) -> list["hmac.HMAC"]:
        """For each sender what a body is signed with: HMAC-SHA1, as Vercel does it. To be updated with the body."""
        return [hmac.new(sender.token, digestmod=hashlib.sha1) for sender in self._senders]

    def of_signature(self, signatures: list["hmac.HMAC"], presented: str) -> Sender | None:
        """Who signed a body so."""
        given = presented.encode()
        return self._one([hmac.compare_digest(one.hexdigest().encode(), given) for one in signatures])

    def _one(self, fits: list[bool]) -> Sender | None:
        # All of them were compared, so that the time does not tell which.
        return next((sender for sender, fit in zip(self._senders, fits, strict=True) if fit), None)


def require_senders(settings: Settings) -> None:
    """Raises UsageError for senders that cannot be meant."""
    senders_of(settings.push_tokens.get_secret_value())


def senders_of(tokens: str) -> Senders:
    """Read `sender=token,sender2=token2`. Raises UsageError, which does not tell the tokens."""
    senders: list[Sender] = []
    for place, one in enumerate(filter(None, map(str.strip, tokens.split(","))), start=1):
        name, _, token = one.partition("=")
        if not _NAME.fullmatch(name) or not token:
            raise UsageError(f"PIXELDESK_PUSH_TOKENS: entry {place} is not sender=token")
        if len(token) < _LEAST_TOKEN or not token.isascii():
            raise UsageError(
                f"PIXELDESK_PUSH_TOKENS: the token of {name} needs {_LEAST_TOKEN} ASCII characters or more"
            )
        if any(sender.name == name or sender.token == token.encode() for sender in senders):
            raise UsageError(f"PIXELDESK_PUSH_TOKENS: {name} or its token is given twice")
        senders.append(Sender(name, token.encode()))
    return Senders(senders)
