"""JPEG images that are decoded when their pixels are needed."""

from __future__ import annotations

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from tilekeep.adapters.imaging.pillow_reading import loaded
from tilekeep.adapters.imaging.pixels import FastRaster, is_plain
from tilekeep.domain.errors import UndecodableImage
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import JPEG


class JpegRaster(FastRaster):
    """A plain RGB image as it came; whoever asks for pixels hears whether it is damaged.

    :raises UndecodableImage: damaged or cut; from all that gives pixels.
    """

    __slots__ = ("_damage", "_opened", "body")

    def __init__(self, opened: JpegImageFile, body: bytes) -> None:
        super().__init__(mode=opened.mode)
        self._opened = opened
        self._damage: UndecodableImage | None = None
        self.body = body

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return Size(*self._opened.size)

    @property
    def image(self) -> Image.Image:
        """The pixels as an image of Pillow."""
        self._decode()
        return super().image

    def rows(self, top: int, end: int) -> Image.Image:
        """The rows from ``top`` up to and without ``end``, as an image of Pillow."""
        self._decode()
        return super().rows(top, end)

    def _decode(self) -> None:
        if self._damage is not None:
            raise self._damage
        if self._image is None:
            try:
                self._image = loaded(self._opened, JPEG)
            except UndecodableImage as error:
                self._damage = error  # a second time Pillow would give what it has read, as if that were all
                raise


def jpeg_raster(opened: Image.Image, body: bytes) -> JpegRaster | None:
    """The raster of an ``opened`` image, or None for one in other bands than RGB, with a profile, or progressive.

    Of the last no decoder says whether it is whole, and how the coarse parts look differs from one to the other.
    """
    if not isinstance(opened, JpegImageFile) or opened.format != "JPEG" or "progressive" in opened.info:
        return None
    return JpegRaster(opened, body) if is_plain(opened) and opened.mode == "RGB" else None
