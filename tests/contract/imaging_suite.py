"""What every :class:`tilekeep.ports.imaging.Imaging` promises, told in pixels; adapters subclass it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from tests.contract.pictures import (
    bytes_of,
    gif_with_frame,
    gradient,
    map_like,
    pixels_of,
    png_header_only,
    tiff_in_tiles,
    webp_with_frame,
)
from tilekeep.domain.errors import ImageError, ImageTooLarge, UndecodableImage
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import (
    GIF,
    JPEG,
    MIXED,
    PNG,
    TIFF,
    WEBP,
    EncodedImage,
    ImageEncoding,
    ImageFacts,
    ImageLimits,
    Raster,
)
from tilekeep.ports.imaging import Canvas, Imaging, Placement

LIMITS = ImageLimits(max_bytes=2_000_000, max_pixels=1_000_000)
FORMATS = {"PNG": PNG, "JPEG": JPEG, "GIF": GIF, "TIFF": TIFF, "WEBP": WEBP}
TILE = Size(32, 32)
TRUE_COLOR = ImageEncoding(PNG, colors=0)
CLEAR_TRUE_COLOR = ImageEncoding(PNG, colors=0, transparent=True)
PALETTED = ImageEncoding(PNG, colors=256)

every_format = pytest.mark.parametrize("name", FORMATS)


class ImagingSuite:
    def make_imaging(self) -> Imaging:
        """The imaging under test."""
        raise NotImplementedError

    @pytest.fixture
    def imaging(self) -> Imaging:
        return self.make_imaging()

    # What comes from outside

    @every_format
    def test_the_header_tells_format_and_size(self, imaging: Imaging, name: str) -> None:
        body = bytes_of(gradient(70, 40), name)

        assert imaging.inspect(body, LIMITS) == ImageFacts(FORMATS[name], 70, 40)
        assert imaging.decode(body, LIMITS).size == (70, 40)

    @pytest.mark.parametrize(
        "body",
        [b"", b"<html>no map today</html>", b"<?xml version='1.0'?><ServiceException/>", b"BM" + bytes(60), b"\x89PNG"],
        ids=["empty", "html", "service exception", "a format nobody asked for", "four bytes"],
    )
    def test_what_is_no_image_is_refused(self, imaging: Imaging, body: bytes) -> None:
        with pytest.raises(UndecodableImage):
            imaging.inspect(body, LIMITS)
        with pytest.raises(UndecodableImage):
            imaging.decode(body, LIMITS)

    @every_format
    @pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
    def test_a_cut_image_is_refused(self, imaging: Imaging, name: str, kept: float) -> None:
        body = bytes_of(gradient(150, 150, noise=True), name)
        cut = body[: int(len(body) * kept)]

        with pytest.raises(UndecodableImage):
            imaging.inspect(cut, LIMITS)
        with pytest.raises(UndecodableImage):
            imaging.decode(cut, LIMITS)

    def test_a_png_without_its_end_is_refused(self, imaging: Imaging) -> None:
        with pytest.raises(UndecodableImage):
            imaging.inspect(bytes_of(gradient(20, 20), "PNG")[:-12], LIMITS)

    def test_a_png_with_a_wrong_checksum_is_refused(self, imaging: Imaging) -> None:
        body = bytearray(bytes_of(gradient(20, 20), "PNG"))
        body[body.index(b"IDAT") + 10] ^= 0xFF

        with pytest.raises(UndecodableImage):
            imaging.decode(bytes(body), LIMITS)

    def test_more_bytes_than_permitted_are_refused(self, imaging: Imaging) -> None:
        body = bytes_of(gradient(20, 20), "PNG")

        with pytest.raises(ImageTooLarge):
            imaging.inspect(body, LIMITS._replace(max_bytes=len(body) - 1))
        assert imaging.inspect(body, LIMITS._replace(max_bytes=len(body)))

    @every_format
    def test_more_pixels_than_permitted_are_refused(self, imaging: Imaging, name: str) -> None:
        body = bytes_of(gradient(20, 20), name)

        with pytest.raises(ImageTooLarge):
            imaging.decode(body, LIMITS._replace(max_pixels=399))
        assert imaging.decode(body, LIMITS._replace(max_pixels=400)).size == (20, 20)

    @pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (2**31 - 1, 1), (2**31 - 1, 2**31 - 1)])
    def test_the_size_is_judged_before_any_pixel(self, imaging: Imaging, width: int, height: int) -> None:
        bomb = png_header_only(width, height)

        with pytest.raises(ImageTooLarge):
            imaging.inspect(bomb, LIMITS)
        with pytest.raises(ImageTooLarge):
            imaging.decode(bomb, LIMITS)

    @pytest.mark.parametrize(
        "bomb",
        [
            pytest.param(tiff_in_tiles((32768, 32768)), id="tiles larger than the image"),
            pytest.param(tiff_in_tiles((32768, 32768), order=">"), id="in the other byte order"),
            pytest.param(tiff_in_tiles((32768, 32768), (16, 16)), id="a harmless size after it"),
            pytest.param(tiff_in_tiles((16, 16), (32768, 32768)), id="a harmless size before it"),
        ],
    )
    def test_tiles_of_tiff_are_judged_before_any_is_decoded(self, imaging: Imaging, bomb: bytes) -> None:
        with pytest.raises(ImageTooLarge):
            imaging.inspect(bomb, LIMITS)
        with pytest.raises(ImageTooLarge):
            imaging.decode(bomb, LIMITS)

    def test_a_tiff_in_real_tiles_is_decoded(self, imaging: Imaging) -> None:
        body = tiff_in_tiles((16, 16), image_size=(5, 5), data=bytes(256))

        assert imaging.decode(body, LIMITS).size == (5, 5)

    @pytest.mark.parametrize(
        "bomb", [gif_with_frame(50_000, 50_000), webp_with_frame(4_000, 4_000)], ids=["GIF", "WebP"]
    )
    def test_frames_larger_than_the_whole_are_refused(self, imaging: Imaging, bomb: bytes) -> None:
        with pytest.raises(ImageError):
            imaging.inspect(bomb, LIMITS)
        with pytest.raises(ImageError):
            imaging.decode(bomb, LIMITS)

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
    def test_all_pixels_arrive_as_they_were(self, imaging: Imaging, mode: str) -> None:
        image = gradient(40, 30).convert(mode) if mode != "I;16" else Image.new("I;16", (40, 30), 4000)

        encoded = imaging.encode(imaging.decode(bytes_of(image, "PNG"), LIMITS), TRUE_COLOR)

        assert encoded.media_type == PNG
        assert Image.open(io.BytesIO(encoded.body)).tobytes() == image.tobytes()

    # Cutting

    def test_tiles_are_cut_at_their_corners_in_the_order_asked_for(self, imaging: Imaging) -> None:
        image = gradient(100, 80)
        corners = [(60, 40), (0, 0), (7, 13)]

        tiles = imaging.split(decoded(imaging, image), corners, TILE, TRUE_COLOR)

        for (left, top), tile in zip(corners, tiles, strict=True):
            assert pixels_of(tile) == image.crop((left, top, left + 32, top + 32)).convert("RGBA").tobytes()

    @pytest.mark.parametrize("corner", [(-10, -20), (90, 70), (0, -31), (99, 0)], ids=str)
    @pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
    def test_parts_outside_show_the_empty_canvas(
        self, imaging: Imaging, corner: tuple[int, int], transparent: bool, mode: str
    ) -> None:
        image = gradient(100, 80).convert(mode)
        encoding = replace(TRUE_COLOR, transparent=transparent)

        [tile] = imaging.split(decoded(imaging, image), [corner], TILE, encoding)

        canvas = Image.new("RGBA", TILE, (255, 255, 255, 0 if transparent else 255))
        canvas.paste(image.convert("RGBA" if transparent else "RGB"), (-corner[0], -corner[1]))
        assert pixels_of(tile) == canvas.tobytes()

    @pytest.mark.parametrize("corner", [(100, 0), (0, 80), (-32, 0), (500, -500)], ids=str)
    def test_a_tile_wholly_outside_is_empty(self, imaging: Imaging, corner: tuple[int, int]) -> None:
        [tile] = imaging.split(decoded(imaging, gradient(100, 80)), [corner], TILE, PALETTED)

        assert pixels_of(tile) == Image.new("RGBA", TILE, "white").tobytes()

    def test_tiles_need_not_be_square(self, imaging: Imaging) -> None:
        image = gradient(100, 80)

        [tile] = imaging.split(decoded(imaging, image), [(3, 5)], Size(17, 41), TRUE_COLOR)

        assert pixels_of(tile) == image.crop((3, 5, 20, 46)).convert("RGBA").tobytes()

    # Encoding

    def test_no_more_colors_than_configured(self, imaging: Imaging) -> None:
        [tile] = imaging.split(
            decoded(imaging, gradient(64, 64)), [(0, 0)], Size(64, 64), ImageEncoding(PNG, colors=16)
        )

        assert opened(tile).mode == "P"
        assert len(opened(tile).convert("RGB").getcolors(256) or ()) <= 16

    def test_a_palette_of_an_opaque_cache_drops_alpha(self, imaging: Imaging) -> None:
        [tile] = imaging.split(decoded(imaging, map_like(64, holes=True)), [(0, 0)], Size(64, 64), PALETTED)

        assert opened(tile).convert("RGBA").getchannel("A").getextrema() == (255, 255)

    def test_a_palette_of_a_transparent_cache_keeps_alpha(self, imaging: Imaging) -> None:
        image = map_like(64, holes=True)

        [tile] = imaging.split(
            decoded(imaging, image), [(0, 0)], Size(64, 64), ImageEncoding(PNG, colors=256, transparent=True)
        )

        assert opened(tile).convert("RGBA").getchannel("A").tobytes() == image.getchannel("A").tobytes()

    def test_a_palette_with_the_configured_number_of_colors_is_kept(self, imaging: Imaging) -> None:
        image = gradient(64, 64).quantize(256)
        assert len(image.getpalette() or ()) == 768

        [tile] = imaging.split(decoded(imaging, image), [(0, 0)], Size(64, 64), PALETTED)

        assert pixels_of(tile) == image.convert("RGBA").tobytes()

    def test_mixed_is_png_where_a_pixel_is_transparent_and_jpeg_elsewhere(self, imaging: Imaging) -> None:
        image = map_like(64, holes=True)
        image.paste((200, 100, 50, 255), (32, 0, 64, 64))

        tiles = imaging.split(
            decoded(imaging, image), [(0, 0), (32, 0)], TILE, ImageEncoding(MIXED, colors=256, transparent=True)
        )

        assert [tile.media_type for tile in tiles] == [PNG, JPEG]
        assert [opened(tile).format for tile in tiles] == ["PNG", "JPEG"]

    def test_jpeg_drops_alpha_without_compositing(self, imaging: Imaging) -> None:
        invisible_red = Image.new("RGBA", (32, 32), (254, 0, 0, 0))

        [tile] = imaging.split(decoded(imaging, invisible_red), [(0, 0)], TILE, ImageEncoding(JPEG))

        assert opened(tile).getpixel((5, 5)) == (254, 0, 0)

    def test_jpeg_quality_is_obeyed(self, imaging: Imaging) -> None:
        raster = decoded(imaging, gradient(64, 64, noise=True))

        low, high = (imaging.encode(raster, ImageEncoding(JPEG, jpeg_quality=quality)) for quality in (20, 95))

        assert len(low.body) < len(high.body) / 2

    @pytest.mark.parametrize(("media_type", "name"), [(GIF, "GIF"), (TIFF, "TIFF"), (WEBP, "WEBP")])
    def test_other_formats_are_written_too(self, imaging: Imaging, media_type: str, name: str) -> None:
        encoded = imaging.encode(decoded(imaging, gradient(30, 20)), ImageEncoding(media_type))

        assert (encoded.media_type, opened(encoded).format, opened(encoded).size) == (media_type, name, (30, 20))

    def test_the_mode_is_the_last_conversion(self, imaging: Imaging) -> None:
        encoded = imaging.encode(decoded(imaging, gradient(30, 20)), ImageEncoding(PNG, mode="L", colors=0))

        assert opened(encoded).mode == "L"

    def test_a_raster_can_be_encoded_again_and_again(self, imaging: Imaging) -> None:
        raster = decoded(imaging, map_like(64, holes=True))

        first = imaging.encode(raster, CLEAR_TRUE_COLOR)
        imaging.encode(raster, PALETTED)
        imaging.encode(raster, ImageEncoding(JPEG))

        assert imaging.encode(raster, CLEAR_TRUE_COLOR) == first

    # Single colours

    @pytest.mark.parametrize(
        ("image", "color"),
        [
            (Image.new("RGB", (64, 64), (254, 0, 4)), (254, 0, 4)),
            (Image.new("RGBA", (64, 64), (254, 0, 4, 7)), (254, 0, 4, 7)),
            (Image.new("RGB", (64, 64), (254, 0, 4)).quantize(4), (254, 0, 4)),
            (Image.new("L", (64, 64), 17), (17, 17, 17)),
            (Image.new("1", (64, 64), 1), (255, 255, 255)),
            (Image.new("LA", (64, 64), (17, 3)), (17, 17, 17, 3)),
        ],
        ids=["RGB", "RGBA", "palette counts as RGB", "grey becomes RGB", "bits become RGB", "grey with alpha: RGBA"],
    )
    @pytest.mark.parametrize("encoding", [TRUE_COLOR, PALETTED, ImageEncoding(JPEG)], ids=["true", "paletted", "jpeg"])
    def test_a_tile_of_one_color_says_so(
        self, imaging: Imaging, image: Image.Image, color: tuple[int, ...], encoding: ImageEncoding
    ) -> None:
        [tile] = imaging.split(decoded(imaging, image), [(16, 16)], TILE, encoding)

        assert tile.single_color == color
        assert near(pixels_of(tile), (*color[:3], 255), exact=encoding.format == PNG and len(color) == 3)

    def test_a_tile_with_one_other_pixel_has_no_single_color(self, imaging: Imaging) -> None:
        for x, y in ((0, 0), (31, 31), (5, 17)):
            image = Image.new("RGB", (32, 32), (9, 9, 9))
            image.putpixel((x, y), (9, 9, 8))

            assert imaging.encode(decoded(imaging, image), TRUE_COLOR).single_color is None

    # Composing

    def test_rasters_are_laid_bottom_first(self, imaging: Imaging) -> None:
        red, blue = (decoded(imaging, Image.new("RGB", (8, 8), color)) for color in ("red", "blue"))

        result = imaging.compose(Canvas(Size(8, 8), transparent=False), [Placement(red), Placement(blue, left=4)])

        shown = Image.frombytes("RGBA", (8, 8), pixels_of(imaging.encode(result, TRUE_COLOR)))
        assert shown.getpixel((0, 0)) == (255, 0, 0, 255)
        assert shown.getpixel((5, 0)) == (0, 0, 255, 255)

    @pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
    def test_the_canvas_shows_where_nothing_lies(self, imaging: Imaging, transparent: bool) -> None:
        red = decoded(imaging, Image.new("RGBA", (8, 8), "red"))

        result = imaging.compose(
            Canvas(Size(8, 8), transparent, (1, 2, 3)), [Placement(red, -4, 6), Placement(red, 9, 9)]
        )

        shown = Image.frombytes("RGBA", (8, 8), pixels_of(imaging.encode(result, CLEAR_TRUE_COLOR)))
        assert shown.getpixel((3, 7)) == (255, 0, 0, 255)
        assert shown.getpixel((5, 7)) == (1, 2, 3, 0 if transparent else 255)

    def test_transparent_pixels_let_the_layer_below_through(self, imaging: Imaging) -> None:
        below = decoded(imaging, Image.new("RGB", (4, 4), (0, 100, 0)))
        half_red = decoded(imaging, Image.new("RGBA", (4, 4), (200, 0, 0, 128)))

        for transparent in (True, False):
            canvas = Canvas(Size(4, 4), transparent)
            result = imaging.compose(canvas, [Placement(below), Placement(half_red)])
            assert near(pixels_of(imaging.encode(result, CLEAR_TRUE_COLOR)), (100, 50, 0, 255))

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
    def test_opacity_fades_a_layer(self, imaging: Imaging, mode: str) -> None:
        below = decoded(imaging, Image.new("RGB", (4, 4), (0, 100, 0)))
        above = decoded(imaging, Image.new("RGB", (4, 4), (200, 0, 0)).convert(mode))

        for transparent in (True, False):
            canvas = Canvas(Size(4, 4), transparent)
            result = imaging.compose(canvas, [Placement(below), Placement(above, opacity=0.25)])
            assert near(pixels_of(imaging.encode(result, CLEAR_TRUE_COLOR)), (50, 75, 0, 255))

    def test_a_layer_that_fills_a_transparent_canvas_alone_is_the_result(self, imaging: Imaging) -> None:
        image = map_like(32, holes=True)

        result = imaging.compose(Canvas(TILE, transparent=True), [Placement(decoded(imaging, image))])

        assert pixels_of(imaging.encode(result, CLEAR_TRUE_COLOR)) == image.tobytes()

    # Empty images

    @pytest.mark.parametrize(
        ("encoding", "pixel"),
        [
            (PALETTED, (255, 255, 255, 255)),
            (ImageEncoding(PNG, colors=256, transparent=True), (255, 255, 255, 0)),
            (ImageEncoding(MIXED, transparent=True), (255, 255, 255, 0)),
            (ImageEncoding(JPEG), (255, 255, 255, 255)),
            (ImageEncoding(PNG, mode="L"), (255, 255, 255, 255)),
        ],
        ids=["opaque", "transparent", "mixed", "jpeg", "grey"],
    )
    def test_an_empty_image_is_white_or_transparent(
        self, imaging: Imaging, encoding: ImageEncoding, pixel: tuple[int, ...]
    ) -> None:
        blank = imaging.blank(Size(64, 32), encoding)

        assert opened(blank).size == (64, 32)
        assert opened(blank).mode != "P"
        assert near(pixels_of(blank), pixel, exact=True)


def decoded(imaging: Imaging, image: Image.Image) -> Raster:
    return imaging.decode(bytes_of(image, "PNG"), LIMITS)


def opened(encoded: EncodedImage) -> Image.Image:
    return Image.open(io.BytesIO(encoded.body))


def near(pixels: bytes, pixel: tuple[int, ...], *, exact: bool = False) -> bool:
    """Whether all RGBA ``pixels`` are ``pixel``, up to rounding; without ``exact`` alpha may be dropped."""
    bands = 4 if exact else 3
    return all(abs(pixels[i] - pixel[i % 4]) <= (0 if exact else 2) for i in range(len(pixels)) if i % 4 < bands)
