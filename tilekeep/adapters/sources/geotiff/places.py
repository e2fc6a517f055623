"""Where a raster lies in a map, and in what scale."""

from __future__ import annotations

import math
from typing import Any

from tilekeep.domain.geometry import BBox
from tilekeep.domain.map_query import MapQuery

#: Points per axis at which the scale of a map is compared with that of the file.
_SAMPLES = 4

_HALF_TURN, _TURN = 180.0, 360.0


def turns_of(dataset: Any) -> list[float]:
    """By how many degrees a raster is moved to be seen in all of its places.

    One in degrees that reaches beyond 180, as those from 0 to 360 do, is seen at the other end of the world too.
    """
    if not dataset.crs.is_geographic:
        return [0.0]
    box = _box(dataset)
    return [0.0, *([-_TURN] if box.max_x > _HALF_TURN else []), *([_TURN] if box.min_x < -_HALF_TURN else [])]


def meets(dataset: Any, turn: float, crs: Any, bbox: BBox) -> bool:
    """Whether any of the raster, moved by ``turn``, lies in a box; if that cannot be told, it may."""
    from rasterio._err import CPLE_BaseError
    from rasterio.errors import RasterioError
    from rasterio.warp import transform_bounds

    box = _box(dataset)
    box = BBox(box.min_x + turn, box.min_y, box.max_x + turn, box.max_y)
    if dataset.crs.is_geographic:
        box = BBox(max(box.min_x, -_HALF_TURN), box.min_y, min(box.max_x, _HALF_TURN), box.max_y)
        if box.min_x >= box.max_x:
            return False
    try:
        around = BBox(*transform_bounds(dataset.crs, crs, *box))
    except (RasterioError, CPLE_BaseError):
        return True
    return not all(map(math.isfinite, around)) or around.intersects(bbox)


def _box(dataset: Any) -> BBox:
    """The box of a raster, whose rows may go from south to north."""
    left, bottom, right, top = dataset.bounds
    return BBox(min(left, right), min(bottom, top), max(left, right), max(bottom, top))


def shrinking(dataset: Any, crs: Any, query: MapQuery) -> float:
    """How many pixels of the raster lie along one of the map, at the place where they are fewest; at least 1."""
    from rasterio.warp import transform

    box, size = query.bbox, query.size
    dx, dy = box.width / size.width, box.height / size.height
    places = [
        (box.min_x + box.width * (i + 0.5) / _SAMPLES, box.min_y + box.height * (j + 0.5) / _SAMPLES)
        for i in range(_SAMPLES)
        for j in range(_SAMPLES)
    ]
    beside = [point for x, y in places for point in ((x, y), (x + dx, y), (x, y + dy))]
    xs, ys = transform(crs, dataset.crs, [x for x, _ in beside], [y for _, y in beside])
    to_pixels = ~dataset.transform
    pixels = [
        (to_pixels.a * x + to_pixels.b * y + to_pixels.c, to_pixels.d * x + to_pixels.e * y + to_pixels.f)
        for x, y in zip(xs, ys, strict=True)
    ]
    steps = [math.dist(pixels[i], pixels[i + k]) for i in range(0, len(pixels), 3) for k in (1, 2)]
    return max(1.0, min((step for step in steps if math.isfinite(step)), default=1.0))
