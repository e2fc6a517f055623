"""The same place on a map in another SRS (spec/sources.md, 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tilekeep.domain.feature_info import InfoQuery, PixelPosition
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.srs import Srs


class _Transform(Protocol):
    """As much of :class:`tilekeep.ports.projection.Transform` as a place needs."""

    def bbox(self, bbox: BBox) -> BBox: ...
    def points(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]: ...


def moved_to(query: InfoQuery, srs: Srs, transform: _Transform) -> InfoQuery | None:
    """``query`` in ``srs``, with the width it had and square pixels; ``transform`` leads from its SRS to ``srs``.

    The position is that of the whole pixel nearest to the transformed place.  None if the place has no image in
    ``srs``, or not within the box.

    :raises ProjectionError: the box has none.
    """
    bbox = transform.bbox(query.bbox)
    if bbox.width <= 0 or bbox.height <= 0:
        return None
    width = query.size.width
    height = max(1, int(bbox.height / bbox.width * width))
    ((x, y),) = transform.points([query.coordinate])
    if not (bbox.min_x <= x <= bbox.max_x and bbox.min_y <= y <= bbox.max_y):
        return None
    position = PixelPosition(
        min(round((x - bbox.min_x) / bbox.width * width), width - 1),
        min(round((bbox.max_y - y) / bbox.height * height), height - 1),
    )
    return query._replace(bbox=bbox, size=Size(width, height), srs=srs, position=position)
