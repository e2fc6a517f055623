"""One line for each request of a client."""

from __future__ import annotations

import logging

from tilekeep.domain.secrets import redacted
from tilekeep.entrypoints.wsgi.request_facts import RequestFacts
from tilekeep.entrypoints.wsgi.response import Environ

log = logging.getLogger("tilekeep.access")

#: Of longer addresses the rest is left out.
_LONGEST_URL = 2000

#: Methods are what clients send; those that anybody means are shorter.
_LONGEST_METHOD = 20


class AccessLog:
    """Watches an application (:class:`tilekeep.entrypoints.wsgi.watching.Watcher`).

    Credentials in addresses are blacked out; what could end a line or move a cursor is quoted.
    """

    def __call__(self, environ: Environ, facts: RequestFacts, status: str, size: int, seconds: float) -> None:
        """Client, method, address, status, bytes of the body and milliseconds; as JSON also what is known besides."""
        if not log.isEnabledFor(logging.INFO):
            return
        client, url = environ.get("REMOTE_ADDR") or "-", _url(environ)
        method = _printable(environ["REQUEST_METHOD"][:_LONGEST_METHOD])
        milliseconds = round(seconds * 1000, 1)
        details = {
            "client": client,
            "method": method,
            "url": url,
            "status": int(status[:3]),
            "bytes": size,
            "ms": milliseconds,
            "service": facts.service,
            "layers": list(facts.layers),
            "state": facts.state,
        }
        message = "%s %s %s %s %d %.1f"
        log.info(message, client, method, url, status[:3], size, milliseconds, extra={"details": details})


def _url(environ: Environ) -> str:
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    shown = redacted(f"{path}?{query}" if query else path)[:_LONGEST_URL].replace(" ", "%20")
    return _printable(shown)


def _printable(text: str) -> str:
    return text if text.isprintable() else ascii(text)[1:-1]
