"""Maps in another SRS drawn by Pillow (spec/config-globals-grids.md, 8.7)."""

from __future__ import annotations

import itertools
import math

from PIL import Image

from tilekeep.adapters.imaging.canvas import WHITE
from tilekeep.adapters.imaging.deep import NOTHING, is_deep_mode
from tilekeep.adapters.imaging.warped_canvas import OPAQUE_WHITE, whitened, with_alpha
from tilekeep.domain.geometry import Size
from tilekeep.domain.tears import longest_step, may_be_torn
from tilekeep.domain.warp import Mesh

_HALF = 0.5

_Quad = tuple[tuple[int, int, int, int], tuple[float, ...]]


def drawn_by_mesh(image: Image.Image, mesh: Mesh, resampling: Image.Resampling, *, transparent: bool) -> Image.Image:
    """``image``, whose values may be mixed, drawn anew."""
    quads = _quads(mesh)
    if is_deep_mode(image.mode):
        return image.transform(mesh.size, Image.Transform.MESH, quads, resampling, fillcolor=NOTHING)
    if not transparent and image.mode != "RGBA":
        fill = WHITE if image.mode == "RGB" else 255
        return image.transform(mesh.size, Image.Transform.MESH, quads, resampling, fillcolor=fill)
    if mesh_stays_inside(mesh, Size(*image.size)):
        return whitened(image.transform(mesh.size, Image.Transform.MESH, quads, resampling))
    image = with_alpha(image)
    result = whitened(image.transform(mesh.size, Image.Transform.MESH, quads, resampling, fillcolor=(0, 0, 0, 0)))
    if not transparent:
        outside = Image.new("L", image.size, 0).transform(
            mesh.size, Image.Transform.MESH, quads, Image.Resampling.NEAREST, fillcolor=255
        )
        result.paste(OPAQUE_WHITE, mask=outside)
    return result


def mesh_stays_inside(mesh: Mesh, size: Size) -> bool:
    """Whether every pixel shows a part of a raster of ``size``."""
    return all(0 <= x < size.width and 0 <= y < size.height for x, y in mesh.points)


def _quads(mesh: Mesh) -> list[_Quad]:
    """The cells of a mesh as Pillow wants them, counterclockwise; those next to a point without image are left out."""
    columns, rows, points = mesh.columns, mesh.rows, mesh.points
    steps = _longest_steps(mesh)
    quads: list[_Quad] = []
    for row, (top, bottom) in enumerate(itertools.pairwise(rows)):
        for column, (left, right) in enumerate(itertools.pairwise(columns)):
            at = row * len(columns) + column
            below = at + len(columns)
            corners = (*points[at], *points[below], *points[below + 1], *points[at + 1])
            if all(map(math.isfinite, corners)):
                torn = may_be_torn(right - left, mesh.size.width) or may_be_torn(bottom - top, mesh.size.height)
                quads.append(((left, top, right, bottom), _mended(corners, steps) if torn else corners))
    return quads


def _longest_steps(mesh: Mesh) -> tuple[float, float]:
    finite = [point for point in mesh.points if all(map(math.isfinite, point))]
    xs, ys = zip(*finite, strict=True) if finite else ((0.0,), (0.0,))
    return longest_step(min(xs), max(xs)), longest_step(min(ys), max(ys))


def _mended(corners: tuple[float, ...], steps: tuple[float, float]) -> tuple[float, ...]:
    """The corners of a cell; one across a tear shows what its upper left corner does."""
    xs, ys = (_at_first(values, step) for values, step in zip((corners[::2], corners[1::2]), steps, strict=True))
    return tuple(value for point in zip(xs, ys, strict=True) for value in point)


def _at_first(values: tuple[float, ...], longest: float) -> tuple[float, ...]:
    """``values``, or where they differ too much the first, half a pixel inwards: at its edge a raster shows nothing."""
    low, high = min(values), max(values)
    if high - low <= longest:
        return values
    first = values[0] + math.copysign(_HALF, low + high - 2 * values[0])
    return (first,) * len(values)
