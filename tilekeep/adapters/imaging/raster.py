"""The raster that the imaging adapters hand out: an image of Pillow."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from tilekeep.domain.geometry import Size
from tilekeep.domain.image import Raster
from tilekeep.domain.striped_raster import StripedRaster

#: Pixels of what is worked on in one piece.
_LARGE = 1 << 20


class PillowRaster:
    """Decoded pixels as an image of Pillow, which nobody changes after it was put in."""

    __slots__ = ("image",)

    def __init__(self, image: Image.Image) -> None:
        self.image = image

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return Size(*self.image.size)

    def rows(self, top: int, end: int) -> Image.Image:
        """The rows from ``top`` up to and without ``end``."""
        return self.image.crop((0, top, self.image.width, end))


def image_of(raster: Raster) -> Image.Image:
    """The image inside ``raster``, which must come from these adapters."""
    image = getattr(raster, "image", None)
    if not isinstance(image, Image.Image):
        raise TypeError(f"{type(raster).__name__} is no raster of the imaging adapters")
    return image


def bands_of(raster: Raster) -> Iterator[tuple[int, Image.Image]]:
    """``raster``, which must come from these adapters, in pieces of its full width, each with its first row.

    Only those of large rasters are pieces, so that no work on one needs as much memory again.
    """
    if isinstance(raster, StripedRaster):
        for strip in raster.strips():
            for top, band in bands_of(strip.raster):
                yield strip.top + top, band
        return
    width, height = raster.size
    if width * height <= _LARGE:
        yield 0, image_of(raster)
        return
    rows_of = getattr(raster, "rows", None)
    assert rows_of is not None
    step = max(1, _LARGE // width)
    for top in range(0, height, step):
        yield top, rows_of(top, min(top + step, height))


def is_opaque(raster: Raster) -> bool:
    """Whether ``raster``, which must come from these adapters, is RGB without a colour key."""
    if isinstance(raster, StripedRaster):
        return not raster.transparent
    if getattr(raster, "words", None) is not None:
        return getattr(raster, "mode", None) == "RGB"
    image = image_of(raster)
    return image.mode == "RGB" and "transparency" not in image.info
