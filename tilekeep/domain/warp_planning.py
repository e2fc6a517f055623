"""Which warp, if any, makes one map out of another (spec/config-globals-grids.md, 8.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.lattice import fitted_lattice
from tilekeep.domain.warp import Mesh, PixelBox, Rescaling, Warp

Point = tuple[float, float]
Points = Callable[[Sequence[Point]], list[Point]]

#: Share of a pixel by which boxes may differ and still count as equal.
_SAME = 0.1

#: Degrees by which boxes keep off the poles, which some projections cannot transform, and how near they must come.
_OFF_THE_POLE = 1e-8
_NEAR_THE_POLE = 1e-6
_POLE = 90.0


def warp_between(
    source: Extent, source_size: Size, target: Extent, target_size: Size, to_source: Points | None = None
) -> Warp | None:
    """How a raster that shows ``source`` is drawn anew to show ``target``; None if it is that map already.

    ``to_source`` transforms points from the SRS of ``target`` to that of ``source``, in x/y order, where these differ;
    a point without image becomes infinite.
    """
    if source.srs == target.srs:
        return _rescaling(source.bbox, source_size, target.bbox, target_size)
    if to_source is None:
        raise ValueError(f"a map in {source.srs.code} needs a transformation to become one in {target.srs.code}")
    return _mesh(_off_the_poles(source), source_size, _off_the_poles(target), target_size, to_source)


def _rescaling(source: BBox, source_size: Size, target: BBox, target_size: Size) -> Rescaling | None:
    x_resolution, y_resolution = target.width / target_size.width, target.height / target_size.height
    if source_size == target_size and _equal(source, target, x_resolution * _SAME, y_resolution * _SAME):
        return None
    columns, rows = source_size.width / source.width, source_size.height / source.height
    left, top = (target.min_x - source.min_x) * columns, (source.max_y - target.max_y) * rows
    x_differs = abs(1 / columns - x_resolution) >= x_resolution * _SAME / target_size.width
    y_differs = abs(1 / rows - y_resolution) >= y_resolution * _SAME / target_size.height
    if x_differs or y_differs:
        right, bottom = (target.max_x - source.min_x) * columns, (source.max_y - target.min_y) * rows
        return Rescaling(PixelBox(left, top, right, bottom), target_size)
    left, top = round(left), round(top)
    part = PixelBox(float(left), float(top), float(left + target_size.width), float(top + target_size.height))
    return Rescaling(part, target_size)


def _equal(one: BBox, other: BBox, x_tolerance: float, y_tolerance: float) -> bool:
    return (
        abs(one.min_x - other.min_x) < x_tolerance
        and abs(one.max_x - other.max_x) < x_tolerance
        and abs(one.min_y - other.min_y) < y_tolerance
        and abs(one.max_y - other.max_y) < y_tolerance
    )


def _mesh(source: BBox, source_size: Size, target: BBox, target_size: Size, to_source: Points) -> Mesh:
    x_resolution, y_resolution = target.width / target_size.width, target.height / target_size.height
    columns, rows = source_size.width / source.width, source_size.height / source.height

    def to_pixels(points: Sequence[Point]) -> list[Point]:
        there = to_source([(target.min_x + x * x_resolution, target.max_y - y * y_resolution) for x, y in points])
        return [((x - source.min_x) * columns, (source.max_y - y) * rows) for x, y in there]

    lattice = fitted_lattice(target_size, source_size, to_pixels)
    return Mesh(target_size, lattice.columns, lattice.rows, lattice.points)


def _off_the_poles(extent: Extent) -> BBox:
    min_x, min_y, max_x, max_y = extent.bbox
    if extent.srs.geographic and abs(min_y + _POLE) < _NEAR_THE_POLE:
        min_y = _OFF_THE_POLE - _POLE
    if extent.srs.geographic and abs(max_y - _POLE) < _NEAR_THE_POLE:
        max_y = _POLE - _OFF_THE_POLE
    return BBox(min_x, min_y, max_x, max_y)
