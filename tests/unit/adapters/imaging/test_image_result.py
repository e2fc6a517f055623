"""Images as callables of other programs know them (spec/auth-plugins-decorate.md, 3)."""

from __future__ import annotations

import io
from typing import IO, Any

import pytest
from PIL import Image, ImageDraw

import tilekeep
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.image_result import ImageFormat, ImageOptions, ImageResult
from tilekeep.adapters.imaging.pictures import PillowPictures
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.imaging.raster import PillowRaster
from tilekeep.domain.errors import ImageError
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import ImageEncoding, ImageLimits
from tilekeep.domain.map_query import Drawn
from tilekeep.domain.striped_raster import Strip, StripedRaster
from tilekeep.ports.imaging import Canvas, Imaging

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)


def red(size: tuple[int, int] = (4, 3)) -> Image.Image:
    return Image.new("RGBA", size, RED)


def png() -> bytes:
    buffer = io.BytesIO()
    red().save(buffer, "PNG")
    return buffer.getvalue()


class TestImageResult:
    def test_it_has_both_names_in_the_package(self) -> None:
        assert tilekeep.ImageResult is tilekeep.ImageSource is ImageResult
        assert tilekeep.ImageOptions is ImageOptions

    def test_an_image_is_given_back(self) -> None:
        image = red()

        result = ImageResult(image)

        assert (result.as_image(), result.size, result.cacheable, result.filename) == (image, (4, 3), True, None)

    def test_a_file_is_read_when_it_is_looked_at(self) -> None:
        file = io.BytesIO(png())

        result = ImageResult(file, size=(9, 9))

        assert result.size == (9, 9)
        assert file.tell() == 0
        assert result.as_image().getpixel((0, 0)) == RED

    def test_a_file_that_can_be_read_only_once_can_be_looked_at_twice(self) -> None:
        class Stream:
            def __init__(self) -> None:
                self._rest = png()

            def read(self) -> bytes:
                given, self._rest = self._rest, b""
                return given

        stream: Any = Stream()
        result = ImageResult(stream)

        assert result.as_buffer().read() == result.as_buffer().read() == png()
        assert result.as_image().size == (4, 3)

    @pytest.mark.parametrize("transparent", [True, False])
    def test_palettes_become_full_colour_if_the_image_may_be_transparent(self, transparent: bool) -> None:
        result = ImageResult(red().quantize(2), image_opts=ImageOptions(transparent=transparent))

        assert result.as_image().mode == ("RGBA" if transparent else "P")

    def test_options_may_stand_in_the_place_of_the_size(self) -> None:
        """As they do in the examples that the documentation of the reference publishes."""
        options = ImageOptions(format="image/png")

        result = ImageResult(red(), options)

        assert (result.image_opts, result.size) == (options, (4, 3))

    @pytest.mark.parametrize("seekable", [True, False])
    def test_an_image_is_encoded_as_its_options_say(self, seekable: bool) -> None:
        result = ImageResult(red(), image_opts=ImageOptions(format="image/jpeg"))

        assert Image.open(result.as_buffer(seekable=seekable)).format == "JPEG"

    def test_a_file_stays_as_it_is_in_its_own_format(self) -> None:
        options = ImageOptions(format="image/png", transparent=True)
        result = ImageResult(io.BytesIO(png()), image_opts=options)

        assert result.as_buffer().read() == png()
        assert result.as_buffer(format="png").read() == png()
        assert result.as_buffer(ImageOptions(format="png")).read() == png()
        assert Image.open(result.as_buffer(format="jpeg")).format == "JPEG"

    def test_without_options_it_becomes_a_png(self) -> None:
        assert Image.open(ImageResult(red()).as_buffer()).format == "PNG"

    def test_asking_for_a_format_leaves_the_options_alone(self) -> None:
        options = ImageOptions(format="image/png")

        ImageResult(red(), image_opts=options).as_buffer(format="jpeg")

        assert options.format == "image/png"


class TestImageOptions:
    def test_they_say_what_the_encoding_says_and_back(self) -> None:
        encoding = ImageEncoding(
            "image/png", "RGBA", 256, transparent=True, quantizer="mediancut", jpeg_quality=70, resampling="nearest"
        )

        options = ImageOptions.of(encoding)

        assert (options.format, options.mode, options.colors, options.transparent) == ("png", "RGBA", 256, True)
        assert options.encoding() == encoding

    def test_a_copy_can_be_changed(self) -> None:
        options = ImageOptions(format="png")
        other = options.copy()

        other.transparent = True
        other.encoding_options["jpeg_quality"] = 1

        assert options.transparent is None
        assert options.encoding_options == {}

    @pytest.mark.parametrize("name", ["png", "image/png", "image/png; mode=8bit"])
    def test_formats_are_equal_by_their_subtype(self, name: str) -> None:
        assert ImageFormat(name) == "image/png"
        assert ImageFormat(name) != "image/jpeg"
        assert ImageFormat(name) != 5
        assert hash(ImageFormat(name)) == hash(ImageFormat("png"))
        assert ImageFormat(name).ext == "png"
        assert ImageFormat(name).mime_type.startswith("image/png")


@pytest.mark.parametrize("imaging", [PillowImaging(), FastImaging()], ids=["pillow", "fast"])
class TestPictures:
    """Rasters of every imaging become pictures and rasters again."""

    LIMITS = ImageLimits(10_000, 10_000)

    def test_a_raster_is_shown_as_a_copy(self, imaging: Imaging) -> None:
        drawn = Drawn(imaging.decode(png(), self.LIMITS), 5.0, may_be_kept=False)

        picture = PillowPictures().shown(drawn, ImageEncoding("image/png", transparent=True))
        ImageDraw.Draw(picture.as_image()).rectangle((0, 0, 9, 9), fill=BLUE)
        unchanged = imaging.encode(drawn.raster, ImageEncoding())

        assert picture.image_opts.transparent is True
        assert picture.cacheable is False
        assert Image.open(io.BytesIO(unchanged.body)).convert("RGBA").getpixel((0, 0)) == RED

    def test_what_was_drawn_on_it_is_taken(self, imaging: Imaging) -> None:
        drawn = Drawn(imaging.decode(png(), self.LIMITS), 5.0)
        picture = PillowPictures().shown(drawn, ImageEncoding())
        ImageDraw.Draw(picture.as_image()).rectangle((0, 0, 9, 9), fill=BLUE)

        taken = PillowPictures().taken(picture, drawn)
        encoded = imaging.encode(taken.raster, ImageEncoding("image/png"))

        assert Image.open(io.BytesIO(encoded.body)).convert("RGBA").getpixel((0, 0)) == BLUE
        assert (taken.fresh_for, taken.storable) == (5.0, True)

    @pytest.mark.parametrize(
        "image", [red().convert("L"), red().convert("LA"), red().quantize(2), red().convert("CMYK")]
    )
    def test_images_of_any_kind_are_taken(self, imaging: Imaging, image: Image.Image) -> None:
        drawn = Drawn(imaging.decode(png(), self.LIMITS))

        taken = PillowPictures().taken(ImageResult(image), drawn)

        for format_ in ("image/png", "image/jpeg", "image/gif"):
            assert imaging.encode(taken.raster, ImageEncoding(format_)).body
        assert imaging.clip(taken.raster, []).size == (4, 3)

    @pytest.mark.parametrize(("given", "own", "kept"), [(True, True, True), (True, False, False), (False, True, False)])
    def test_what_one_of_them_does_not_want_kept_is_not(
        self, imaging: Imaging, given: bool, own: bool, kept: bool
    ) -> None:
        drawn = Drawn(imaging.decode(png(), self.LIMITS), may_be_kept=given)

        assert PillowPictures().taken(ImageResult(red(), cacheable=own), drawn).storable is kept

    def test_a_raster_in_strips_is_shown_as_a_whole(self, imaging: Imaging) -> None:
        raster = imaging.compose(Canvas(Size(4, 1), transparent=True), [])
        striped = StripedRaster(Size(4, 2), lambda: iter([Strip(0, raster), Strip(1, raster)]), transparent=True)

        assert PillowPictures().shown(Drawn(striped), ImageEncoding()).size == (4, 2)


class Broken:
    def as_image(self) -> str:
        return "no image"


@pytest.mark.parametrize("picture", [None, red(), Broken()], ids=["nothing", "image of Pillow", "no image inside"])
def test_what_is_no_picture_is_an_error(picture: Any) -> None:
    drawn = Drawn(PillowRaster(red()))

    with pytest.raises(ImageError):
        PillowPictures().taken(picture, drawn)


def test_a_picture_that_cannot_be_read_is_an_error() -> None:
    file: IO[bytes] = io.BytesIO(png()[:45])

    with pytest.raises(ImageError, match="cannot be read"):
        PillowPictures().taken(ImageResult(file), Drawn(PillowRaster(red())))
