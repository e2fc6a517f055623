"""A catalogue whose tiles are in memory: the real use cases over a reader that a test fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tests.fakes.clock import FakeClock
from tests.fakes.parallel import InlineRunner
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.application.catalogue import Catalogue, GridOutline, LayerInGrid, LayerOutline, TileLayer
from tilekeep.application.explain_tile import ExplainTile
from tilekeep.application.get_tile import GetTile
from tilekeep.application.tile_maker import Outcome, TileMaker, WantedBlock
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import TilekeepError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.meta_tile import FetchMode, MetaTilePlanner
from tilekeep.domain.service_metadata import Attribution
from tilekeep.domain.srs import Srs
from tilekeep.domain.staleness import KEEP_FOR_EVER, StalenessPolicy
from tilekeep.domain.tile import Dimensions, StoredTile, TileCoord, TileInfo, TileKey, TileSet
from tilekeep.domain.vector_layer import VectorLayer
from tilekeep.ports.tile_store import TileLocator, TileReader

MERCATOR = Srs("EPSG:3857", "web mercator", geographic=False, north_first=False, metres_per_unit=1.0)
WGS84 = Srs("EPSG:4326", "wgs 84", geographic=True, north_first=True, metres_per_unit=111319.49079327358)
UTM = Srs("EPSG:25832", "utm 32", geographic=False, north_first=False, metres_per_unit=1.0)

WEBMERCATOR = GridDefinition("GLOBAL_WEBMERCATOR", MERCATOR, origin="nw").grid()
SOUTHERN_WEBMERCATOR = GridDefinition("sw_mercator", MERCATOR).grid()
GEODETIC = GridDefinition("GLOBAL_GEODETIC", WGS84).grid()
GEODETIC_NW = GridDefinition("geodetic_nw", WGS84, origin="nw").grid()
UTM_GRID = GridDefinition("utm", UTM, BBox(200000.0, 5200000.0, 900000.0, 6200000.0), origin="nw").grid()
ONE_LEVEL = GridDefinition("one_level", UTM, BBox(0.0, 0.0, 2560.0, 2560.0), res=(10.0,), origin="nw").grid()

BLANK = b"\x89PNG\r\n\x1a\n blank"
PNG_TILE = b"\x89PNG\r\n\x1a\n" + bytes(200)


class FakeTiles:
    """Tiles of one layer in one grid; tests put them in and see which keys were asked for.

    ``failure`` is raised by every look while it is set.
    """

    def __init__(self) -> None:
        self.stored: dict[TileKey, StoredTile] = {}
        self.asked: list[TileKey] = []
        self.failure: TilekeepError | None = None

    def put(
        self,
        coord: tuple[int, int, int],
        body: bytes = PNG_TILE,
        *,
        at: float = 1_600_000_000.25,
        dimensions: Dimensions = (),
        media_type: str = "image/png",
    ) -> None:
        """Stores a tile at (z, x, y) of the grid."""
        key = TileKey(TileCoord(*coord), dimensions)
        self.stored[key] = StoredTile(body, media_type, TileInfo(at, len(body)))

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        self.asked.append(key)
        if self.failure is not None:
            raise self.failure
        return self.stored.get(key)

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        return {key: self.stored[key] for key in keys if key in self.stored}

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        return {key: self.stored[key].info for key in keys if key in self.stored}

    def locate(self, key: TileKey) -> str:
        return f"memory:{key.coord}"


class FailingMaker:
    """A tile maker whose source never answers."""

    def __init__(self, error: TilekeepError) -> None:
        self._error = error

    def make(self, block: WantedBlock, deadline: Deadline) -> Mapping[TileKey, Outcome]:
        raise self._error


class Tiles(TileReader, TileLocator, Protocol):
    """What a layer needs of a store."""


class FakeLayers:
    """Describes layers one by one and makes a catalogue of them; ``tiles`` are found by layer and grid name.

    ``stores`` replace them where a test wants real ones.  While ``refuses_to_build`` is set, layers can only be
    described.
    """

    def __init__(self, *, tells_age: bool = False) -> None:
        self.clock = FakeClock()
        self._tells_age = tells_age
        self.tiles: dict[tuple[str, str], FakeTiles] = {}
        self.stores: dict[tuple[str, str], Tiles] = {}
        self.described: list[tuple[str, str]] = []
        self.built: list[tuple[str, str]] = []
        self.refuses_to_build = False
        self._outlines: dict[str, LayerOutline] = {}
        self._grids: dict[str, TileGrid] = {}
        self._encodings: dict[str, ImageEncoding] = {}
        self._makers: dict[str, TileMaker] = {}
        self._policies: dict[str, StalenessPolicy] = {}
        self._extents: dict[str, BBox] = {}

    def add(
        self,
        name: str,
        *grids: TileGrid,
        title: str | None = None,
        abstract: str = "",
        format: str = "image/png",  # noqa: A002 - the name of the option
        dimensions: tuple[Dimension, ...] = (),
        maker: TileMaker | None = None,
        policy: StalenessPolicy = KEEP_FOR_EVER,
        geographic_extent: BBox = BBox(-180.0, -90.0, 180.0, 90.0),  # noqa: B008 - a NamedTuple
        wmts_kvp_legend_url: str | None = None,
        wmts_rest_legend_url: str | None = None,
        info_sources: tuple[str, ...] = (),
        attribution: Attribution | None = None,
        vector_layers: tuple[VectorLayer, ...] = (),
    ) -> FakeTiles:
        """Adds a layer; returns the tiles in its first grid."""
        outlines = tuple(
            GridOutline(
                grid.name, grid.srs.code.replace(":", ""), f"{name}_cache", grid.name, info_sources, vector_layers
            )
            for grid in grids
        )
        self._outlines[name] = LayerOutline(
            name,
            title or name.title(),
            abstract,
            outlines,
            dimensions,
            wmts_kvp_legend_url=wmts_kvp_legend_url,
            wmts_rest_legend_url=wmts_rest_legend_url,
            attribution=attribution,
        )
        self._encodings[name] = ImageEncoding(format=format)
        self._policies[name] = policy
        self._extents[name] = geographic_extent
        if maker is not None:
            self._makers[name] = maker
        for grid in grids:
            self._grids[grid.name] = grid
            self.tiles[name, grid.name] = FakeTiles()
        return self.tiles[name, grids[0].name]

    def catalogue(self) -> Catalogue:
        return Catalogue(self._outlines, self._describe, self._build)

    def _describe(self, layer: LayerOutline, outline: GridOutline) -> LayerInGrid:
        self.described.append((layer.name, outline.name))
        grid = self._grids[outline.name]
        return LayerInGrid(layer, grid, self._encodings[layer.name], grid.bbox, self._extents[layer.name])

    def _build(self, layer: LayerOutline, outline: GridOutline) -> TileLayer:
        assert not self.refuses_to_build, f"{layer.name} is to be built for {outline.name}"
        self.built.append((layer.name, outline.name))
        grid = self._grids[outline.name]
        name = (layer.name, outline.name)
        tiles = self.stores[name] if name in self.stores else self.tiles[name]
        planner = MetaTilePlanner(grid, FetchMode.SINGLE)
        encoding = self._encodings[layer.name]
        policy = self._policies[layer.name]
        return TileLayer(
            outline=layer,
            grid=grid,
            get_tile=GetTile(
                reader=tiles,
                policy=policy,
                maker=self._makers.get(layer.name),
                planner=planner,
                grid=grid,
                region=None,
                clock=self.clock,
                parallel=InlineRunner(),
                retry_seconds=60.0,
                tells_age=self._tells_age,
            ),
            explain=ExplainTile(
                tile_set=TileSet(outline.cache, grid.name, encoding.extension),
                grid=grid,
                reader=tiles,
                locator=tiles,
                policy=policy,
                planner=planner,
                region=None,
                rescaling_step=None,
                source=None,
                request_media_type=encoding.format,
                maker=None,
                upstreams=(),
                gate=FakeUpstreamGate(self.clock),
                clock=self.clock,
            ),
            encoding=encoding,
            extent=grid.bbox,
            geographic_extent=self._extents[layer.name],
            blank=lambda: BLANK,
        )
