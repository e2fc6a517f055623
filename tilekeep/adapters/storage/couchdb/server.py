"""Where a CouchDB is, and what every request to it says."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from tilekeep._version import __version__
from tilekeep.adapters.storage.services.pools import Address
from tilekeep.domain.secrets import Credentials


@dataclass(frozen=True, slots=True)
class CouchdbServer:
    """A server and how it is reached.

    :ivar url: of the server (checked before), without credentials and without a slash at its end.
    :ivar credentials: of a user, percent-encoded as in URLs; None where nobody has to be one.
    :ivar timeout_seconds: the longest silence while it has to answer.
    :ivar ca_certs: file of trusted authorities; None for those of the system.
    :ivar verify: whether its certificate is looked at.
    """

    url: str
    credentials: Credentials | None = field(default=None, repr=False)
    timeout_seconds: float = 60.0
    ca_certs: str | None = None
    verify: bool = True

    def address(self) -> Address:
        """Scheme, host and port."""
        parts = urlsplit(self.url)
        return Address(parts.scheme, parts.hostname or "", parts.port, self.ca_certs, self.verify)

    def path(self) -> str:
        """What stands before the names of databases; empty where the server has a host of its own."""
        return urlsplit(self.url).path

    def headers(self) -> Mapping[str, str]:
        """Those of every request; user and password go along unasked, as MapProxy sends them."""
        headers = {
            "Accept": "application/json",
            # Tiles are compressed already, and to compress their text costs more than it saves.
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": f"Tilekeep/{__version__}",
        }
        if self.credentials is not None:
            pair = f"{unquote(self.credentials.user)}:{unquote(self.credentials.password)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode('ascii')}"
        return headers
