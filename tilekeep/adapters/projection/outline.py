"""Envelopes of transformed boxes (spec/config-globals-grids.md, 10)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import WEB_MERCATOR_HALF_WIDTH

_STEPS_PER_SIDE = 4

#: At and beyond these degrees a box reaches the edge of the web mercator world.
_WORLD = BBox(-180.0, -85.06, 180.0, 85.06)


def outline(bbox: BBox) -> list[tuple[float, float]]:
    """Sixteen points on the outline, once around: the corners and three between each two of them."""
    x_step = bbox.width / _STEPS_PER_SIDE
    y_step = bbox.height / _STEPS_PER_SIDE
    along = range(_STEPS_PER_SIDE + 1)
    between = range(1, _STEPS_PER_SIDE)
    bottom, top = ([(bbox.min_x + i * x_step, y) for i in along] for y in (bbox.min_y, bbox.max_y))
    left, right = ([(x, bbox.min_y + i * y_step) for i in between] for x in (bbox.min_x, bbox.max_x))
    return [*bottom, *right, *reversed(top), *reversed(left)]


def envelope(points: Sequence[tuple[float, float]]) -> BBox:
    """The box around all finite coordinates, axis by axis.

    :raises ProjectionError: an axis has no finite coordinate.
    """
    xs = [x for x, _ in points if math.isfinite(x)]
    ys = [y for _, y in points if math.isfinite(y)]
    if not xs or not ys:
        raise ProjectionError("No point of the box has a finite image in the target SRS.")
    return BBox(min(xs), min(ys), max(xs), max(ys))


def clamped_to_web_mercator(source: BBox, projected: BBox) -> BBox:
    """``projected`` with the world's edge wherever ``source``, in degrees, reaches +-180 or +-85.06 or goes beyond."""
    half = WEB_MERCATOR_HALF_WIDTH
    return BBox(
        -half if source.min_x <= _WORLD.min_x else projected.min_x,
        -half if source.min_y <= _WORLD.min_y else projected.min_y,
        half if source.max_x >= _WORLD.max_x else projected.max_x,
        half if source.max_y >= _WORLD.max_y else projected.max_y,
    )
