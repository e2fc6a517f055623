"""Whose ``X-Script-Name``, ``X-Forwarded-Host`` and ``X-Forwarded-Proto`` are believed."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from tilekeep.entrypoints.wsgi.response import Environ

#: The word that stands for whoever connects by a Unix socket.
UNIX = "unix"

#: What servers call the other end of a Unix socket: most give nothing, waitress gives ``localhost``.
_UNIX_ADDRESSES = frozenset({"", "localhost", "unix", "unix:"})

#: The headers by which proxies say under which address clients reach them (spec/services.md, 1.3).
_HEADERS = ("HTTP_X_SCRIPT_NAME", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO")

_MAPPED = IPv6Network("::ffff:0:0/96")


class TrustedProxies:
    """Takes the headers of proxies off requests that come from elsewhere.

    Args:
        networks: addresses and networks in CIDR notation, and ``unix`` for Unix sockets; empty trusts nobody.

    :raises ValueError: text that is none of them.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        texts = set(networks)
        self._unix = UNIX in texts
        self._networks = [_network(text) for text in texts - {UNIX}]
        # Clients choose among few addresses behind proxies and among many in the open.
        self._trusts = functools.lru_cache(maxsize=1024)(self.trusts)

    def forget_others(self, environ: Environ) -> None:
        """Takes the headers off, as if they had never been there, unless the peer is trusted."""
        for header in _HEADERS:
            if header in environ and not self._trusts(environ.get("REMOTE_ADDR") or ""):
                del environ[header]

    def trusts(self, remote_address: str) -> bool:
        """Whether the peer with this address, as the server puts it into ``REMOTE_ADDR``, is a trusted proxy.

        An IPv4 address that is written as an IPv6 one (``::ffff:192.0.2.1``) is the IPv4 address.
        """
        if remote_address in _UNIX_ADDRESSES:
            return self._unix
        try:
            address = ip_address(remote_address)
        except ValueError:
            return False
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return any((mapped or address) in network for network in self._networks)


def _network(text: str) -> IPv4Network | IPv6Network:
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        mapped = network.network_address.ipv4_mapped
        return IPv4Network((int(mapped or 0), network.prefixlen - _MAPPED.prefixlen))
    return network
