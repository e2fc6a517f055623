"""Rasters that are drawn in strips, made whole or clipped strip by strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PIL import Image

from tilekeep.adapters.imaging.canvas import WHITE
from tilekeep.adapters.imaging.clipping import clipped
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
    result = Image.new("RGBA", raster.size, (*WHITE, 0)) if raster.transparent else Image.new("RGB", raster.size, WHITE)
    for top, band in bands_of(raster):
        result.paste(band, (0, top))
    return raster_of(result)


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
