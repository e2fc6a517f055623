"""Which place of a raster each pixel of a map shows, as OpenCV wants it: the centre of the first pixel is at (0, 0)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tilekeep.domain.tears import longest_step, may_be_torn
from tilekeep.domain.warp import AlignedMesh, Mesh, Rescaling

#: From here to the centre of a pixel.
_HALF = 0.5

#: Coordinates beyond this one are interpolated in double precision, lest nearby pixels be lost in rounding.
_FAR = 1e5

#: No raster is seen from so far away, and what is farther still would overflow.
_BEYOND = 1e15

_Numbers = npt.NDArray[Any]


class PixelMaps(NamedTuple):
    """The x and the y that each pixel shows, ``(height, width)``."""

    x: _Numbers
    y: _Numbers

    def inside(self, width: int, height: int) -> npt.NDArray[np.bool_]:
        """Which pixels show a raster of that size."""
        seen = (self.x >= -_HALF) & (self.x < width - _HALF)
        seen &= self.y >= -_HALF
        seen &= self.y < height - _HALF
        return seen

    def scaled(self, x: float, y: float) -> PixelMaps:
        """The same in a raster that has become smaller by these factors."""
        if x == y == 1:
            return self
        return PixelMaps((self.x + _HALF) * np.float32(x) - _HALF, (self.y + _HALF) * np.float32(y) - _HALF)


class AlignedMaps(NamedTuple):
    """The x that each column shows and the y that each row shows, of a map whose axes are those of the raster.

    They are ``even`` if both go on by the same step all along.
    """

    x: _Numbers
    y: _Numbers
    even: bool

    def inside(self, width: int, height: int) -> npt.NDArray[np.bool_]:
        """Which pixels show a raster of that size."""
        across, down = ((at >= -_HALF) & (at < end - _HALF) for at, end in ((self.x, width), (self.y, height)))
        return np.logical_and.outer(down, across)

    def stay_inside(self, width: int, height: int) -> bool:
        """Whether all of them do."""
        return all(at.min() >= -_HALF and at.max() < end - _HALF for at, end in ((self.x, width), (self.y, height)))

    def scaled(self, x: float, y: float) -> AlignedMaps:
        """The same in a raster that has become smaller by these factors."""
        return AlignedMaps((self.x + _HALF) * x - _HALF, (self.y + _HALF) * y - _HALF, self.even)


def aligned_maps(warp: Rescaling | AlignedMesh) -> AlignedMaps:
    """The maps of a warp that keeps the axes."""
    mesh = as_aligned_mesh(warp)
    across, down = (
        np.interp(np.arange(pixels) + _HALF, lines, values) - _HALF
        for pixels, lines, values in zip(mesh.size, (mesh.columns, mesh.rows), (mesh.xs, mesh.ys), strict=True)
    )
    return AlignedMaps(across, down, even=len(mesh.columns) == len(mesh.rows) == 2)  # noqa: PLR2004


def as_aligned_mesh(warp: Rescaling | AlignedMesh) -> AlignedMesh:
    """A rescaling as a mesh of one cell; a mesh as it is."""
    if isinstance(warp, AlignedMesh):
        return warp
    left, top, right, bottom = warp.part
    return AlignedMesh(warp.size, (0, warp.size.width), (0, warp.size.height), (left, right), (top, bottom))


def pixel_maps(mesh: Mesh) -> PixelMaps:
    """The maps of a mesh, far outside of any raster where nothing belongs."""
    points = _points(mesh) - _HALF
    missing = ~np.isfinite(points).all(axis=2)
    points[missing] = 0
    points = np.clip(points, -_BEYOND, _BEYOND)
    precision = np.float64 if np.abs(points).max() > _FAR else np.float32
    x, y = (
        _between(np.asarray(points[:, :, axis], precision), mesh, longest=_longest_step(points[~missing, axis]))
        for axis in (0, 1)
    )
    if precision is np.float64:
        x, y = (np.clip(values, -_FAR, _FAR).astype(np.float32) for values in (x, y))
    if missing.any():
        x[_between(np.asarray(missing, precision), mesh) > 0] = -_FAR
    return PixelMaps(x, y)


def _longest_step(values: _Numbers) -> float:
    return longest_step(float(values.min()), float(values.max())) if values.size else math.inf


def _between(values: _Numbers, mesh: Mesh, longest: float = math.inf) -> _Numbers:
    """What is known where the lines of the mesh cross, interpolated for every pixel."""
    return _along(_along(values.T, mesh.rows, longest).T, mesh.columns, longest)


def _along(values: _Numbers, lines: Sequence[int], longest: float) -> _Numbers:
    """``values`` at ``lines`` along the last axis, interpolated for the pixels between them.

    Where they differ by more than the ``longest`` step, pixels show what the nearer line does.

    Not as a product of matrices: most of that would be zeros, and its threads keep all processors waiting.
    """
    pixels = np.diff(lines)
    before = np.repeat(lines[:-1], pixels)
    share = (np.arange(lines[-1]) + _HALF - before) / np.repeat(pixels, pixels)
    steps = np.diff(values, axis=1)
    result = np.repeat(steps, pixels, axis=1)
    torn = (np.abs(steps) > longest) & [may_be_torn(count, lines[-1]) for count in pixels.tolist()]
    if torn.any():
        share = np.where(np.repeat(torn, pixels, axis=1), _nearer_end(share, result), share)
    result *= share.astype(values.dtype)
    result += np.repeat(values[:, :-1], pixels, axis=1)
    return result


def _nearer_end(share: _Numbers, steps: _Numbers) -> _Numbers:
    """The share at the end that is nearer, half a pixel inwards: at its very edge a raster shows nothing."""
    inwards = np.minimum(_HALF / np.maximum(np.abs(steps), _HALF), _HALF)
    return np.asarray(np.where(share > _HALF, 1 - inwards, inwards))


def _points(mesh: Mesh) -> _Numbers:
    return np.array(mesh.points, np.float64).reshape(len(mesh.rows), len(mesh.columns), 2)
