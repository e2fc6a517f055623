"""Making one colour of an image transparent (spec/sources.md, 3.6)."""

from __future__ import annotations

from PIL import Image, ImageChops

from tilekeep.adapters.imaging.raster import bands_of
from tilekeep.domain.image import Raster

_OPAQUE = 255


def without_color(raster: Raster, color: tuple[int, int, int], tolerance: float) -> Image.Image:
    """``raster`` as RGBA; pixels whose channels are all within ``tolerance`` of ``color`` get alpha 0."""
    result = Image.new("RGBA", raster.size)
    for top, band in bands_of(raster):
        result.paste(_band_without_color(band.convert("RGBA"), color, tolerance), (0, top))
    return result


def _band_without_color(image: Image.Image, color: tuple[int, int, int], tolerance: float) -> Image.Image:
    *channels, alpha = image.split()
    others = Image.new("L", image.size)
    for channel, value in zip(channels, color, strict=True):
        table = [0 if abs(level - value) <= tolerance else _OPAQUE for level in range(256)]
        others = ImageChops.lighter(others, channel.point(table))
    image.putalpha(ImageChops.multiply(alpha, others))
    return image
