"""Maps drawn anew from words where that is faster than by Pillow (spec/config-globals-grids.md, 8.7)."""

from __future__ import annotations

import numpy as np

from tilekeep.adapters.imaging.pixels import FastRaster, Words, words_from_image
from tilekeep.adapters.imaging.raster import image_of
from tilekeep.adapters.imaging.shrinking import SHRINKING, shrunk_to_scale
from tilekeep.adapters.imaging.warped_canvas import for_resampling
from tilekeep.adapters.imaging.warping import warped
from tilekeep.domain.image import Raster
from tilekeep.domain.warp import Rescaling, Warp

#: OpenCV addresses the pixels of rasters by 16-bit numbers.
_LARGEST_SIDE = (1 << 15) - 2


def warped_raster(raster: Raster, warp: Warp, resampling: str, *, transparent: bool, opencv: bool) -> FastRaster:
    """``raster`` drawn anew; ``opencv`` says whether that library is there."""
    cut = _cut_words(raster, warp) if isinstance(warp, Rescaling) else None
    if cut is not None:
        return cut
    for_pillow = isinstance(warp, Rescaling) and (warp.corner is not None or resampling in SHRINKING)
    if opencv and not for_pillow and max(raster.size) <= _LARGEST_SIDE:
        if resampling in SHRINKING and not isinstance(warp, Rescaling):
            image, warp = shrunk_to_scale(for_resampling(image_of(raster)), warp, resampling)
            raster, resampling = FastRaster(image=image, mode=image.mode), SHRINKING[resampling][1]
        words, mode = _words(raster)
        if words is not None:
            from tilekeep.adapters.imaging.opencv_warping import warped_words

            drawn, mode = warped_words(words, mode, warp, resampling, transparent=transparent)
            return FastRaster(words=drawn, mode=mode)
    image = warped(image_of(raster), warp, resampling, transparent=transparent)
    return FastRaster(image=image, mode=image.mode)


def _cut_words(raster: Raster, warp: Rescaling) -> FastRaster | None:
    """The part of words that a cut along pixels leaves, if it lies inside."""
    corner = warp.corner
    if corner is None or not isinstance(raster, FastRaster) or raster.words is None:
        return None
    left, top = corner
    if min(corner) < 0 or left + warp.size.width > raster.size.width or top + warp.size.height > raster.size.height:
        return None
    part = raster.words[top : top + warp.size.height, left : left + warp.size.width]
    return FastRaster(words=np.ascontiguousarray(part), mode=raster.mode)


def _words(raster: Raster) -> tuple[Words | None, str]:
    if isinstance(raster, FastRaster) and raster.words is not None:
        return raster.words, raster.mode
    image = for_resampling(image_of(raster))
    return words_from_image(image), image.mode
