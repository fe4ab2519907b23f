"""Where the dashboard may listen while it has no sign-in: on the loopback address, or behind a proxy that has one."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

from pixeldesk.errors import UsageError
from pixeldesk.settings import Settings

Address = IPv4Address | IPv6Address


def require_sign_in(settings: Settings) -> None:
    """Check that not everybody who reaches this machine may read the desk. Raises UsageError."""
    if settings.proxy_networks or is_on_loopback(settings.host):
        return
    raise UsageError(
        f"there is no sign-in yet, so the desk does not listen on {settings.host or 'every address'}: leave "
        "PIXELDESK_HOST at 127.0.0.1 and open an SSH tunnel to it, or name the proxy that signs people in: "
        "PIXELDESK_TRUSTED_PROXY=ADDRESS (docs/running.md)"
    )


def is_on_loopback(host: str) -> bool:
    """Return whether a name or an address to listen on reaches this machine only."""
    try:
        found = socket.getaddrinfo(host, None) if host else []
    except (OSError, UnicodeError):
        return False
    addresses = [address_of(str(each[4][0])) for each in found]
    return bool(addresses) and all(address is not None and address.is_loopback for address in addresses)


def address_of(text: str) -> Address | None:
    """Return the address that a text is, or None; an IPv4 address may be written as one of IPv6."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def may_come_in(settings: Settings, arrived_at: str | None, peer: str | None) -> bool:
    """Return whether a connection to one of this machine's addresses is from this machine, or from a trusted proxy.

    `arrived_at` is that address, or the path of a Unix socket, or None for one without a name.
    """
    ours = address_of(arrived_at or "")
    if ours is None:
        return arrived_at is None or arrived_at.startswith("/")
    theirs = address_of(peer or "")
    return ours.is_loopback or (theirs is not None and any(theirs in network for network in settings.proxy_networks))
