"""A cache in the web mercator grid that is drawn as maps, over fakes; its tiles are words."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fakes.map_source import FakeMapSource
from tests.fakes.projection import FakeProjection
from tests.fakes.text_imaging import image, whole
from tests.unit.application.kitchen import LIMITS, Kitchen
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.application.map_from_tiles import MapFromTiles, MosaicLook
from tilekeep.application.sources.cached_map import CachedMap
from tilekeep.application.tile_answer import Tiles
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Blank, Drawn, MapQuery, SourceAnswer
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import FileSlice, TileCoord, TileKey

SLICES: dict[str, bytes] = {}


def read_slice(where: FileSlice) -> bytes:
    """Bytes that a test put under the path of the slice."""
    return SLICES[where.path]


@dataclass
class MapKitchen:
    """Maps over a kitchen whose source has nothing, unless a test gives it something."""

    kitchen: Kitchen = field(default_factory=lambda: Kitchen(FakeMapSource(Blank())))
    tiles: Tiles | None = None
    max_tiles: float | None = None
    transparent: bool = False

    def __post_init__(self) -> None:
        self.projection = FakeProjection()
        self.maps = MapFromTiles(
            tiles=self.tiles or self.kitchen.get_tile,
            remover=self.kitchen.store,
            grid=WEBMERCATOR,
            imaging=self.kitchen.imaging,
            projection=self.projection,
            read_slice=read_slice,
            limits=LIMITS,
            look=MosaicLook(self.transparent, "bicubic"),
        )
        self.source = CachedMap(self.maps, WEBMERCATOR, dimensions={"time"}, max_tiles=self.max_tiles)

    def put(self, z: int, x: int, y: int, shows: str | None = None) -> TileKey:
        """Stores a tile that shows its place, or ``shows``."""
        key = TileKey(TileCoord(z, x, y))
        body = image(256, 256, shows or f"{z}/{x}/{y}")
        self.kitchen.store.put(key, body, self.kitchen.clock.now())
        return key

    def fill(self, z: int) -> None:
        """Stores every tile of a level."""
        for x in range(2**z):
            for y in range(2**z):
                self.put(z, x, y)

    def get(self, query: MapQuery) -> SourceAnswer:
        return self.source.get(query, Purpose.SERVE, NO_DEADLINE)


def shown(answer: SourceAnswer) -> str:
    """The words of a drawn map."""
    assert isinstance(answer, Drawn)
    return whole(answer.raster).shows


def tile_query(z: int, x: int, y: int, *, columns: int = 1, rows: int = 1) -> MapQuery:
    """A map of exactly some tiles in their own resolution; ``y`` is that of the upper row."""
    bbox = WEBMERCATOR.tile_bbox(TileCoord(z, x, y)).union(
        WEBMERCATOR.tile_bbox(TileCoord(z, x + columns - 1, y + rows - 1))
    )
    return MapQuery(bbox, Size(256 * columns, 256 * rows), WEBMERCATOR.srs, "image/png")


def query(bbox: tuple[float, float, float, float], size: tuple[int, int], srs: Srs = WEBMERCATOR.srs) -> MapQuery:
    return MapQuery(BBox(*bbox), Size(*size), srs, "image/png")
