"""Layers of maps whose sources say what they were asked, and the real use case that draws them as text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from tests.fakes.catalogue import GEODETIC_NW, MERCATOR, UTM, UTM_GRID, WEBMERCATOR, WGS84
from tests.fakes.clock import FakeClock
from tests.fakes.info_source import FakeInfoSource, feature_info_of
from tests.fakes.legends import LegendKitchen
from tests.fakes.map_source import FakeMapSource, Script
from tests.fakes.parallel import InlineRunner
from tests.fakes.projection import FakeProjection
from tests.fakes.text_imaging import TextImaging, TextRaster
from tilekeep.application.get_map import GetMap
from tilekeep.application.layer_tree import LaidSource, LayerTree, MapLayer
from tilekeep.application.legend import Legend
from tilekeep.application.sources.clipped_source import ClippedSource
from tilekeep.application.sources.direct_map import DirectMap
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.extent import Extent
from tilekeep.domain.feature_info import InfoKind
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageLimits, Raster
from tilekeep.domain.label import Label
from tilekeep.domain.map_query import Drawn, MapQuery
from tilekeep.domain.resolution_range import EVERY_RESOLUTION, ResolutionRange
from tilekeep.domain.service_metadata import NO_METADATA, LayerMetadata, ServiceMetadata
from tilekeep.domain.srs import Srs
from tilekeep.entrypoints.wsgi.drawing_parts import DrawingParts
from tilekeep.entrypoints.wsgi.ogcapi.assembly import OgcApiParts
from tilekeep.entrypoints.wsgi.options import BoundingBoxSrs, OgcApiOptions, WmsOptions
from tilekeep.entrypoints.wsgi.wms.assembly import MapParts
from tilekeep.ports.imaging import Canvas, Placement
from tilekeep.ports.info_documents import InfoTransformer

WORLD = Extent(BBox(-180.0, -90.0, 180.0, 90.0), WGS84)
GOOGLE = Srs("EPSG:900913", MERCATOR.definition, geographic=False, north_first=False, metres_per_unit=1.0)

FORMATS = {
    "image/png": ImageEncoding("image/png"),
    "image/jpeg": ImageEncoding("image/jpeg"),
    "image/tiff": ImageEncoding("image/tiff"),
}


def wms_options(**replaced: Any) -> WmsOptions:
    """Options of a small WMS; ``replaced`` are those of the constructor."""
    usual: dict[str, Any] = {
        "metadata": ServiceMetadata(title="Maps"),
        "srs": (WGS84, MERCATOR, GOOGLE, UTM),
        "bbox_srs": (BoundingBoxSrs(MERCATOR), BoundingBoxSrs(WGS84)),
        "formats": FORMATS,
        "max_output_pixels": 1_000_000,
    }
    return WmsOptions(**usual | replaced)


def api_options(**replaced: Any) -> OgcApiOptions:
    """Options of a small OGC API; ``replaced`` are those of the constructor."""
    usual: dict[str, Any] = {
        "srs": (WGS84, MERCATOR),
        "formats": {name: FORMATS[name] for name in ("image/png", "image/jpeg")},
        "max_output_pixels": 1_000_000,
    }
    return OgcApiOptions(**usual | replaced)


class RecordingImaging(TextImaging):
    """Remembers the canvases and labels of maps, and how maps were encoded."""

    def __init__(self) -> None:
        self.canvases: list[Canvas] = []
        self.labels: list[Label] = []
        self.encodings: list[ImageEncoding] = []
        self.shown: list[Extent | None] = []

    def compose(self, canvas: Canvas, placements: Sequence[Placement]) -> TextRaster:
        self.canvases.append(canvas)
        return super().compose(canvas, placements)

    def annotate(self, raster: Raster, labels: Sequence[Label]) -> TextRaster:
        self.labels += labels
        return super().annotate(raster, labels)

    def encode(self, raster: Raster, encoding: ImageEncoding, shows: Extent | None = None) -> EncodedImage:
        self.encodings.append(encoding)
        self.shown.append(shows)
        return super().encode(raster, encoding, shows)


class FakeMaps:
    """Describes layers one by one; ``sources`` are found by the name of their layer."""

    def __init__(self, *, raise_source_errors: bool = False) -> None:
        self.sources: dict[str, FakeMapSource] = {}
        self.info: dict[str, FakeInfoSource] = {}
        self.transformers: dict[InfoKind, InfoTransformer] = {}
        self.imaging = RecordingImaging()
        self.projection = FakeProjection()
        self._extents: dict[MapLayer, Extent] = {}
        self._source_of: dict[MapLayer, FakeMapSource] = {}
        self._hiding: set[MapLayer] = set()
        self._top: list[MapLayer] = []
        self._legends: dict[MapLayer, tuple[Legend, ...]] = {}
        self.legends = LegendKitchen()
        self._raise_source_errors = raise_source_errors

    def layer(
        self,
        name: str,
        *answers: Script,
        title: str | None = None,
        cache: str | None = None,
        children: Sequence[MapLayer] = (),
        resolutions: ResolutionRange = EVERY_RESOLUTION,
        dimensions: tuple[Dimension, ...] = (),
        metadata: LayerMetadata = NO_METADATA,
        extent: Extent = WORLD,
        is_named: bool = True,
        info: tuple[str, ...] = (),
        legends: tuple[Legend, ...] = (),
        forwarded: tuple[str, ...] = (),
        hides: bool = False,
        nominal_scale: float | None = None,
    ) -> MapLayer:
        """A layer that draws its name, unless ``answers`` are given; not part of the tree yet.

        One that is not ``is_named`` keeps its name to itself; one that ``hides`` lets nothing below it be seen.
        ``info`` names sources of :attr:`info`.
        """
        source = FakeMapSource(*answers or (_drawing(name),))
        self.sources[name] = source
        sources = (cache or f"{name}_cache",)
        usual_title = name.title() if title is None else title
        public_name = name if is_named else None
        layer = MapLayer(
            public_name,
            usual_title,
            sources,
            tuple(children),
            resolutions,
            dimensions,
            metadata,
            info_sources=info,
            forwarded=forwarded,
            legend_sources=tuple(legend.identity for legend in legends),
            nominal_scale=nominal_scale,
        )
        self._legends[layer] = legends
        if hides:
            self._hiding.add(layer)
        self._extents[layer] = extent
        self._source_of[layer] = source
        return layer

    def group(
        self,
        name: str | None,
        *children: MapLayer,
        title: str = "",
        resolutions: ResolutionRange = EVERY_RESOLUTION,
        extent: Extent = WORLD,
    ) -> MapLayer:
        """A group that is drawn by its children; not part of the tree yet."""
        layer = MapLayer(name, title, children=children, resolutions=resolutions)
        self._extents[layer] = extent
        return layer

    def add(self, *layers: MapLayer) -> None:
        """Puts layers under the root."""
        self._top += layers

    def tree(self, root: MapLayer | None = None) -> LayerTree:
        whole = root or self.group(None, *self._top)
        return LayerTree(whole, self._laid_sources, self._extents.__getitem__)

    def get_map(self) -> GetMap:
        return GetMap(
            imaging=self.imaging,
            gate=self.gate(),
            parallel=InlineRunner(),
            raise_source_errors=self._raise_source_errors,
        )

    def gate(self) -> StoreGate:
        return StoreGate(self.imaging, ImageLimits(10_000, 1_000_000), "maps")

    def drawing_parts(self, root: MapLayer | None = None) -> DrawingParts:
        return DrawingParts(
            self.tree(root),
            self.get_map(),
            self.projection,
            FakeClock(),
            60.0,
            partial(ClippedSource, imaging=self.imaging, gate=self.gate()),
        )

    def parts(self, options: WmsOptions | None = None, root: MapLayer | None = None) -> dict[str, Any]:
        """The arguments of the application that WMS takes."""
        return {
            "maps": MapParts(
                options or wms_options(),
                self.drawing_parts(root),
                feature_info_of(self.info, raise_source_errors=self._raise_source_errors),
                self.transformers,
                self.legends.parts(lambda layer: self._legends.get(layer, ())),
            )
        }

    def api_parts(self, options: OgcApiOptions | None = None, *grids: TileGrid) -> dict[str, Any]:
        """The arguments of the application that OGC API takes; ``grids`` are all there are."""
        known = {grid.name: grid for grid in grids or (WEBMERCATOR, GEODETIC_NW, UTM_GRID)}
        return {
            "ogcapi": OgcApiParts(
                options or api_options(),
                self.drawing_parts(),
                tuple(known),
                known.__getitem__,
            )
        }

    def _laid_sources(self, layer: MapLayer) -> tuple[LaidSource, ...]:
        source = self._source_of[layer]
        if layer in self._hiding:
            return (LaidSource(DirectMap(lambda _: source, (), alike=None, hides=lambda _: True)),)
        return (LaidSource(source),)


def _drawing(name: str) -> Script:
    def drawn(query: MapQuery) -> Drawn:
        return Drawn(TextRaster(query.size, name))

    return drawn
