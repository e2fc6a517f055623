"""urllib3 pools behind the transport interface of requests, with our TLS settings and connections."""

from __future__ import annotations

import ssl
from typing import Any

from requests import Response
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, ProxyManager

from tilekeep.adapters.http.connections import POOL_CLASSES
from tilekeep.adapters.http.redirects import origin

#: Servers whose pools are kept; the least recently used one is closed when another is needed.
SERVERS = 32


def tls_context(ssl_ca_certs: str | None, *, verify: bool) -> ssl.SSLContext:
    """Trust in the given file of authorities, in those of the system, or in everybody."""
    if not verify:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    return ssl.create_default_context(cafile=ssl_ca_certs)


class PooledTransport(HTTPAdapter):
    """Sends prepared requests over blocking pools of at most ``pool_size`` connections to each server.

    ``context`` settles all questions of TLS; None is for plain HTTP.  The library calls all methods but the first.
    """

    def __init__(self, pool_size: int, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        super().__init__(pool_connections=SERVERS, pool_maxsize=pool_size, pool_block=True)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = True, **options: Any) -> None:
        """Makes the pools."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **options)
        self.poolmanager.pool_classes_by_scheme = POOL_CLASSES

    def proxy_manager_for(self, proxy: str, **options: Any) -> ProxyManager:
        """The pools to the servers behind ``proxy``."""
        manager: ProxyManager = super().proxy_manager_for(proxy, ssl_context=self._context, **options)
        manager.pool_classes_by_scheme = POOL_CLASSES
        return manager

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leaves the pool alone: the library would add its own bundle of authorities to our context."""

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        """The pool of the server; nothing but its address tells it from others, as TLS is settled."""
        if proxies:
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        scheme, host, port = origin(request.url)
        return self.poolmanager.connection_from_host(host, port, scheme)

    def build_response(self, req: Any, resp: BaseHTTPResponse) -> Response:
        """The answer in :attr:`requests.Response.raw`, without what the library makes of its headers."""
        response = Response()
        response.request, response.raw = req, resp
        return response
