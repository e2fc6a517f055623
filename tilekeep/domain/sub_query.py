"""The part of a map query that lies inside an extent, and where its image belongs."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery


class SubQuery(NamedTuple):
    """A smaller query, and the upper left corner of its image in pixels of the whole one."""

    query: MapQuery
    left: int
    top: int


def sub_query(query: MapQuery, extent: BBox) -> SubQuery | None:
    """The part of ``query`` inside ``extent`` (same SRS), or None if it is thinner than a pixel.

    The edges of the extent become pixel columns and rows by cutting off fractions (spec/sources.md, 11).
    """
    whole, size = query.bbox, query.size
    if not whole.intersects(extent):
        return None
    left = _pixels(extent.min_x - whole.min_x, whole.width, size.width) if extent.min_x > whole.min_x else 0
    top = _pixels(whole.max_y - extent.max_y, whole.height, size.height) if extent.max_y < whole.max_y else 0
    right = size.width
    if extent.max_x < whole.max_x:
        right = _pixels(extent.max_x - whole.min_x, whole.width, size.width)
    bottom = size.height
    if extent.min_y > whole.min_y:
        bottom = _pixels(whole.max_y - extent.min_y, whole.height, size.height)
    if right <= left or bottom <= top:
        return None
    inside = BBox(
        max(whole.min_x, extent.min_x),
        max(whole.min_y, extent.min_y),
        min(whole.max_x, extent.max_x),
        min(whole.max_y, extent.max_y),
    )
    return SubQuery(query._replace(bbox=inside, size=Size(right - left, bottom - top)), left, top)


def _pixels(distance: float, whole: float, pixels: int) -> int:
    return int(distance / whole * pixels)
