"""Another process that makes the tiles of caches, out of the options (``globals.renderd``; spec/caches.md, 16)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tilekeep.adapters.http.client_options import ClientOptions
from tilekeep.application.fetched_tiles import FetchesTiles
from tilekeep.application.rendered_tiles import RenderedTiles
from tilekeep.config.assemble.upstreams import http_options
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.config.mapproxy.meaning_http import effective_http
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.tile import TileSet
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.renderer import Renderer
from tilekeep.ports.tile_store import TileReader


@dataclass(frozen=True, slots=True)
class RenderingAssembly:
    """Has tiles made elsewhere where the options say so.

    :ivar url: of the renderer, with credentials, or None where there is none.
    :ivar make: makes what asks a renderer, from keyword arguments.
    :ivar http_client: the client for a set of options.
    """

    settings: Settings
    base_dir: str
    url: str | None
    make: Callable[..., Renderer]
    http_client: Callable[[ClientOptions], HttpClient]

    def delegates(self, cache: EffectiveCache) -> bool:
        """Whether tiles of a cache are made elsewhere: not those that nobody stores."""
        return self.url is not None and cache.stores_tiles

    def fetcher(self, here: FetchesTiles, reader: TileReader, tile_set: TileSet) -> FetchesTiles:
        """What has the tiles of one that :meth:`delegates` made; ``here`` makes what is beyond the renderer."""
        assert self.url is not None
        url, credentials = split_credentials(self.url)
        http = effective_http(self.settings, None, self.base_dir)
        renderer = self.make(
            http=self.http_client(http_options(http, credentials)),
            url=url,
            timeout_seconds=http.client_timeout_seconds,
            hide_error_details=http.hide_error_details,
        )
        return RenderedTiles(renderer, reader, tile_set, here)
