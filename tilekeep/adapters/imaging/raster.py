"""The raster that the imaging adapters hand out: an image of Pillow."""

from __future__ import annotations

from PIL import Image

from tilekeep.domain.geometry import Size
from tilekeep.domain.image import Raster


class PillowRaster:
    """Decoded pixels as an image of Pillow, which nobody changes after it was put in."""

    __slots__ = ("image",)

    def __init__(self, image: Image.Image) -> None:
        self.image = image

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return Size(*self.image.size)


def image_of(raster: Raster) -> Image.Image:
    """The image inside ``raster``, which must come from these adapters."""
    image = getattr(raster, "image", None)
    if not isinstance(image, Image.Image):
        raise TypeError(f"{type(raster).__name__} is no raster of the imaging adapters")
    return image


def is_opaque(raster: Raster) -> bool:
    """Whether ``raster``, which must come from these adapters, is RGB without a colour key."""
    if getattr(raster, "words", None) is not None:
        return getattr(raster, "mode", None) == "RGB"
    image = image_of(raster)
    return image.mode == "RGB" and "transparency" not in image.info
