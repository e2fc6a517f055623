"""The servers that sources ask, as the gate to them and their clients know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from tilekeep.adapters.http.client_options import ClientOptions
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.http.program_options import ProgramOptions
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp
from tilekeep.config.mapproxy.meaning_source import EffectiveCacheSource, EffectiveSource
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.secrets import Credentials

#: Connections of one process to one server; further requests wait for one of them.
POOL_SIZE = 16


def upstream_at(url: str, http: EffectiveHttp, concurrent_requests: int = 0) -> Upstream:
    """The server at ``url``, which is spelled as in the configuration (spec/sources.md, 10)."""
    return Upstream(urlsplit(url).netloc, concurrent_requests, http.requests_per_second, http.breaker)


def upstreams_of(
    sources: Iterable[EffectiveSource],
    below: Callable[[str], Iterable[EffectiveSource]],
    *,
    for_seeding: bool = False,
) -> tuple[Upstream, ...]:
    """The servers that requests for tiles of ``sources`` may go to, mirrors and those of caches below included.

    ``below`` gives the sources of a cache by its name; sources for seeding only count if it is ``for_seeding``.
    """
    return tuple(dict.fromkeys(_asked(sources, below, for_seeding=for_seeding)))


def _asked(
    sources: Iterable[EffectiveSource], below: Callable[[str], Iterable[EffectiveSource]], *, for_seeding: bool
) -> Iterator[Upstream]:
    for source in sources:
        if isinstance(source, EffectiveCacheSource):
            yield from _asked(below(source.name), below, for_seeding=False)
            continue
        url, http = getattr(source, "url", None), getattr(source, "http", None)
        if url is None or http is None or (source.limits.seed_only and not for_seeding):
            continue
        for address in (url, *source.mirrors):
            yield upstream_at(address, http, getattr(source, "concurrent_requests", 0))


def http_options(http: EffectiveHttp, credentials: Credentials | None) -> ClientOptions:
    """What a client of a source is made from; ``credentials`` are those of its address."""
    if http.program is not None:
        return ProgramOptions(http.program.binary, http.program.working_dir, http.hide_error_details)
    return HttpOptions(
        timeout_seconds=http.client_timeout_seconds,
        headers=http.headers,
        ssl_ca_certs=http.ssl_ca_certs,
        verify=not http.ssl_no_cert_checks,
        manage_cookies=http.manage_cookies,
        credentials=credentials,
        pool_size=POOL_SIZE,
        hide_error_details=http.hide_error_details,
    )
