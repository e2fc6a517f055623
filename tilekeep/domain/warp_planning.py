"""Which warp, if any, makes one map out of another (spec/config-globals-grids.md, 8.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.lattice import fitted_lattice, fitted_lines
from tilekeep.domain.warp import AlignedMesh, Mesh, PixelBox, Rescaling, Warp

Point = tuple[float, float]
Points = Callable[[Sequence[Point]], list[Point]]

#: The images of x and of y coordinates where each depends on its own kind alone, else None.
Axes = Callable[[Sequence[float], Sequence[float]], tuple[list[float], list[float]] | None]

#: Share of a pixel by which boxes may differ and still count as equal.
_SAME = 0.1

#: Degrees by which boxes keep off the poles, which some projections cannot transform, and how near they must come.
_OFF_THE_POLE = 1e-8
_NEAR_THE_POLE = 1e-6
_POLE = 90.0


def warp_between(
    source: Extent,
    source_size: Size,
    target: Extent,
    target_size: Size,
    to_source: Points | None = None,
    axes_to_source: Axes | None = None,
) -> Warp | None:
    """How a raster that shows ``source`` is drawn anew to show ``target``; None if it is that map already.

    ``to_source`` transforms points from the SRS of ``target`` to that of ``source``, in x/y order, where these differ;
    a point without image becomes infinite.  ``axes_to_source`` does the same axis by axis, where that is possible.
    """
    if source.srs == target.srs:
        return _rescaling(source.bbox, source_size, target.bbox, target_size)
    if to_source is None:
        raise ValueError(f"a map in {source.srs.code} needs a transformation to become one in {target.srs.code}")
    maps = _Maps(_off_the_poles(source), source_size, _off_the_poles(target), target_size)
    aligned = None if axes_to_source is None else _aligned_mesh(maps, axes_to_source)
    return _mesh(maps, to_source) if aligned is None else aligned


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


class _Maps(NamedTuple):
    """The boxes and sizes of two maps, and how the pixels of one come to be those of the other."""

    source: BBox
    source_size: Size
    target: BBox
    target_size: Size

    def xs(self, columns: Sequence[float]) -> list[float]:
        """The x coordinates of columns of the target, none of them beyond its edge by rounding."""
        resolution = self.target.width / self.target_size.width
        return [min(self.target.min_x + column * resolution, self.target.max_x) for column in columns]

    def ys(self, rows: Sequence[float]) -> list[float]:
        """The y coordinates of rows of the target, likewise."""
        resolution = self.target.height / self.target_size.height
        return [max(self.target.max_y - row * resolution, self.target.min_y) for row in rows]

    def columns(self, xs: Sequence[float]) -> list[float]:
        """The columns of the source at x coordinates of its own."""
        per_unit = self.source_size.width / self.source.width
        return [(x - self.source.min_x) * per_unit for x in xs]

    def rows(self, ys: Sequence[float]) -> list[float]:
        """The rows of the source at y coordinates of its own."""
        per_unit = self.source_size.height / self.source.height
        return [(self.source.max_y - y) * per_unit for y in ys]


def _aligned_mesh(maps: _Maps, axes_to_source: Axes) -> AlignedMesh | None:
    target = maps.target
    # Whether all has an image shows at the ends of the axes.
    if axes_to_source((target.min_x, target.max_x), (target.min_y, target.max_y)) is None:
        return None

    def projected(xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]]:
        there = axes_to_source(xs, ys)
        assert there is not None
        return there

    across = fitted_lines(
        maps.target_size.width, maps.source_size.width, lambda at: maps.columns(projected(maps.xs(at), ())[0])
    )
    down = fitted_lines(
        maps.target_size.height, maps.source_size.height, lambda at: maps.rows(projected((), maps.ys(at))[1])
    )
    return AlignedMesh(maps.target_size, across.at, down.at, across.values, down.values)


def _mesh(maps: _Maps, to_source: Points) -> Mesh:
    def to_pixels(points: Sequence[Point]) -> list[Point]:
        columns, rows = zip(*points, strict=True)
        xs, ys = zip(*to_source(list(zip(maps.xs(columns), maps.ys(rows), strict=True))), strict=True)
        return list(zip(maps.columns(xs), maps.rows(ys), strict=True))

    lattice = fitted_lattice(maps.target_size, maps.source_size, to_pixels)
    return Mesh(maps.target_size, lattice.columns, lattice.rows, lattice.points)


def _off_the_poles(extent: Extent) -> BBox:
    min_x, min_y, max_x, max_y = extent.bbox
    if extent.srs.geographic and abs(min_y + _POLE) < _NEAR_THE_POLE:
        min_y = _OFF_THE_POLE - _POLE
    if extent.srs.geographic and abs(max_y - _POLE) < _NEAR_THE_POLE:
        max_y = _POLE - _OFF_THE_POLE
    return BBox(min_x, min_y, max_x, max_y)
