"""Who may change something: who has the token, and is on a page of ours."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from tilekeep.entrypoints.wsgi.base_url import script_url
from tilekeep.entrypoints.wsgi.response import Environ

_SCHEME = "bearer "

#: What browsers say of requests by pages of the same site, and by people themselves (Fetch Metadata).
_OF_OUR_PAGES = frozenset({"same-origin", "none"})


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
    """

    def __init__(self, token: str | None) -> None:
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
        if _is_of_another_site(environ):
            raise Refused(403, "only pages of this server may change something")
        given = str(environ.get("HTTP_AUTHORIZATION", ""))
        sent = given[len(_SCHEME) :].strip() if given[: len(_SCHEME)].lower() == _SCHEME else ""
        if not hmac.compare_digest(sent.encode("latin-1", "replace"), self._token):
            raise Refused(401, "send the token of services.admin.token as Authorization: Bearer TOKEN")


def _is_of_another_site(environ: Environ) -> bool:
    site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if site is not None and site not in _OF_OUR_PAGES:
        return True
    return origin is not None and origin != _origin(script_url(environ))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
