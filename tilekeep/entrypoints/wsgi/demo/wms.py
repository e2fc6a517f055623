"""The maps of WMS."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from tilekeep.application.catalogue import Catalogue
from tilekeep.application.layer_tree import LayerTree, MapLayer
from tilekeep.domain.errors import ProjectionError, UnknownLayer, UnsupportedSrs
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import WGS_84_CODE, Srs
from tilekeep.entrypoints.wsgi.demo.layer_map import (
    Example,
    Field,
    LayerMap,
    MapAddressing,
    OfferedLayer,
    ServiceDocument,
    Wanted,
    chosen,
    field_of,
)
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.wms.versions import V1_1_1, VERSIONS
from tilekeep.ports.projection import Projection

#: Formats that browsers show.
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")

#: Sides of the example, in pixels, the longer one.
_SIDE = 800


class ShownWms:
    """Implements :class:`~tilekeep.entrypoints.wsgi.demo.layer_map.ShownService`.

    Args:
        options: what the service offers.
        layer_tree: the layers.
        catalogue: the tile layers, for which SRS are native that have a grid.
        projection: gives the boxes of layers.
    """

    parameter = "wms_layer"
    title = "WMS"

    def __init__(
        self, options: WmsOptions, layer_tree: LayerTree, catalogue: Catalogue, projection: Projection
    ) -> None:
        self._options = options
        self._layer_tree = layer_tree
        self._catalogue = catalogue
        self._projection = projection
        offered = [VERSIONS[number] for number in options.versions]
        # Before 1.3.0 no client has to know the order of axes.
        self._version = V1_1_1 if V1_1_1 in offered else offered[-1]
        document = ServiceDocument("WMS", "../service?REQUEST=GetCapabilities&SERVICE=WMS", "?wms_capabilities")
        tiled = ServiceDocument(
            "WMS-C", "../service?REQUEST=GetCapabilities&SERVICE=WMS&VERSION=1.1.1&tiled=true", "?wmsc_capabilities"
        )
        lists_tiles = any(version.lists_tiles for version in offered)
        self.documents = (document, tiled) if lists_tiles else (document,)

    @property
    def codes(self) -> Sequence[str]:
        """Of the SRS in which maps can be asked for."""
        return [srs.code for srs in self._options.srs]

    def layers(self) -> Sequence[OfferedLayer]:
        """See :class:`~tilekeep.entrypoints.wsgi.demo.layer_map.ShownService`."""
        return [
            OfferedLayer(layer.name, layer.title, layer.metadata.abstract or "", depth)
            for layer, depth in _nodes(self._layer_tree.root, 0)
            if layer.name is not None
        ]

    def layer_map(self, wanted: Wanted, base: str) -> LayerMap:
        """See :class:`~tilekeep.entrypoints.wsgi.demo.layer_map.ShownService`."""
        layer = self._layer_tree.layer(wanted.layer)
        codes = self.codes
        native = self._native(wanted.layer)
        first_native = next((code for code in codes if code in native), codes[0])
        srs = self._srs(chosen(wanted.given.get("srs") or first_native, codes))
        formats = [name for name in self._options.formats if name in _SHOWN] or list(self._options.formats)
        media_type = chosen(wanted.given.get("format"), formats)
        extent = self._layer_tree.extent(layer)
        box = self._box(extent, srs)
        dimensions = tuple(
            (one.name, chosen(wanted.given.get(one.name, one.default), one.values)) for one in layer.dimensions
        )
        addressing = MapAddressing(
            f"{base}/service?", self._version.number, self._version.srs_parameter, media_type, dimensions
        )
        return LayerMap(
            service=self.parameter,
            service_title=self.title,
            name=wanted.layer,
            title=layer.title,
            abstract=layer.metadata.abstract or "",
            srs=srs.code,
            fields=(
                field_of("srs", "SRS", [(code, f"{code} *" if code in native else code) for code in codes], srs.code),
                field_of("format", "Format", [(name, name) for name in formats], media_type),
                *_dimension_fields(layer, dict(dimensions)),
            ),
            data={
                "kind": "maps",
                "srs": srs.code,
                "unit": "degrees" if srs.geographic else "metres",
                "northFirst": srs.north_first,
                "bbox": list(box),
                "extent": list(box),
                "url": "../service",
                "parameters": {
                    "LAYERS": wanted.layer,
                    "FORMAT": media_type,
                    "VERSION": self._version.number,
                    "TRANSPARENT": "false" if media_type == "image/jpeg" else "true",
                    **dict(dimensions),
                },
            },
            bounds=self._degrees(extent),
            capabilities=f"{base}/service?service=WMS&request=GetCapabilities",
            examples=self._examples(wanted.layer, addressing, srs, box),
            addressing=addressing,
        )

    def _native(self, name: str) -> frozenset[str]:
        """Codes of the SRS in which the layer has tiles, so that maps need no warping."""
        try:
            tokens = {grid.srs_token for grid in self._catalogue.outline(name).grids}
        except UnknownLayer:
            return frozenset()
        return frozenset(srs.code for srs in self._options.srs if srs.code.replace(":", "") in tokens)

    def _srs(self, code: str) -> Srs:
        return next(srs for srs in self._options.srs if srs.code == code)

    def _box(self, extent: Extent, srs: Srs) -> BBox:
        if extent.srs == srs:
            return extent.bbox
        try:
            box = self._projection.between(extent.srs, srs).bbox(extent.bbox)
        except ProjectionError as error:
            raise UnsupportedSrs(f"the layer has no image in {srs.code}: {error}", locator="srs") from error
        if not all(map(math.isfinite, box)):
            raise UnsupportedSrs(f"the layer has no image in {srs.code}", locator="srs")
        return box

    def _degrees(self, extent: Extent) -> BBox | None:
        try:
            return self._box(extent, self._projection.srs(WGS_84_CODE))
        except UnsupportedSrs:
            return None

    def _examples(self, name: str, addressing: MapAddressing, srs: Srs, box: BBox) -> tuple[Example, ...]:
        turned = self._version.authority_axes and srs.north_first
        corners = (box.min_y, box.min_x, box.max_y, box.max_x) if turned else tuple(box)
        scale = _SIDE / max(box.max_x - box.min_x, box.max_y - box.min_y)
        width, height = (max(1, round(side * scale)) for side in (box.max_x - box.min_x, box.max_y - box.min_y))
        query = {
            "service": "WMS",
            self._version.version_parameter: addressing.version,
            "request": "GetMap",
            "layers": name,
            "styles": "",
            addressing.srs_parameter: srs.code,
            "bbox": ",".join(f"{number:.10g}" for number in corners),
            "width": str(width),
            "height": str(height),
            "format": addressing.format,
            **dict(addressing.dimensions),
        }
        return (Example("GetMap", addressing.url + urlencode(query, safe=":/,"), is_link=True),)


def _nodes(layer: MapLayer, depth: int) -> Iterator[tuple[MapLayer, int]]:
    """All nodes with how many layers that have a name are above them."""
    yield layer, depth
    below = depth + (layer.name is not None)
    for child in layer.children:
        yield from _nodes(child, below)


def _dimension_fields(layer: MapLayer, values: dict[str, str]) -> Iterator[Field]:
    for one in layer.dimensions:
        yield field_of(one.name, one.name.capitalize(), [(value, value) for value in one.values], values[one.name])
