"""The stores of caches in PMTiles archives."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.config.mapproxy.meaning_http import EffectiveHttp
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.tile import TileSet
from tilekeep.domain.xyz import XyzLevels
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.tile_store import TileStore


def pmtiles_store(
    make_store: Callable[..., TileStore],
    client: Callable[[str, EffectiveHttp], HttpClient],
    tile_set: TileSet,
    levels: XyzLevels,
    *,
    path: str,
    url: str | None,
    http: EffectiveHttp | None,
) -> TileStore:
    """The archive at ``url``, else in the file ``path``; ``client`` asks the server at a URL."""
    if url is None or http is None:
        return make_store("pmtiles-file", tile_set=tile_set, path=path, levels=levels)
    plain, _ = split_credentials(url)
    return make_store("pmtiles-url", tile_set=tile_set, url=plain, client=client(url, http), levels=levels)
