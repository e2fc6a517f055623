"""The parts of polygons in an image (spec/coverages.md, 8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import shapely

from tilekeep.adapters.geometry.polygon_parts import polygon_parts
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.polygon import Polygon, Ring
from tilekeep.domain.region import MASK_MARGIN


def mask_of(geometry: Any, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
    """The parts of ``geometry`` within ``bbox`` (same SRS), in pixel coordinates of an image of ``size`` pixels.

    Each polygon is a tenth of a pixel smaller than the geometry; what is thinner than two of them vanishes.
    """
    pixel = (bbox.width / size.width, bbox.height / size.height)
    inside = shapely.intersection(geometry, shapely.box(*bbox))
    return tuple(_in_pixels(part, bbox, pixel) for part in _shrunk(inside, MASK_MARGIN * min(pixel)))


def _shrunk(geometry: Any, margin: float) -> Iterator[Any]:
    for polygon in polygon_parts(geometry):
        yield from polygon_parts(polygon.buffer(-margin, quad_segs=1, join_style="mitre"))


def _in_pixels(polygon: Any, bbox: BBox, pixel: tuple[float, float]) -> Polygon:
    holes = tuple(_ring(hole, bbox, pixel) for hole in polygon.interiors)
    return Polygon(_ring(polygon.exterior, bbox, pixel), holes)


def _ring(line: Any, bbox: BBox, pixel: tuple[float, float]) -> Ring:
    """The corners of a closed line; rows of pixels run from north to south."""
    across, down = pixel
    corners = shapely.get_coordinates(line)[:-1].tolist()
    return tuple(((x - bbox.min_x) / across, (bbox.max_y - y) / down) for x, y in corners)
