"""The part of a map query that lies inside an extent, and where its image belongs."""

from __future__ import annotations

from itertools import pairwise
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


def horizontal_strips(query: MapQuery, count: int) -> list[SubQuery]:
    """``query`` cut into at most ``count`` parts of its full width, top first; each has a row of pixels at least."""
    bbox, (width, height) = query.bbox, query.size
    count = max(1, min(count, height))
    edges = [round(height * part / count) for part in range(count + 1)]
    row = bbox.height / height
    strips = []
    for top, bottom in pairwise(edges):
        max_y = bbox.max_y - top * row
        min_y = bbox.min_y if bottom == height else bbox.max_y - bottom * row
        part = query._replace(bbox=BBox(bbox.min_x, min_y, bbox.max_x, max_y), size=Size(width, bottom - top))
        strips.append(SubQuery(part, 0, top))
    return strips


def _pixels(distance: float, whole: float, pixels: int) -> int:
    return int(distance / whole * pixels)
