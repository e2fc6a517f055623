"""What capabilities documents say of a layer (spec/services.md, 2.5 and 3.12)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.geometry import BBox
from tilekeep.domain.resolution_range import ResolutionRange
from tilekeep.domain.service_metadata import DocumentLink, LayerMetadata
from tilekeep.domain.srs import METRES_PER_DEGREE, STANDARD_PIXEL_METRES
from tilekeep.entrypoints.wsgi.bounding_box import swapped
from tilekeep.entrypoints.wsgi.visible_layers import VisibleLayers
from tilekeep.entrypoints.wsgi.wms.layer_boxes import Boxes, LayerBoxes
from tilekeep.entrypoints.wsgi.wms.shown_legend import ShownLegend

#: Where nothing is too coarse: the whole Earth in one pixel, in metres.
_COARSEST = 360 * METRES_PER_DEGREE

#: The types of metadata as WMS 1.1.1 calls them; it knows no others.
_TYPES_OF_1_1_1 = {"ISO19115:2003": "TC211", "FGDC:1998": "FGDC"}


class ShownBox(NamedTuple):
    """A box under the code of its SRS, in the axis order of the document."""

    srs_code: str
    bbox: BBox


class ShownDimension(NamedTuple):
    """A dimension; ``values`` are joined by commas."""

    name: str
    units: str
    default: str
    values: str


class ShownLayer(NamedTuple):
    """A layer of a document.

    :ivar geographic: west, south, east, north in degrees.
    :ivar metadata_links: those that the version knows, their types as it calls them.
    :ivar scale_hint: least and greatest diagonal of a pixel in metres, or None for a layer without limits.
    :ivar min_scale: least and ``max_scale`` greatest scale denominator, or None for no limit.
    """

    name: str | None
    title: str
    geographic: BBox
    boxes: Sequence[ShownBox]
    dimensions: Sequence[ShownDimension]
    metadata: LayerMetadata
    metadata_links: Sequence[DocumentLink]
    scale_hint: tuple[float, float] | None
    min_scale: float | None
    max_scale: float | None
    layers: Sequence[ShownLayer]
    queryable: bool = False
    legend: ShownLegend | None = None


class ShownLayers:
    """Describes layers for a document of one version.

    Args:
        visible: what of the layers the document may list.
        boxes: calculates boxes.
        legend: describes the legend of a layer.
        authority_axes: whether boxes have the axis order of their SRS.
    """

    def __init__(
        self,
        visible: VisibleLayers,
        boxes: LayerBoxes,
        legend: Callable[[MapLayer], ShownLegend | None],
        *,
        authority_axes: bool,
    ) -> None:
        self._visible = visible
        self._boxes = boxes
        self._legend = legend
        self._authority_axes = authority_axes

    def __call__(self, layer: MapLayer) -> ShownLayer:
        """The layer with all below it."""
        boxes = self._boxes(self._visible.extent(layer))
        limits = layer.resolutions
        links = layer.metadata.metadata
        return ShownLayer(
            name=layer.name,
            title=layer.title or layer.name or "",
            geographic=boxes.geographic,
            boxes=self._shown_boxes(boxes),
            dimensions=[_shown_dimension(dimension) for dimension in layer.dimensions],
            metadata=layer.metadata,
            metadata_links=links if self._authority_axes else _links_of_1_1_1(links),
            scale_hint=_scale_hint(limits),
            min_scale=None if limits.max_res is None else limits.max_res / STANDARD_PIXEL_METRES,
            max_scale=None if limits.min_res is None else limits.min_res / STANDARD_PIXEL_METRES,
            layers=[self(child) for child in self._visible.children(layer)],
            queryable=layer.queryable and self._visible.may_be_queried(layer),
            legend=self._legend(layer),
        )

    def _shown_boxes(self, boxes: Boxes) -> list[ShownBox]:
        swap = self._authority_axes
        return [ShownBox(srs.code, swapped(bbox) if swap and srs.north_first else bbox) for srs, bbox in boxes.by_srs]


def _shown_dimension(dimension: Dimension) -> ShownDimension:
    units = "ISO8601" if "time" in dimension.name else ""
    return ShownDimension(dimension.name, units, dimension.default, ",".join(dimension.values))


def _links_of_1_1_1(links: Sequence[DocumentLink]) -> list[DocumentLink]:
    return [
        DocumentLink(link.url, link.format, _TYPES_OF_1_1_1[link.kind])
        for link in links
        if link.kind in _TYPES_OF_1_1_1
    ]


def _scale_hint(limits: ResolutionRange) -> tuple[float, float] | None:
    """Both ends, which the document type requires, though one may be without limit."""
    if limits.min_res is None and limits.max_res is None:
        return None
    coarsest = _COARSEST if limits.min_res is None else limits.min_res
    finest = limits.max_res or 0.0
    return math.hypot(finest, finest), math.hypot(coarsest, coarsest)
