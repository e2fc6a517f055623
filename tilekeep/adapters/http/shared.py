"""What clients of one process share: cookie jars and TLS contexts, one per way of trusting certificates."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import TypeVar

from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.http.transport import tls_context

Part = TypeVar("Part")


class SharedHttpState:
    """Makes its parts on first use.  Safe to call from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jars: dict[tuple[str | None, bool], CookieJar] = {}
        self._contexts: dict[tuple[str | None, bool], ssl.SSLContext] = {}

    def cookie_jar(self, options: HttpOptions) -> CookieJar:
        """The jar in memory for the trust of ``options`` (spec/config-globals-grids.md, 9)."""
        return self._part(self._jars, options, CookieJar)

    def tls_context(self, options: HttpOptions) -> ssl.SSLContext:
        """The TLS settings of ``options``.

        :raises OSError: the file of certificate authorities cannot be read.
        """
        return self._part(self._contexts, options, lambda: tls_context(options.ssl_ca_certs, verify=options.verify))

    def reset_after_fork(self) -> None:
        """Starts anew with locks and jars, since a thread of the parent may have held their locks."""
        self._lock = threading.Lock()
        self._jars = {}

    def _part(self, parts: dict[tuple[str | None, bool], Part], options: HttpOptions, make: Callable[[], Part]) -> Part:
        key = (options.ssl_ca_certs if options.verify else None, options.verify)
        with self._lock:
            if key not in parts:
                parts[key] = make()
            return parts[key]
