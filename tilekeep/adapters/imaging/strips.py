"""Rasters that are drawn in strips, made whole or clipped strip by strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PIL import Image

from tilekeep.adapters.imaging.canvas import WHITE
from tilekeep.adapters.imaging.clipping import clipped
from tilekeep.adapters.imaging.deep import empty_deep, in_deep_mode, is_deep_mode
from tilekeep.adapters.imaging.raster import bands_of, image_of
from tilekeep.domain.image import Raster
from tilekeep.domain.polygon import Polygon, Ring
from tilekeep.domain.striped_raster import Strip, StripedRaster

#: Wraps an image as a raster.
Wrap = Callable[[Image.Image], Raster]


def whole(raster: Raster, raster_of: Wrap) -> Raster:
    """``raster`` in one piece, which it is already unless it comes in strips."""
    if not isinstance(raster, StripedRaster):
        return raster
    result: Image.Image | None = None
    for top, band in bands_of(raster):
        if result is None:
            result = _ground(raster, band)
        result.paste(in_deep_mode(band, result.mode) if is_deep_mode(result.mode) else band, (0, top))
    return raster_of(_ground(raster, None) if result is None else result)


def _ground(raster: StripedRaster, first: Image.Image | None) -> Image.Image:
    """An empty image as deep as the first strip, if that is."""
    if first is not None and is_deep_mode(first.mode):
        return empty_deep(first.mode, raster.size)
    if raster.transparent:
        return Image.new("RGBA", raster.size, (*WHITE, 0))
    return Image.new("RGB", raster.size, WHITE)


def clipped_raster(raster: Raster, keep: Sequence[Polygon], raster_of: Wrap) -> Raster:
    """``raster`` clipped to ``keep``; one that comes in strips still does so."""
    if not isinstance(raster, StripedRaster):
        return raster_of(clipped(image_of(raster), keep))

    def clip(strip: Strip) -> Raster:
        return raster_of(clipped(image_of(strip.raster), [_raised(polygon, strip.top) for polygon in keep]))

    return raster.changed(clip, transparent=True)


def _raised(polygon: Polygon, rows: int) -> Polygon:
    """``polygon`` in an image that begins so many rows further down."""

    def raised(ring: Ring) -> Ring:
        return tuple((x, y - rows) for x, y in ring)

    return Polygon(raised(polygon.exterior), tuple(map(raised, polygon.holes)))
