"""Where an answer sends us, and what may come along."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from tilekeep.ports.http_client import HttpAnswer

#: Redirects followed at most, as the reference does.
MAX_REDIRECTS = 10

_BECOME_GET = frozenset({301, 302, 303})
_KEEP_METHOD = frozenset({307, 308})
_PORTS = {"http": 80, "https": 443}
#: Configured headers that hold no secret; all others stay with the server they were meant for.
_HARMLESS = frozenset({"accept", "accept-language", "if-modified-since", "if-none-match", "user-agent"})


class Hop(NamedTuple):
    """One request of a chain of redirects; ``trusted`` while it goes to the server of the first one."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    trusted: bool = True


def next_hop(hop: Hop, answer: HttpAnswer, first: Hop) -> Hop | None:
    """The request an answer redirects to, or None; only http and https are followed.

    On the way to another server all headers stay behind that might hold a secret.
    """
    location = answer.headers.get("location")
    if answer.status not in _BECOME_GET | _KEEP_METHOD or not location:
        return None
    url = urljoin(hop.url, _as_utf8(location))
    if urlsplit(url).scheme not in _PORTS:
        return None
    trusted = _may_share(first.url, url)
    headers = tuple(pair for pair in first.headers if trusted or pair[0].lower() in _HARMLESS)
    if answer.status in _BECOME_GET:
        without_body = tuple(pair for pair in headers if pair[0].lower() != "content-type")
        return Hop("GET", url, without_body, None, trusted)
    return Hop(hop.method, url, headers, hop.body, trusted)


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL.

    :raises ValueError: the port is no number.
    """
    parts: SplitResult = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)


def _may_share(first: str, url: str) -> bool:
    """The same server, or its change from http to https on the standard ports."""
    here, there = origin(first), origin(url)
    upgraded = here[1] == there[1] and (here[0], here[2]) == ("http", 80) and (there[0], there[2]) == ("https", 443)
    return here == there or upgraded


def _as_utf8(location: str) -> str:
    """Header bytes come as latin-1; servers that put other letters into ``Location`` mean UTF-8."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location
