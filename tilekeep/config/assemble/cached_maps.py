"""Caches as sources of maps: for the layers of services, and for other caches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from tilekeep.adapters.geometry.boxes import BoxArea
from tilekeep.application.map_from_tiles import MapFromTiles
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.sources.beyond_projection import BlankBeyondProjection
from tilekeep.application.sources.cache_as_source import SameTiles
from tilekeep.application.sources.cached_map import CachedMap
from tilekeep.application.sources.grid_choice import GridChoice
from tilekeep.application.sources.limited_source import LimitedSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.application.tile_answer import Tiles
from tilekeep.config.assemble.cache_areas import CacheAreas
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.config.mapproxy.meaning_source import EffectiveCacheSource
from tilekeep.domain.errors import ConfigurationError, ProjectionError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import PNG, subtype
from tilekeep.domain.opaque_format import opaque_format
from tilekeep.domain.region import Region
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile_subset import is_subset
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_store import SliceReader


class _Node(Protocol):
    """As much of a cache in one grid as maps need."""

    @property
    def grid(self) -> TileGrid: ...
    @property
    def tiles(self) -> Tiles: ...
    @property
    def maps(self) -> MapFromTiles: ...


class CachedMaps:
    """Makes map sources out of caches, on first use.

    Args:
        effective: the options of a cache.
        node: the working parts of a cache in one of its grids.
        gate: checks images for a cache.
        dimension_names: the dimensions by which the tiles of a cache differ.
        areas: where caches have something to show.
        grids: makes grids.
        imaging: puts the part of a map inside the extent on a canvas.
        projection: brings extents into the SRS of a map.
        read_slice: gives the bytes of tiles that lie inside a file.
        preferred_srs: gives for the SRS of a map those it is best made from.
        max_tiles: maps of clients that need so many tiles or more are refused.
    """

    def __init__(
        self,
        *,
        effective: Callable[[str], EffectiveCache],
        node: Callable[[tuple[str, str]], _Node],
        gate: Callable[[EffectiveCache], StoreGate],
        dimension_names: Callable[[str], Collection[str]],
        areas: CacheAreas,
        grids: GridAssembly,
        imaging: Imaging,
        projection: Projection,
        read_slice: SliceReader,
        preferred_srs: Callable[[], Mapping[Srs, Sequence[Srs]]],
        max_tiles: float,
    ) -> None:
        self._effective = effective
        self._node = node
        self._gate = gate
        self._dimension_names = dimension_names
        self._areas = areas
        self._grids = grids
        self._imaging = imaging
        self._projection = projection
        self._read_slice = read_slice
        self._preferred_srs = preferred_srs
        self._max_tiles = max_tiles
        self.for_clients: OncePerKey[str, MapSource] = OncePerKey(lambda name: self._maps(name, self._max_tiles))
        self._for_caches: OncePerKey[str, MapSource] = OncePerKey(
            lambda name: BlankBeyondProjection(self._maps(name, None))
        )
        self._is_subset: OncePerKey[tuple[str, str], bool] = OncePerKey(
            lambda keys: is_subset(*map(self._grids.grid, keys))
        )

    def opacity(self, name: str) -> float | None:
        """How opaque a cache is when it is laid over others; None is as opaque as its pixels."""
        return self._effective(name).opacity

    def as_source_of(self, cache: EffectiveCache, grid_key: str) -> Callable[[str], MapSource]:
        """From the name of a cache to the source that stands for it among those of ``cache``.

        If all sources are caches with the same tiles, these are passed on as they are (spec/sources.md, 12).

        :raises ConfigurationError: they have others, and are not to be decoded.
        """
        if self.passes_on(cache, grid_key):
            return self._same_tiles
        is_cache = any(isinstance(source, EffectiveCacheSource) for source in cache.sources)
        if cache.encoding.opaque is not None and is_cache:
            message = "tiles of this format are passed on as they are, but the cache and its source have other grids"
            raise ConfigurationError(
                f"{message}; give both the same, and the source no other", option=("caches", cache.name, "sources")
            )
        return self._for_caches

    def passes_on(self, cache: EffectiveCache, grid_key: str) -> bool:
        """Whether all sources of ``cache`` are caches with the same tiles."""
        return all(self._has_same_tiles(cache, grid_key, source) for source in cache.sources)

    def _has_same_tiles(self, cache: EffectiveCache, grid_key: str, source: object) -> bool:
        if not isinstance(source, EffectiveCacheSource):
            return False
        other = self._effective(source.name)
        return (
            len(other.grids) == 1
            and _kind(source.image.format or PNG) == _kind(cache.request_format)
            and self._is_subset((grid_key, other.grids[0]))
        )

    def _same_tiles(self, name: str) -> MapSource:
        node = self._node((name, self._effective(name).grids[0]))
        return SameTiles(node.tiles, node.grid, self._read_slice)

    def _maps(self, name: str, max_tiles: float | None) -> MapSource:
        """Maps of a cache; the sources of its grids are looked at when one of them is asked."""
        cache = self._effective(name)
        in_grids = [(self._grids.grid(key).srs, self._in_grid(cache, key, max_tiles)) for key in cache.grids]
        return in_grids[0][1] if len(in_grids) == 1 else GridChoice(in_grids, self._preferred_srs())

    def _in_grid(self, cache: EffectiveCache, grid_key: str, max_tiles: float | None) -> MapSource:
        node = self._node((cache.name, grid_key))
        extent = BoxArea(self._areas.bbox((cache.name, grid_key)), node.grid.srs)

        def region(srs: Srs) -> Region | None:
            try:
                return extent.region_in(srs, self._projection)
            except ProjectionError:
                return None

        return LimitedSource(
            CachedMap(node.maps, node.grid, dimensions=self._dimension_names(cache.name), max_tiles=max_tiles),
            self._imaging,
            self._gate(cache),
            region=OncePerKey(region),
            resolutions=self._areas.resolutions(cache.name),
        )


def _kind(image_format: str) -> str:
    """What two formats have in common whose tiles may stand for each other."""
    opaque = opaque_format(image_format)
    return subtype(image_format) if opaque is None else opaque.media_type
