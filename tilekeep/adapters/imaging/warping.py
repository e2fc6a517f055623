"""Maps drawn anew by Pillow (spec/config-globals-grids.md, 8.7)."""

from __future__ import annotations

from PIL import Image

from tilekeep.adapters.imaging.meshing import drawn_by_mesh
from tilekeep.adapters.imaging.resizing import rescaled
from tilekeep.adapters.imaging.shrinking import SHRINKING, shrunk_to_scale
from tilekeep.adapters.imaging.warped_canvas import empty, for_resampling, lay
from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import AlignedMesh, Rescaling, Warp
from tilekeep.domain.warp_steps import usual_steps

_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


def warped(image: Image.Image, warp: Warp, resampling: str, *, transparent: bool) -> Image.Image:
    """``image`` drawn anew; a part of a palette image that is cut along pixels keeps its palette."""
    if isinstance(warp, Rescaling):
        corner = warp.corner
        if corner is not None:
            return _cut(image, corner, warp.size, transparent=transparent)
        return rescaled(for_resampling(image), warp, _filter(warp, resampling), transparent=transparent)
    image = for_resampling(image)
    if resampling in SHRINKING:
        image, warp = shrunk_to_scale(image, warp, resampling)
        _, resampling = SHRINKING[resampling]
    mesh = warp.mesh if isinstance(warp, AlignedMesh) else warp
    return drawn_by_mesh(image, mesh, _FILTERS[resampling], transparent=transparent)


def _filter(warp: Rescaling, resampling: str) -> Image.Resampling:
    """The filter for a rescaling; one that averages areas has nothing to average where a map is enlarged."""
    if resampling == "area" and min(usual_steps(warp)) < 1:
        return Image.Resampling.BILINEAR
    return SHRINKING[resampling][0] if resampling in SHRINKING else _FILTERS[resampling]


def _cut(image: Image.Image, corner: tuple[int, int], size: Size, *, transparent: bool) -> Image.Image:
    left, top = corner
    if left >= 0 and top >= 0 and left + size.width <= image.width and top + size.height <= image.height:
        return image.crop((left, top, left + size.width, top + size.height))
    image = for_resampling(image)
    part = (max(left, 0), max(top, 0), min(left + size.width, image.width), min(top + size.height, image.height))
    result = empty(image, size, transparent=transparent)
    if part[0] < part[2] and part[1] < part[3]:
        lay(result, image.crop(part), (part[0] - left, part[1] - top))
    return result
