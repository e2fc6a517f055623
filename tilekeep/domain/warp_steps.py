"""How many pixels of a raster become one of a map."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import AlignedMesh, Mesh, Rescaling, Warp


class Steps(NamedTuple):
    """From one pixel of the map to the next, how far one usually goes in the raster, along its x and along its y."""

    x: float
    y: float


def usual_steps(warp: Warp) -> Steps:
    """The steps in the middle of all; one pixel where nothing has an image or all has the same."""
    if isinstance(warp, Rescaling):
        left, top, right, bottom = warp.part
        return Steps(abs(right - left) / warp.size.width, abs(bottom - top) / warp.size.height)
    if isinstance(warp, AlignedMesh):
        x, y = _median(_changes(warp.columns, warp.xs)), _median(_changes(warp.rows, warp.ys))
        return Steps(x or 1.0, y or 1.0)
    xs, ys = ([point[axis] for point in warp.points] for axis in (0, 1))
    return Steps(math.hypot(*_medians(warp, xs)) or 1.0, math.hypot(*_medians(warp, ys)) or 1.0)


def shrunk(warp: Mesh | AlignedMesh, raster: Size, smaller: Size) -> Mesh | AlignedMesh:
    """The warp that does with a ``raster`` that has become ``smaller`` what ``warp`` does with the raster."""
    x, y = smaller.width / raster.width, smaller.height / raster.height
    if isinstance(warp, AlignedMesh):
        return warp._replace(xs=tuple(at * x for at in warp.xs), ys=tuple(at * y for at in warp.ys))
    return warp._replace(points=tuple((at_x * x, at_y * y) for at_x, at_y in warp.points))


def _medians(mesh: Mesh, values: Sequence[float]) -> tuple[float, float]:
    """The usual change of a coordinate of the raster along the rows and down the columns of a map."""
    width = len(mesh.columns)
    rows = [values[start : start + width] for start in range(0, len(values), width)]
    across = [change for row in rows for change in _changes(mesh.columns, row)]
    down = [change for column in range(width) for change in _changes(mesh.rows, values[column::width])]
    return _median(across), _median(down)


def _changes(lines: Sequence[int], values: Sequence[float]) -> Iterable[float]:
    """How much the ``values`` at the ``lines`` change from pixel to pixel."""
    for (before, after), (low, high) in zip(pairwise(lines), pairwise(values), strict=True):
        yield abs(high - low) / (after - before)


def _median(changes: Iterable[float]) -> float:
    finite = sorted(filter(math.isfinite, changes))
    return finite[len(finite) // 2] if finite else 0.0
