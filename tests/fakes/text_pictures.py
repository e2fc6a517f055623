"""Pictures of words for callables that draw words on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fakes.text_imaging import TextRaster
from tilekeep.domain.errors import ImageError
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_query import Drawn


@dataclass
class TextPicture:
    """What a callable gets; it may write into ``shows``."""

    shows: str
    encoding: ImageEncoding | None = None
    cacheable: bool = True


class TextPictures:
    """A :class:`tilekeep.ports.pictures.Pictures` for the rasters of ``TextImaging``."""

    def shown(self, drawn: Drawn, encoding: ImageEncoding) -> TextPicture:
        assert isinstance(drawn.raster, TextRaster)
        return TextPicture(drawn.raster.shows, encoding, drawn.storable)

    def taken(self, picture: Any, drawn: Drawn) -> Drawn:
        if not isinstance(picture, TextPicture):
            raise ImageError(f"a {type(picture).__name__} is no image")
        raster = TextRaster(drawn.raster.size, picture.shows)
        return Drawn(raster, drawn.fresh_for, drawn.storable and picture.cacheable)
