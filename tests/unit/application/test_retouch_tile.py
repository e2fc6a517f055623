"""Another image of a stored tile, drawn on and cut."""

from __future__ import annotations

import pytest

from tests.fakes.text_imaging import TextImaging, TextRaster, image
from tilekeep.application.retouch_tile import RetouchTile
from tilekeep.domain.errors import StoreError
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageLimits, Raster
from tilekeep.domain.map_query import Drawn
from tilekeep.domain.region import BoxRegion

TILE = image(256, 256, "tile")
BOX = BBox(0, 0, 256, 256)
JPEG = ImageEncoding("image/jpeg")
REGION = BoxRegion(BBox(0, 0, 100, 100))


class Encodings(TextImaging):
    """Remembers how images were encoded."""

    def __init__(self) -> None:
        self.used: list[ImageEncoding] = []

    def encode(self, raster: Raster, encoding: ImageEncoding, shows: Extent | None = None) -> EncodedImage:
        self.used.append(encoding)
        return super().encode(raster, encoding, shows)


def with_ink(drawn: Drawn) -> Drawn:
    assert isinstance(drawn.raster, TextRaster)
    return Drawn(TextRaster(drawn.raster.size, f"{drawn.raster.shows} with ink"), may_be_kept=False)


def retouch(imaging: Encodings) -> RetouchTile:
    return RetouchTile(imaging, ImageLimits(10_000, 100_000))


def test_a_cut_tile_is_a_png_with_alpha_whatever_it_was() -> None:
    imaging = Encodings()

    image, storable = retouch(imaging)(TILE, BOX, JPEG, redraw=None, region=REGION)

    assert (image.body, image.media_type, storable) == (b"tile clipped to 1", "image/png", True)
    assert [(used.transparent, used.colors) for used in imaging.used] == [(True, None)]


def test_a_tile_that_is_drawn_on_keeps_its_encoding() -> None:
    imaging = Encodings()

    image, storable = retouch(imaging)(TILE, BOX, JPEG, redraw=with_ink, region=None)

    assert (image.body, image.media_type, storable) == (b"tile with ink", "image/jpeg", False)
    assert imaging.used == [JPEG]


def test_tiles_are_drawn_on_before_they_are_cut() -> None:
    image, _ = retouch(Encodings())(TILE, BOX, JPEG, redraw=with_ink, region=REGION)

    assert image.body == b"tile with ink clipped to 1"


def test_a_tile_that_is_no_image_is_an_error_of_the_store() -> None:
    with pytest.raises(StoreError, match="neither drawn on nor cut"):
        retouch(Encodings())(b"nonsense", BOX, JPEG, redraw=None, region=REGION)
