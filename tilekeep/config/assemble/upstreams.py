"""The servers that sources ask, as the gate to them knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from tilekeep.config.mapproxy.meaning_http import EffectiveHttp
from tilekeep.config.mapproxy.meaning_source import EffectiveCacheSource, EffectiveSource
from tilekeep.domain.map_query import Upstream


def upstream_at(url: str, http: EffectiveHttp, concurrent_requests: int = 0) -> Upstream:
    """The server at ``url``, which is spelled as in the configuration (spec/sources.md, 10)."""
    return Upstream(urlsplit(url).netloc, concurrent_requests, http.requests_per_second, http.breaker)


def upstreams_of(
    sources: Iterable[EffectiveSource], below: Callable[[str], Iterable[EffectiveSource]]
) -> Sequence[Upstream]:
    """The servers that requests for tiles of ``sources`` may go to, mirrors and those of caches below included.

    ``below`` gives the sources of a cache by its name; sources for seeding only are left out.
    """
    return tuple(dict.fromkeys(_asked(sources, below)))


def _asked(sources: Iterable[EffectiveSource], below: Callable[[str], Iterable[EffectiveSource]]) -> Iterator[Upstream]:
    for source in sources:
        if isinstance(source, EffectiveCacheSource):
            yield from _asked(below(source.name), below)
            continue
        url, http = getattr(source, "url", None), getattr(source, "http", None)
        if url is None or http is None or source.limits.seed_only:
            continue
        for address in (url, *source.mirrors):
            yield upstream_at(address, http, getattr(source, "concurrent_requests", 0))
