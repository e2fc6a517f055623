"""Maps in another SRS drawn by Pillow (spec/config-globals-grids.md, 8.7)."""

from __future__ import annotations

import itertools
import math

from PIL import Image

from tilekeep.adapters.imaging.canvas import WHITE
from tilekeep.adapters.imaging.deep import NOTHING, is_deep_mode
from tilekeep.adapters.imaging.warped_canvas import OPAQUE_WHITE, whitened, with_alpha
from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import Mesh

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
    quads: list[_Quad] = []
    for row, (top, bottom) in enumerate(itertools.pairwise(rows)):
        for column, (left, right) in enumerate(itertools.pairwise(columns)):
            at = row * len(columns) + column
            below = at + len(columns)
            corners = (*points[at], *points[below], *points[below + 1], *points[at + 1])
            if all(map(math.isfinite, corners)):
                quads.append(((left, top, right, bottom), corners))
    return quads
