"""By which names the desk is known: the Host of a request, and the Origin of the page that made it.

A page of any other name could otherwise have its name resolve to this machine, and read the desk as if it were its own
(DNS rebinding). An address in digits cannot be made to resolve, so the one at which a request arrived is known too.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from pixeldesk.server.gate.listening import address_of
from pixeldesk.settings import Settings

_AUTHORITY = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>[0-9]{1,5})?)?")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Authority:
    """A name, in lower case, or an address without brackets; and a port, if one was given."""

    name: str
    port: int | None = None


def authority_of(text: str) -> Authority | None:
    """Return what a Host header, or the host of an address, names; None if it is none."""
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        return None
    name = found["name"].strip("[]").lower().removesuffix(".")
    address = address_of(name)
    if address is None and text.startswith("["):
        return None
    return Authority(str(address or name), int(found["port"]) if found["port"] else None)


class Names:
    """The names of the desk by the settings: of this machine, and those that are configured."""

    def __init__(self, settings: Settings) -> None:
        public = _split(settings.public_url or "")
        self._public = _origin(public) if public else None
        self._added = {found.name for name in settings.other_hosts if (found := authority_of(name))}
        configured = authority_of(f"[{settings.host}]" if ":" in settings.host else settings.host)
        self._known = {*_LOOPBACK, *self._added}
        if configured and not _is_every_address(configured.name):
            self._known.add(configured.name)
        if self._public:
            self._known.add(self._public[1].name)

    def know(self, host: Authority, arrived_at: str | None) -> bool:
        """Return whether the desk is known by a host, or the request arrived at this very address."""
        return host.name in self._known or (
            arrived_at is not None and address_of(host.name) is not None and host.name == str(address_of(arrived_at))
        )

    def are_of(self, origin: str, host: Authority) -> bool:
        """Return whether an origin is that of the desk's own pages, which were asked of this known host.

        A proxy may have put a host of its own in the place of the public one: then the origin has to be the public
        address, or one of the added names at the port of its scheme.
        """
        split = _split(origin)
        found = _origin(split) if split else None
        if found is None:
            return False
        scheme, of_origin = found
        port = _PORTS[scheme]
        if Authority(host.name, host.port or port) == of_origin or found == self._public:
            return True
        return of_origin.name in self._added and of_origin.port == port


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _origin(address: SplitResult) -> tuple[str, Authority] | None:
    """Return the scheme and the host, with its port, of an address; None if it is no page's."""
    found = authority_of(address.netloc)
    if found is None or address.scheme not in _PORTS:
        return None
    return address.scheme, Authority(found.name, found.port or _PORTS[address.scheme])


def _is_every_address(name: str) -> bool:
    address = address_of(name)
    return address is not None and address.is_unspecified
