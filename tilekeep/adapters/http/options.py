"""How one source talks HTTP: everything that makes two clients differ."""

from __future__ import annotations

from dataclasses import dataclass, field

from tilekeep._version import __version__
from tilekeep.domain.secrets import Credentials


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """Options of one client (spec/config-globals-grids.md, 9); equal options may share a client.

    :ivar timeout_seconds: longest silence while connecting, sending or receiving.
    :ivar headers: added to each request, names as configured.
    :ivar ssl_ca_certs: file of trusted certificate authorities, or None for those of the system.
    :ivar verify: whether certificates are checked; False wins over ``ssl_ca_certs``.
    :ivar manage_cookies: whether cookies are kept and sent back.
    :ivar credentials: for Basic and Digest authentication, sent only to the server of the request.
    :ivar pool_size: connections to one server at a time; further requests wait for one of them.
    :ivar user_agent: the ``User-Agent`` header, unless ``headers`` has one.
    :ivar hide_error_details: whether clients are told neither URL nor reason of a failure.
    """

    timeout_seconds: float = 60.0
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ssl_ca_certs: str | None = None
    verify: bool = True
    manage_cookies: bool = False
    credentials: Credentials | None = None
    pool_size: int = 8
    user_agent: str = f"Tilekeep/{__version__}"
    hide_error_details: bool = True
