"""Rasters that are made smaller before they are drawn anew, for filters that only know how to rescale."""

from __future__ import annotations

import math

from PIL import Image

from tilekeep.adapters.imaging.padding import with_repeated_edges
from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import AlignedMesh, Mesh
from tilekeep.domain.warp_steps import shrunk, usual_steps

#: The filters by which rasters shrink, and the resampling that draws them anew then.
SHRINKING = {"area": (Image.Resampling.BOX, "bilinear"), "lanczos": (Image.Resampling.LANCZOS, "bicubic")}


def shrunk_to_scale(
    image: Image.Image, mesh: Mesh | AlignedMesh, resampling: str
) -> tuple[Image.Image, Mesh | AlignedMesh]:
    """``image``, whose values may be mixed, in about the scale of the map, and the mesh for it.

    Each axis is halved as often as comes nearest: so the same pixels are merged for neighbouring maps, whose scales
    differ a little, and whose windows begin at multiples of many pixels.
    """
    steps = zip(usual_steps(mesh), image.size, strict=True)
    factors = [2 ** round(math.log2(min(max(step, 1.0), length))) for step, length in steps]
    size = Size(*(math.ceil(length / factor) for length, factor in zip(image.size, factors, strict=True)))
    if size == image.size:
        return image, mesh
    even = Size(*(length * factor for length, factor in zip(size, factors, strict=True)))
    by, _ = SHRINKING[resampling]
    return with_repeated_edges(image, (0, 0, *even)).resize(size, by), shrunk(mesh, even, size)
