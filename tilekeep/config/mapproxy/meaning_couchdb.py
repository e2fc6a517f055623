"""The meaning of the options of couchdb caches (spec/caches.md, 2 and 3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tilekeep.config.mapproxy.backends import CouchdbBackend
from tilekeep.config.mapproxy.meaning_http import effective_http
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.lock_names import couchdb_lock_id
from tilekeep.domain.secrets import Credentials, split_credentials


@dataclass(frozen=True, slots=True)
class CouchdbStorage:
    """Where the documents lie and what they look like.

    :ivar configured_url: of the server, as the configuration has it; ``url`` is the same without credentials.
    :ivar tile_id: the template of ids.
    :ivar tile_metadata: what documents say besides.
    :ivar ssl_ca_certs: file with trusted certificates, or None for those of the system.
    """

    configured_url: str = field(repr=False)
    url: str
    credentials: Credentials | None
    tile_id: str
    tile_metadata: Mapping[str, Any]
    timeout_seconds: float
    ssl_ca_certs: str | None
    ssl_no_cert_checks: bool

    def database(self, place: str) -> str:
        """The name of the database for ``place``; names are in small letters there."""
        return place.lower()

    def lock_id(self, place: str) -> str:
        """By which locks of the tiles in the database ``place`` are told apart from others (spec/caches.md, 5)."""
        return couchdb_lock_id(self.configured_url, place)


def couchdb_storage(settings: Settings, backend: CouchdbBackend, base_dir: str) -> CouchdbStorage:
    """The options of the cache, and those of the globals for all requests."""
    http = effective_http(settings, None, base_dir)
    url, credentials = split_credentials(backend.url)
    return CouchdbStorage(
        configured_url=backend.url,
        url=url.rstrip("/"),
        credentials=credentials,
        tile_id=backend.tile_id,
        tile_metadata=backend.tile_metadata,
        timeout_seconds=http.client_timeout_seconds,
        ssl_ca_certs=http.ssl_ca_certs,
        ssl_no_cert_checks=http.ssl_no_cert_checks,
    )
