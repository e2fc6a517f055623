"""The meaning of the options of redis caches (spec/caches.md, 2 and 3.7), and of where hosts meet."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from tilekeep.adapters.redis.server import Address, RedisServer, RedisTls
from tilekeep.config.mapproxy.backends import RedisBackend
from tilekeep.config.mapproxy.globals import MeetingPoint
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.domain.lock_names import redis_lock_id

_PORT = 6379
_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class RedisStorage:
    """Where the keys lie, and after how many seconds they are forgotten; 0 for never."""

    server: RedisServer
    ttl_seconds: int

    def lock_id(self, place: str) -> str:
        """By which locks of the tiles below the prefix ``place`` are told apart from others (spec/caches.md, 5)."""
        server = self.server
        host = server.unix_socket or server.master_name or server.host
        return redis_lock_id(host, server.port, place, server.db)


def redis_storage(backend: RedisBackend, base_dir: str) -> RedisStorage:
    """The options of a cache."""
    return RedisStorage(redis_server(backend, base_dir), backend.default_ttl)


def redis_server(options: RedisBackend | MeetingPoint, base_dir: str) -> RedisServer:
    """Each way of naming a server in one form; paths are absolute."""
    host, port, db, username, password = options.host, options.port, options.db, options.username, options.password
    tls = None
    # As in MapProxy, certificates of others alone encrypt nothing.
    if options.ssl_certfile and options.ssl_keyfile:
        own = from_base(base_dir, options.ssl_certfile), from_base(base_dir, options.ssl_keyfile)
        tls = RedisTls(_file(base_dir, options.ssl_ca_certs), *own)
    if options.url is not None:
        url = urlsplit(options.url)
        host, port, db = url.hostname or host, url.port or _PORT, int(url.path.strip("/") or 0)
        username, password = (None if text is None else unquote(text) for text in (url.username, url.password))
        if url.scheme == "rediss":
            tls = tls or RedisTls(_file(base_dir, options.ssl_ca_certs))
    return RedisServer(
        host=host,
        port=port,
        db=db,
        username=username or None,
        password=password or None,
        unix_socket=_file(base_dir, options.unix_socket),
        sentinels=_addresses(options.sentinels or ()),
        master_name=options.master_name if options.sentinels else None,
        nodes=(_addresses(options.nodes or ()) or ((host, port),)) if options.cluster else (),
        tls=tls,
        timeout_seconds=options.timeout or _TIMEOUT_SECONDS,
    )


def _file(base_dir: str, path: str | None) -> str | None:
    return None if path is None else from_base(base_dir, path)


def _addresses(texts: tuple[str, ...]) -> tuple[Address, ...]:
    return tuple((host.strip("[]"), int(port)) for host, _, port in (text.rpartition(":") for text in texts))
