"""Rasters that are made smaller before they are drawn anew, for filters that only know how to rescale."""

from __future__ import annotations

import math

from PIL import Image

from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import AlignedMesh, Mesh
from tilekeep.domain.warp_steps import shrunk, usual_steps

#: The filters by which rasters shrink, and the resampling that draws them anew then.
SHRINKING = {"area": (Image.Resampling.BOX, "bilinear"), "lanczos": (Image.Resampling.LANCZOS, "bicubic")}


def shrunk_to_scale(
    image: Image.Image, mesh: Mesh | AlignedMesh, resampling: str
) -> tuple[Image.Image, Mesh | AlignedMesh]:
    """``image``, whose values may be mixed, in a size in which its pixels are those of the map, and the mesh for it.

    It is as it was where the map is not smaller.
    """
    steps = usual_steps(mesh)
    size = Size(*(math.ceil(length / max(step, 1.0)) for length, step in zip(image.size, steps, strict=True)))
    if size == image.size:
        return image, mesh
    by, _ = SHRINKING[resampling]
    return image.resize(size, by), shrunk(mesh, Size(*image.size), size)
