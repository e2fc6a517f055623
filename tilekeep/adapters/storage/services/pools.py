"""Services and the connections to them: through which proxy, and whom they are trusted by."""

from __future__ import annotations

import ssl
from typing import Any, NamedTuple
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connection import HTTPSConnection

#: Connections of one process to one service.
MOST_CONNECTIONS = 32

_HTTP = "http"


class Address(NamedTuple):
    """A service: scheme, host and port, and whom its certificate has to be from.

    :ivar ca_bundle: file of trusted authorities; None for those of the system.
    :ivar verify: whether the certificate is looked at.
    """

    scheme: str
    host: str
    port: int | None
    ca_bundle: str | None = None
    verify: bool = True

    @property
    def authority(self) -> str:
        """Host and port as they stand in URLs."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The beginning of URLs."""
        return f"{self.scheme}://{self.authority}"


class _TrustedBlindly(HTTPSConnection):
    """A connection to whom nobody looks at, since that was asked for: nothing to warn of at each request."""

    def connect(self) -> None:
        """Opens it."""
        super().connect()
        self.is_verified = True


def new_pool(address: Address) -> tuple[urllib3.HTTPConnectionPool, str]:
    """Connections to a service, through a proxy where the environment names one, and what targets begin with on them.

    :raises OSError: the file of authorities cannot be read.
    """
    options: dict[str, Any] = {"maxsize": MOST_CONNECTIONS, "block": True}
    if address.scheme != _HTTP:
        options["ssl_context"] = _tls_context(address)
    proxy = None if proxy_bypass(address.authority) else getproxies().get(address.scheme)
    if proxy is None:
        manager, beginning = urllib3.PoolManager(**options), ""
    else:
        manager = urllib3.ProxyManager(proxy if "://" in proxy else f"{_HTTP}://{proxy}", **options)
        beginning = address.url if address.scheme == _HTTP else ""
    pool = manager.connection_from_host(address.host, address.port, address.scheme)
    if address.scheme != _HTTP and not address.verify:
        pool.ConnectionCls = _TrustedBlindly
    return pool, beginning


def _tls_context(address: Address) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=address.ca_bundle)
    if not address.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
