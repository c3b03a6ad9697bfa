"""One POST to an address that somebody typed in, and nowhere else (SSRF, ASVS 1.3.6).

The name is looked up once, every address behind it must be a public one, and the connection goes to
the address that was looked at: a name that answers otherwise a moment later leads nowhere. No
redirect is followed. Hosts and networks of one's own can be allowed by the installation.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

TIMEOUT = 10.0  # seconds for each step of the talk
READ_AT_MOST = 4096
NAT64 = ipaddress.ip_network("64:ff9b::/96")
SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Refused(Exception):
    """The address is none that this machine speaks to; the message is a word of ours."""


class Unreached(Exception):
    """Nobody answered; it may be tried again. The message is a word of ours."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be spoken to besides the public internet: hosts by name, networks by CIDR."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = field(default=())

    @classmethod
    def parse(cls, text: str) -> Allowed:
        """Read a list like ``hooks.internal, 10.0.0.0/8``. Raises ValueError."""
        hosts, networks = set(), []
        for part in filter(None, (piece.strip().lower() for piece in text.split(","))):
            try:
                networks.append(ipaddress.ip_network(part))
            except ValueError:
                if "/" in part or not part.replace("-", "").replace(".", "").isalnum():
                    raise
                hosts.add(part)
        return cls(frozenset(hosts), tuple(networks))

    def covers(self, host: str, address: Address) -> bool:
        """Tell whether an address is one of those."""
        return host in self.hosts or any(
            address.version == network.version and address in network for network in self.networks
        )


def post(url: str, headers: Mapping[str, str], body: bytes, allowed: Allowed) -> int:
    """Send a body and return the status of the answer. Raises Refused, Unreached."""
    parts = _checked(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _looked_up(host, port)
    public = all(_is_public(address) for address in addresses)
    own = all(allowed.covers(host, address) for address in addresses)
    if not public and not own:
        raise Refused("private_address")
    if parts.scheme == "http" and not own:
        raise Refused("not_https")
    try:
        return _talk(parts, host, port, addresses[0], dict(headers), body)
    except ssl.SSLError as problem:
        raise Unreached("tls") from problem
    except TimeoutError as problem:
        raise Unreached("timeout") from problem
    except (OSError, http.client.HTTPException) as problem:
        raise Unreached("no_answer") from problem


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise Refused("no_address") from problem
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        raise Refused("no_address")
    if port is not None and port not in (80, 443) and port < 1024:
        raise Refused("port")
    return parts


def _looked_up(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise Unreached("unknown_host") from problem
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if address in NAT64 or address in SIX_TO_FOUR:
            return False
    return address.is_global and not address.is_multicast


def _talk(
    parts: SplitResult, host: str, port: int, address: Address, headers: dict[str, str], body: bytes
) -> int:
    with socket.create_connection((str(address), port), timeout=TIMEOUT) as plain:
        sock = plain
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        connection.sock = sock
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {"Host": parts.netloc, **headers})
        answer = connection.getresponse()
        answer.read(READ_AT_MOST)
        sock.close()
        return answer.status
