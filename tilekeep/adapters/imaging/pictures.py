"""Images for callables of other programs, and back (spec/auth-plugins-decorate.md, 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tilekeep.domain.errors import ImageError
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_query import Drawn

if TYPE_CHECKING:
    from tilekeep.adapters.imaging.image_result import ImageResult

#: Band layouts that few formats can be written in, and the one that shows the same.
_OTHER_COLORS = {"CMYK": "RGB", "HSV": "RGB", "LAB": "RGB", "La": "LA", "RGBX": "RGB", "RGBa": "RGBA", "YCbCr": "RGB"}


class PillowPictures:
    """The port :class:`tilekeep.ports.pictures.Pictures` by Pillow; pictures are known by their ``as_image``.

    Pillow is imported on first use.
    """

    def shown(self, drawn: Drawn, encoding: ImageEncoding) -> ImageResult:
        """See the port; the image is a copy, on which they may draw."""
        from tilekeep.adapters.imaging.image_result import ImageOptions, ImageResult
        from tilekeep.adapters.imaging.raster import PillowRaster, image_of
        from tilekeep.adapters.imaging.strips import whole

        image = image_of(whole(drawn.raster, PillowRaster)).copy()
        return ImageResult(image, image_opts=ImageOptions.of(encoding), cacheable=drawn.storable)

    def taken(self, picture: Any, drawn: Drawn) -> Drawn:
        """See the port."""
        from PIL import Image

        from tilekeep.adapters.imaging.raster import PillowRaster

        if not hasattr(picture, "as_image"):
            raise ImageError(f"a {type(picture).__name__} is no image: it has no as_image()")
        image = picture.as_image()
        if not isinstance(image, Image.Image):
            raise ImageError(f"as_image() gives a {type(image).__name__}, no image of Pillow")
        try:
            image.load()
        except OSError as error:
            raise ImageError(f"the image cannot be read: {error}") from error
        if image.mode in _OTHER_COLORS:
            image = image.convert(_OTHER_COLORS[image.mode])
        keeps = bool(getattr(picture, "cacheable", True))
        return Drawn(PillowRaster(image), drawn.fresh_for, drawn.storable and keeps, good_for=drawn.good_for)
