"""Whether the options of redis caches, and of where hosts meet, fit together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from urllib.parse import urlsplit

from tilekeep.config.mapproxy.backends import RedisBackend
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.globals import MeetingPoint
from tilekeep.config.mapproxy.meaning_redis import redis_storage
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Place, Problem, Severity, error, warning

_WAYS = ("url", "unix_socket", "sentinels", "cluster")
_IN_URL = ("host", "port", "db", "username", "password")
#: A prefix that says itself, between braces, what goes on one node; or one that leaves it to the store.
_ON_ONE_NODE = re.compile(r"[^{}]*(\{[^{}]+\}[^{}]*)?")
_DATABASE = re.compile(r"/?|/\d+")


def redis_problems(settings: Settings, broken: Collection[OptionPath]) -> Iterator[Problem]:
    """Of all caches of this type, and of where hosts meet; ``broken`` options are not known."""
    meeting = settings.globals.redis
    if meeting is not None and not is_refused(broken, ("globals", "redis")):
        yield from _server_problems(("globals", "redis"), meeting)
    prefixes: dict[tuple[object, str], str] = {}
    for name, cache in settings.caches.items():
        path = ("caches", name, "cache")
        backend = cache.cache
        if cache.disable_storage or not isinstance(backend, RedisBackend) or is_refused(broken, path):
            continue
        problems = [*_server_problems(path, backend)]
        yield from problems
        yield from _without_effect(("caches", name), cache)
        if all(problem.severity is Severity.WARNING for problem in problems):
            yield from _shared_prefix(prefixes, name, cache, backend)


def _server_problems(path: OptionPath, options: RedisBackend | MeetingPoint) -> Iterator[Problem]:
    if find_spec("redis") is None:
        message = "needs the library 'redis', which is not installed; pip install 'tilekeep[redis]'"
        yield error(path, message, place=Place.KEY)
    yield from _address_problems(path, options)
    yield from _tls_problems(path, options)


def _address_problems(path: OptionPath, backend: RedisBackend | MeetingPoint) -> Iterator[Problem]:
    ways = [option for option in _WAYS if getattr(backend, option)]
    for other in ways[1:]:
        message = f"names another server than {ways[0]!r} does; remove one of them"
        yield error((*path, other), message, place=Place.KEY)
    if backend.url is not None:
        yield from _url_problems(path, backend.url)
        for option in _IN_URL:
            if option in backend.model_fields_set:
                message = f"{option!r} has no effect beside 'url', which says it; remove it"
                yield warning((*path, option), message, place=Place.KEY)
    if backend.sentinels and not backend.master_name:
        yield error((*path, "sentinels"), "which master? add master_name, as the sentinels call it", place=Place.KEY)
    if backend.master_name and not backend.sentinels:
        yield warning((*path, "master_name"), "has no effect without sentinels; add them", place=Place.KEY)
    if backend.nodes and not backend.cluster:
        yield warning((*path, "nodes"), "has no effect without cluster: true; add that", place=Place.KEY)
    if backend.cluster and backend.db:
        yield error((*path, "db"), "a cluster has database 0 only; remove it")
    if backend.cluster and not _ON_ONE_NODE.fullmatch(backend.prefix or ""):
        message = f"a cluster could not keep tiles of {backend.prefix!r} and their records together; use no braces"
        yield error((*path, "prefix"), message)


def is_redis_url(url: str) -> bool:
    """Whether it is ``redis://user:password@host:port/db``, or ``rediss://`` for TLS."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("redis", "rediss") and parts.hostname and parts.port != 0 and not parts.query
    except ValueError:
        return False
    return bool(sound) and bool(_DATABASE.fullmatch(parts.path))


def _url_problems(path: OptionPath, url: str) -> Iterator[Problem]:
    # What is wrong is not shown, as it may be the password.
    if not is_redis_url(url):
        yield error((*path, "url"), "expected redis://user:password@host:port/db, or rediss:// for TLS")


def _tls_problems(path: OptionPath, backend: RedisBackend | MeetingPoint) -> Iterator[Problem]:
    given = [option for option in ("ssl_certfile", "ssl_keyfile", "ssl_ca_certs") if getattr(backend, option)]
    encrypted = backend.ssl_certfile and backend.ssl_keyfile
    if given and not encrypted and not (backend.url or "").startswith("rediss:"):
        remedy = "name ssl_certfile and ssl_keyfile, or a url that begins with rediss://"
        message = f"the connection is not encrypted, {given[0]!r} alone has no effect; {remedy}"
        yield warning((*path, given[0]), message, place=Place.KEY)


def _without_effect(path: OptionPath, cache: Cache) -> Iterator[Problem]:
    if cache.link_single_color_images:
        message = "'link_single_color_images' has no effect in Redis, where no file is a tile; remove it"
        yield warning((*path, "link_single_color_images"), message, place=Place.KEY)


def _shared_prefix(
    prefixes: dict[tuple[object, str], str], name: str, cache: Cache, backend: RedisBackend
) -> Iterator[Problem]:
    """Caches that would replace each other's tiles; one that only shows what others store may share a prefix."""
    if backend.prefix is None or not cache.sources:
        return
    other = prefixes.setdefault((redis_storage(backend, "").server, backend.prefix), name)
    if other != name:
        message = f"the cache {other!r} stores tiles under the same names; give each a prefix of its own"
        yield warning(("caches", name, "cache", "prefix"), message)
