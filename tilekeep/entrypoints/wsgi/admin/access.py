"""Who may change something: who has the token, and is on a page of ours."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from tilekeep.entrypoints.wsgi.base_url import script_url
from tilekeep.entrypoints.wsgi.response import Environ

_SCHEME = "bearer "

#: What browsers say of requests by pages of the same site, and by people themselves (Fetch Metadata).
_OF_OUR_PAGES = frozenset({"same-origin", "none"})

_OF_PROXIES = frozenset({"HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"})


class Refused(Exception):
    """A request that is not done; ``message`` is for the client."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Access:
    """Lets those change something who know the token.

    Args:
        token: None if nobody may.
        knows_proxies: whether headers by which proxies tell our address come from trusted ones alone.
    """

    def __init__(self, token: str | None, *, knows_proxies: bool = False) -> None:
        self._knows_proxies = knows_proxies
        self._token = None if token is None else token.encode("ascii")

    @property
    def may_change(self) -> bool:
        """Whether anybody may."""
        return self._token is not None

    def check(self, environ: Environ) -> None:
        """Returns if the request may change something.

        The token is compared in constant time.  A page of another site cannot send it without knowing it; should it
        know it, its requests are told by their origin.

        :raises Refused: 401 or 403.
        """
        if self._token is None:
            raise Refused(403, "nothing can be changed here, as services.admin.token is not set")
        if self._is_of_another_site(environ):
            raise Refused(403, "only pages of this server may change something")
        given = str(environ.get("HTTP_AUTHORIZATION", ""))
        sent = given[len(_SCHEME) :].strip() if given[: len(_SCHEME)].lower() == _SCHEME else ""
        if not hmac.compare_digest(sent.encode("latin-1", "replace"), self._token):
            raise Refused(401, "send the token of services.admin.token as Authorization: Bearer TOKEN")

    def _is_of_another_site(self, environ: Environ) -> bool:
        """As browsers say, which no page can make say otherwise; of old ones only the origin is known."""
        site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
        if site is not None:
            return site not in _OF_OUR_PAGES
        return origin is not None and origin != self._own_origin(environ)

    def _own_origin(self, environ: Environ) -> str:
        """Of this server; what anybody may have written counts for nothing here."""
        if not self._knows_proxies:
            environ = {name: value for name, value in environ.items() if name not in _OF_PROXIES}
        return _origin(script_url(environ))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
