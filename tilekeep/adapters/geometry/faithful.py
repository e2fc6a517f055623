"""Whether an SRS can show an area: points that it shows lead back to where they came from."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection

_WORLD = BBox(-180.0, -90.0, 180.0, 90.0)
_STEPS = 32

#: How far a point may come back from where it started, as a share of the box it belongs to and of its coordinates.
_OF_BOX = 1e-6
_OF_COORDINATES = 1e-9

Point = tuple[float, float]


def is_shown(points: Sequence[Point], bbox: BBox, srs: Srs, target: Srs, projection: Projection) -> bool:
    """Whether ``target`` shows every one of ``points``, which are those of an area within ``bbox``, both in ``srs``."""
    return None not in _images(points, bbox, srs, target, projection)


def shown_bbox(bbox: BBox, srs: Srs, target: Srs, projection: Projection) -> BBox:
    """The box in ``target`` around what it shows of ``bbox``, as far as points of a regular net tell.

    :raises ProjectionError: it shows none of them.
    """
    inside = on_earth(bbox, srs)
    xs = [inside.min_x + inside.width * step / _STEPS for step in range(_STEPS + 1)]
    ys = [inside.min_y + inside.height * step / _STEPS for step in range(_STEPS + 1)]
    net = [(x, y) for y in ys for x in xs]
    shown = [image for image in _images(net, inside, srs, target, projection) if image is not None]
    if not shown:
        raise ProjectionError(f"Nothing of the box {tuple(bbox)} in {srs.code} has an image in {target.code}.")
    return BBox(min(x for x, _ in shown), min(y for _, y in shown), max(x for x, _ in shown), max(y for _, y in shown))


def on_earth(bbox: BBox, srs: Srs) -> BBox:
    """The box without degrees that do not exist, which boxes of the whole world like to reach."""
    return (_WORLD.intersection(bbox) or bbox) if srs.geographic else bbox


def outline_points(bbox: BBox) -> list[Point]:
    """Corners, middles of the sides, and the middle of a box."""
    xs = (bbox.min_x, (bbox.min_x + bbox.max_x) / 2, bbox.max_x)
    ys = (bbox.min_y, (bbox.min_y + bbox.max_y) / 2, bbox.max_y)
    return [(x, y) for y in ys for x in xs]


def _images(points: Sequence[Point], bbox: BBox, srs: Srs, target: Srs, projection: Projection) -> list[Point | None]:
    """The images of points that lead back to them; None for the others."""
    tolerance = max(bbox.width, bbox.height) * _OF_BOX + max(map(abs, bbox)) * _OF_COORDINATES
    images = projection.between(srs, target).points(points)
    finite = [image if _is_finite(image) else (0.0, 0.0) for image in images]
    back = projection.between(target, srs).points(finite)
    return [
        image if _is_finite(image) and math.dist(point, returned) <= tolerance else None
        for point, image, returned in zip(points, images, back, strict=True)
    ]


def _is_finite(point: Point) -> bool:
    return math.isfinite(point[0]) and math.isfinite(point[1])
