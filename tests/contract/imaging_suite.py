"""What every :class:`tilekeep.ports.imaging.Imaging` promises, told in pixels; adapters subclass it."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product

import pytest
from PIL import Image, ImageChops, ImageStat

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
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import (
    AVIF,
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
from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.polygon import Polygon, Ring
from tilekeep.domain.srs import Srs
from tilekeep.domain.striped_raster import Strip, StripedRaster
from tilekeep.domain.warp import Mesh, PixelBox, Rescaling
from tilekeep.ports.imaging import Canvas, EncodedPlacement, Imaging, Placement

LIMITS = ImageLimits(max_bytes=2_000_000, max_pixels=1_000_000)
GENEROUS = ImageLimits(max_bytes=50_000_000, max_pixels=50_000_000)
FORMATS = {"PNG": PNG, "JPEG": JPEG, "GIF": GIF, "TIFF": TIFF, "WEBP": WEBP, "AVIF": AVIF}
TILE = Size(32, 32)
TRUE_COLOR = ImageEncoding(PNG, colors=0)
CLEAR_TRUE_COLOR = ImageEncoding(PNG, colors=0, transparent=True)
PALETTED = ImageEncoding(PNG, colors=256)

#: Tiles of 32 pixels in all the ways caches have them.
TILES = {
    **{
        f"{colors} colours": bytes_of(map_like(32).convert("RGB").quantize(colors), "PNG")
        for colors in (1, 2, 4, 16, 250)
    },
    "10 colours with holes": bytes_of(map_like(32, holes=True).quantize(10), "PNG"),
    "a palette with holes": bytes_of(map_like(32, holes=True).quantize(256), "PNG"),
    "true colour": bytes_of(gradient(32, 32), "PNG"),
    "true colour with holes": bytes_of(map_like(32, holes=True), "PNG"),
    "grey": bytes_of(gradient(32, 32).convert("L"), "PNG"),
    "JPEG": bytes_of(gradient(32, 32), "JPEG"),
    "GIF": bytes_of(gradient(32, 32), "GIF"),
}

every_resampling = pytest.mark.parametrize("resampling", ["nearest", "bilinear", "bicubic"])


def _half(mode: str, nothing: int | tuple[int, ...], something: int | tuple[int, ...]) -> Image.Image:
    image = Image.new(mode, (32, 32), something)
    image.paste(nothing, (0, 0, 32, 16))
    return image


#: Images of which the upper half is transparent and the lower one is grey.
HALF_TRANSPARENT = {
    "alpha": bytes_of(_half("RGBA", (40, 40, 40, 0), (70, 70, 70, 255)), "PNG"),
    "grey with alpha": bytes_of(_half("LA", (40, 0), (70, 255)), "PNG"),
    "colour key": bytes_of(_half("RGB", (40, 40, 40), (70, 70, 70)), "PNG", transparency=(40, 40, 40)),
    "key among greys": bytes_of(_half("L", 40, 70), "PNG", transparency=40),
    "palette": bytes_of(_half("RGBA", (40, 40, 40, 0), (70, 70, 70, 255)).quantize(2), "PNG"),
}

every_way_to_be_transparent = pytest.mark.parametrize("way", HALF_TRANSPARENT)

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

    @every_format
    @pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
    @pytest.mark.parametrize("media_type", [PNG, JPEG])
    def test_a_cut_image_that_is_read_lazily_is_refused_before_there_are_tiles(
        self, imaging: Imaging, media_type: str, name: str, kept: float
    ) -> None:
        body = bytes_of(gradient(150, 150, noise=True), name)
        cut = body[: int(len(body) * kept)]

        with pytest.raises(UndecodableImage):
            imaging.split(imaging.decode(cut, LIMITS, lazily=True), [(16, 16)], TILE, ImageEncoding(media_type))

    @every_format
    def test_an_image_that_is_read_lazily_shows_the_same(self, imaging: Imaging, name: str) -> None:
        shades = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").rotate(90)]
        body = bytes_of(Image.merge("RGB", shades).resize((150, 150)), name)

        lazy, eager = (imaging.decode(body, LIMITS, lazily=lazily) for lazily in (True, False))

        assert lazy.size == eager.size == (150, 150)
        corners = [(16, 16), (64, 33)]
        lossless, expected = (imaging.split(raster, corners, TILE, TRUE_COLOR) for raster in (lazy, eager))
        assert list(map(pixels_of, lossless)) == list(map(pixels_of, expected))
        for corner in corners:
            [tile], [expected_tile] = (
                imaging.split(raster, [corner], TILE, ImageEncoding(JPEG)) for raster in (lazy, eager)
            )
            difference = ImageChops.difference(opened(tile), opened(expected_tile))
            assert max(ImageStat.Stat(difference).mean) < 2

    def test_more_pixels_than_permitted_are_refused_lazily_too(self, imaging: Imaging) -> None:
        body = bytes_of(gradient(20, 20), "JPEG")

        with pytest.raises(ImageTooLarge):
            imaging.decode(body, LIMITS._replace(max_pixels=399), lazily=True)

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

    @every_way_to_be_transparent
    @pytest.mark.parametrize("colors", [0, 256], ids=["true", "paletted"])
    def test_transparency_is_kept_however_it_is_said(self, imaging: Imaging, way: str, colors: int) -> None:
        raster = imaging.decode(HALF_TRANSPARENT[way], LIMITS)

        for media_type in (PNG, MIXED):
            [tile] = imaging.split(raster, [(0, 0)], TILE, ImageEncoding(media_type, colors=colors, transparent=True))
            shown = opened(tile).convert("RGBA")
            assert tile.media_type == PNG
            assert shown.getchannel("A").getbbox() == (0, 16, 32, 32)
            assert shown.getpixel((9, 30)) == (70, 70, 70, 255)

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

    @pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
    def test_a_transparent_canvas_may_have_an_alpha_of_its_own(self, imaging: Imaging, transparent: bool) -> None:
        canvas = Canvas(Size(4, 4), transparent, (1, 2, 3, 40))

        composed, mosaic = imaging.compose(canvas, []), imaging.mosaic(canvas, [], LIMITS).raster

        for raster in (composed, mosaic):
            shown = Image.frombytes("RGBA", (4, 4), pixels_of(imaging.encode(raster, CLEAR_TRUE_COLOR)))
            assert shown.getpixel((3, 3)) == (1, 2, 3, 40 if transparent else 255)

    def test_transparent_pixels_let_the_layer_below_through(self, imaging: Imaging) -> None:
        below = decoded(imaging, Image.new("RGB", (4, 4), (0, 100, 0)))
        half_red = decoded(imaging, Image.new("RGBA", (4, 4), (200, 0, 0, 128)))

        for transparent in (True, False):
            canvas = Canvas(Size(4, 4), transparent)
            result = imaging.compose(canvas, [Placement(below), Placement(half_red)])
            assert near(pixels_of(imaging.encode(result, CLEAR_TRUE_COLOR)), (100, 50, 0, 255))

    @every_way_to_be_transparent
    @pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
    def test_the_layer_below_is_seen_however_transparency_is_said(
        self, imaging: Imaging, way: str, transparent: bool
    ) -> None:
        below = decoded(imaging, Image.new("RGB", (32, 32), (0, 100, 0)))
        above = imaging.decode(HALF_TRANSPARENT[way], LIMITS)

        result = imaging.compose(Canvas(TILE, transparent), [Placement(below), Placement(above)])

        shown = Image.frombytes("RGBA", (32, 32), pixels_of(imaging.encode(result, CLEAR_TRUE_COLOR)))
        assert [shown.getpixel((9, 9)), shown.getpixel((9, 30))] == [(0, 100, 0, 255), (70, 70, 70, 255)]

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
    def test_opacity_fades_a_layer(self, imaging: Imaging, mode: str) -> None:
        below = decoded(imaging, Image.new("RGB", (4, 4), (0, 100, 0)))
        above = decoded(imaging, Image.new("RGB", (4, 4), (200, 0, 0)).convert(mode))

        for transparent in (True, False):
            canvas = Canvas(Size(4, 4), transparent)
            result = imaging.compose(canvas, [Placement(below), Placement(above, opacity=0.25)])
            assert near(pixels_of(imaging.encode(result, CLEAR_TRUE_COLOR)), (50, 75, 0, 255))

    @pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
    def test_a_faded_layer_hides_nothing_where_it_is_transparent(self, imaging: Imaging, transparent: bool) -> None:
        below = decoded(imaging, Image.new("RGB", (4, 4), (0, 100, 0)))
        nothing = decoded(imaging, Image.new("RGBA", (4, 4), (200, 0, 0, 0)))

        result = imaging.compose(Canvas(Size(4, 4), transparent), [Placement(below), Placement(nothing, opacity=0.25)])

        assert near(pixels_of(imaging.encode(result, CLEAR_TRUE_COLOR)), (0, 100, 0, 255))

    @pytest.mark.parametrize("opacity", [None, 0.5], ids=["as it is", "faded"])
    @pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
    def test_large_layers_are_laid_like_small_ones(
        self, imaging: Imaging, transparent: bool, opacity: float | None
    ) -> None:
        """They are laid in pieces."""
        tall, small = map_like(32, holes=True).resize((600, 2400), Image.Resampling.NEAREST), Size(600, 800)

        def laid(size: Size, top: int) -> Image.Image:
            placement = Placement(imaging.decode(bytes_of(tall, "PNG"), GENEROUS), 7, top, opacity=opacity)
            return image_in(imaging, imaging.compose(Canvas(size, transparent, (1, 2, 3)), [placement]))

        whole = laid(Size(600, 2500), 50)

        for top in range(0, 2400, 800):
            piece = whole.crop((0, top, 600, top + 800))
            assert piece.tobytes() == laid(small, 50 - top).tobytes()

    @pytest.mark.parametrize("mode", ["RGB", "RGBA"])
    def test_a_large_gif_shows_the_colours_of_the_map(self, imaging: Imaging, mode: str) -> None:
        image = map_like(32).quantize(60).convert(mode).resize((2100, 2100), Image.Resampling.NEAREST)

        shown = opened(imaging.encode(imaging.decode(bytes_of(image, "PNG"), GENEROUS), ImageEncoding("image/gif")))

        assert shown.format == "GIF"
        apart = ImageChops.difference(shown.convert("RGB"), image.convert("RGB"))
        assert max(high for _, high in apart.getextrema()) <= 4

    def test_a_layer_that_fills_a_transparent_canvas_alone_is_the_result(self, imaging: Imaging) -> None:
        image = map_like(32, holes=True)

        result = imaging.compose(Canvas(TILE, transparent=True), [Placement(decoded(imaging, image))])

        assert pixels_of(imaging.encode(result, CLEAR_TRUE_COLOR)) == image.tobytes()

    # Mosaics

    @pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
    @pytest.mark.parametrize("name", TILES)
    def test_a_mosaic_shows_each_tile_at_its_corner(self, imaging: Imaging, name: str, transparent: bool) -> None:
        """An opaque canvas takes the colours of transparent pixels and drops their alpha."""
        body = TILES[name]
        tiles = [EncodedPlacement(body, 0, 0), EncodedPlacement(body, 32, 0), EncodedPlacement(body, 7, 40)]

        mosaic = imaging.mosaic(Canvas(Size(64, 72), transparent, (1, 2, 3)), tiles, LIMITS)

        shown = image_in(imaging, mosaic.raster)
        tile = Image.open(io.BytesIO(body)).convert("RGBA")
        if not transparent:
            tile.putalpha(255)
        expected = Image.new("RGBA", (64, 72), (1, 2, 3, 0 if transparent else 255))
        for placement in tiles:
            expected.paste(tile, (placement.left, placement.top))
        assert mosaic.undecodable == ()
        assert shown.tobytes() == expected.tobytes()

    @pytest.mark.parametrize("corner", [(-10, -20), (50, 60), (64, 0), (0, -32), (-500, 500)], ids=str)
    def test_a_tile_is_cut_at_the_canvas(self, imaging: Imaging, corner: tuple[int, int]) -> None:
        body = bytes_of(gradient(32, 32).quantize(200), "PNG")

        mosaic = imaging.mosaic(Canvas(Size(64, 64), transparent=False), [EncodedPlacement(body, *corner)], LIMITS)

        expected = Image.new("RGB", (64, 64), "white")
        expected.paste(Image.open(io.BytesIO(body)).convert("RGB"), corner)
        assert image_in(imaging, mosaic.raster).convert("RGB").tobytes() == expected.tobytes()

    def test_tiles_that_do_not_decode_leave_the_canvas_and_are_named(self, imaging: Imaging) -> None:
        good = bytes_of(Image.new("RGB", (8, 8), "red"), "PNG")
        paletted = bytes_of(gradient(64, 64).quantize(256), "PNG")
        bodies = [b"no image", good, paletted[: len(paletted) // 2], bytes_of(gradient(40, 40), "JPEG")[:300]]
        tiles = [EncodedPlacement(body, 8 * index, 0) for index, body in enumerate(bodies)]

        mosaic = imaging.mosaic(Canvas(Size(32, 8), transparent=True), tiles, LIMITS)

        shown = image_in(imaging, mosaic.raster)
        assert mosaic.undecodable == (0, 2, 3)
        assert [shown.getpixel((x, 4)) for x in (0, 12, 20)] == [
            (255, 255, 255, 0),
            (255, 0, 0, 255),
            (255, 255, 255, 0),
        ]

    def test_a_tile_over_the_limits_is_not_decoded(self, imaging: Imaging) -> None:
        tile = EncodedPlacement(bytes_of(gradient(64, 64), "PNG"), 0, 0)

        mosaic = imaging.mosaic(Canvas(Size(64, 64), transparent=False), [tile], LIMITS._replace(max_pixels=4095))

        assert mosaic.undecodable == (0,)

    # Warps

    @every_resampling
    def test_a_cut_along_pixels_changes_none(self, imaging: Imaging, resampling: str) -> None:
        image = gradient(50, 40)
        warp = Rescaling(PixelBox(7, 5, 39, 37), TILE)

        result = imaging.warp(decoded(imaging, image), warp, resampling, transparent=True)

        assert image_in(imaging, result).tobytes() == image.crop((7, 5, 39, 37)).convert("RGBA").tobytes()

    @pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
    @pytest.mark.parametrize("corner", [(-10, -20), (30, 25), (50, 0), (-32, 0)], ids=str)
    def test_a_cut_that_reaches_beyond_the_raster_is_empty_there(
        self, imaging: Imaging, corner: tuple[int, int], mode: str, transparent: bool
    ) -> None:
        image = gradient(50, 40).convert(mode)
        left, top = corner
        warp = Rescaling(PixelBox(left, top, left + 32, top + 32), TILE)

        result = imaging.warp(decoded(imaging, image), warp, "bicubic", transparent=transparent)

        expected = Image.new("RGBA", TILE, (255, 255, 255, 0 if transparent else 255))
        expected.paste(image.convert("RGBA"), (-left, -top))
        assert image_in(imaging, result).tobytes() == expected.tobytes()

    @every_resampling
    @pytest.mark.parametrize("kind", ["rescaling", "mesh"])
    @pytest.mark.parametrize(
        "part",
        [
            PixelBox(20, 20, 84, 84),
            PixelBox(20.3, 17.8, 52.3, 49.8),
            PixelBox(10.25, 12.5, 110.25, 98.5),
            PixelBox(3, 2, 115.5, 119),
        ],
        ids=["half as large", "shifted by a fraction", "shrunk", "shrunk more"],
    )
    def test_every_pixel_shows_what_lies_under_its_centre(
        self, imaging: Imaging, part: PixelBox, kind: str, resampling: str
    ) -> None:
        """Red says x and green says y: a shift by half a pixel would show."""
        warp = Rescaling(part, TILE) if kind == "rescaling" else linear_mesh(part, TILE)

        result = imaging.warp(decoded(imaging, ramp(128)), warp, resampling, transparent=False)

        shown = image_in(imaging, result)
        tolerance = 1.1 if resampling == "nearest" else 0.6
        for x, y in product(range(32), repeat=2):
            red, green, _, alpha = shown.getpixel((x, y))
            assert alpha == 255
            assert abs(red / 2 + 0.5 - (part.left + (x + 0.5) * (part.right - part.left) / 32)) < tolerance
            assert abs(green / 2 + 0.5 - (part.top + (y + 0.5) * (part.bottom - part.top) / 32)) < tolerance

    @every_resampling
    def test_a_mesh_that_moves_nothing_changes_nothing(self, imaging: Imaging, resampling: str) -> None:
        image = map_like(32)

        result = imaging.warp(
            decoded(imaging, image), linear_mesh(PixelBox(0, 0, 32, 32), TILE), resampling, transparent=False
        )

        assert image_in(imaging, result).tobytes() == image.tobytes()

    @every_resampling
    @pytest.mark.parametrize("kind", ["rescaling", "mesh"])
    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
    @pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
    def test_outside_of_the_raster_is_empty(
        self, imaging: Imaging, kind: str, mode: str, resampling: str, transparent: bool
    ) -> None:
        image = in_mode(Image.new("RGB", (40, 40), (90, 90, 90)), mode)
        part = PixelBox(-20.5, -20.5, 20.5, 50)
        warp = Rescaling(part, TILE) if kind == "rescaling" else linear_mesh(part, TILE)

        shown = image_in(
            imaging, imaging.warp(decoded(imaging, image), warp, resampling, transparent=transparent)
        ).convert("RGBA")

        empty = (255, 255, 255, 0 if transparent else 255)
        for x, y in product(range(32), repeat=2):
            inside = 0 < -20.5 + (x + 0.5) * 41 / 32 and 0 < -20.5 + (y + 0.5) * 70.5 / 32 < 40
            assert shown.getpixel((x, y)) == ((90, 90, 90, 255) if inside else empty)

    @pytest.mark.parametrize("kind", ["rescaling", "mesh"])
    @pytest.mark.parametrize(
        "part",
        [PixelBox(50, 0, 90, 40), PixelBox(-1e9, -1e9, -1e8, -1e8), PixelBox(0, 40, 40, 90)],
        ids=["right", "far away", "below"],
    )
    def test_a_map_of_elsewhere_is_empty(self, imaging: Imaging, part: PixelBox, kind: str) -> None:
        warp = Rescaling(part, TILE) if kind == "rescaling" else linear_mesh(part, TILE)

        result = imaging.warp(decoded(imaging, gradient(40, 40)), warp, "bicubic", transparent=True)

        assert image_in(imaging, result).tobytes() == Image.new("RGBA", TILE, (255, 255, 255, 0)).tobytes()

    @pytest.mark.parametrize(
        "part", [PixelBox(3.2, 3.2, 3.3, 3.3), PixelBox(-1e6, -1e6, 1e6 + 40, 1e6 + 40)], ids=["tiny", "huge"]
    )
    def test_any_scale_is_drawn(self, imaging: Imaging, part: PixelBox) -> None:
        raster = decoded(imaging, Image.new("RGB", (40, 40), (90, 90, 90)))

        for size in (Size(1, 1), Size(33, 32)):
            shown = image_in(imaging, imaging.warp(raster, Rescaling(part, size), "bicubic", transparent=True))
            assert shown.size == size
            assert {color for _, color in shown.getcolors(9) or ()} <= {(90, 90, 90, 255), (255, 255, 255, 0)}

    @pytest.mark.parametrize("kind", ["rescaling", "mesh"])
    def test_a_map_may_be_longer_than_sixteen_bits_count(self, imaging: Imaging, kind: str) -> None:
        size, part = Size(3, 70_000), PixelBox(3.5, 3.5, 30.5, 30.5)
        raster = decoded(imaging, Image.new("RGB", (40, 40), (90, 90, 90)))
        warp = Rescaling(part, size) if kind == "rescaling" else linear_mesh(part, size)

        shown = image_in(imaging, imaging.warp(raster, warp, "bicubic", transparent=True)).convert("RGBA")

        assert shown.getcolors(9) == [(3 * 70_000, (90, 90, 90, 255))]

    def test_next_to_a_point_without_image_nothing_is_drawn(self, imaging: Imaging) -> None:
        mesh = Mesh(
            Size(30, 10),
            (0, 10, 20, 30),
            (0, 10),
            ((0, 0), (10, 0), (20, 0), (math.inf, math.inf), (0, 10), (10, 10), (20, 10), (30, math.nan)),
        )
        raster = decoded(imaging, Image.new("RGB", (30, 10), "red"))

        shown = image_in(imaging, imaging.warp(raster, mesh, "bicubic", transparent=True))

        assert [shown.getpixel((x, 5)) for x in (0, 19, 20, 29)] == 2 * [(255, 0, 0, 255)] + 2 * [(255, 255, 255, 0)]

    @pytest.mark.parametrize("resampling", ["nearest", "bilinear", "bicubic", "area", "lanczos"])
    @pytest.mark.parametrize("tear", [(0, 15, 16, 32), (0, 14, 17, 32)], ids=["one pixel", "three pixels"])
    @pytest.mark.parametrize("upright", [False, True], ids=["left to right", "top to bottom"])
    def test_at_a_tear_nothing_of_what_lies_between_is_drawn(
        self, imaging: Imaging, tear: tuple[int, ...], resampling: str, upright: bool
    ) -> None:
        """From the very edge of the raster the map goes on at the other one, as at the antimeridian."""
        image = Image.new("RGB", (96, 96), (0, 250, 0))
        image.paste((250, 0, 0), (0, 0, 40, 96))
        image.paste((0, 0, 250), (56, 0, 96, 96))
        along, across = (96.0 - tear[1], 96.0, 0.0, 0.0 + tear[1]), (40.0, 72.0)
        if upright:
            image = image.transpose(Image.Transpose.TRANSPOSE)
            mesh = Mesh(TILE, (0, 32), tear, tuple((x, y) for y in along for x in across))
        else:
            mesh = Mesh(TILE, tear, (0, 32), tuple((x, y) for y in across for x in along))

        shown = image_in(imaging, imaging.warp(decoded(imaging, image), mesh, resampling, transparent=False))

        colors = {color for _, color in shown.convert("RGB").getcolors(1024) or ()}
        assert colors == {(250, 0, 0), (0, 0, 250)}

    @pytest.mark.parametrize("resampling", ["bilinear", "bicubic"])
    @pytest.mark.parametrize("kind", ["rescaling", "mesh"])
    @pytest.mark.parametrize("scale", [0.4, 1.0, 1.7])
    def test_transparent_pixels_do_not_bleed_their_color(
        self, imaging: Imaging, kind: str, scale: float, resampling: str
    ) -> None:
        image = Image.new("RGBA", (64, 64), (0, 0, 255, 0))
        image.paste((200, 100, 0, 255), (0, 0, 31, 64))
        part = PixelBox(31 - 16 * scale, 2.3, 31 + 16 * scale, 2.3 + 32 * scale)
        warp = Rescaling(part, TILE) if kind == "rescaling" else linear_mesh(part, TILE)

        shown = image_in(imaging, imaging.warp(decoded(imaging, image), warp, resampling, transparent=True))

        colors = {color for _, color in shown.getcolors(1024) or ()}
        assert {(255, 255, 255, 0), (200, 100, 0, 255)} <= colors
        for red, green, blue, alpha in colors:
            if alpha > 20:
                assert red > 2 * blue + 100
                assert abs(green - red / 2) < 15
                assert blue < 15

    def test_shrinking_loses_no_thin_line(self, imaging: Imaging) -> None:
        image = Image.new("RGB", (128, 128), "white")
        for x in range(5, 128, 8):
            image.paste((0, 0, 0), (x, 0, x + 1, 128))

        shown = image_in(
            imaging,
            imaging.warp(
                decoded(imaging, image), Rescaling(PixelBox(0, 0, 128, 128), TILE), "bicubic", transparent=False
            ),
        )

        darkest = [min(shown.getpixel((x, 16))[0] for x in (2 * line, 2 * line + 1)) for line in range(16)]
        assert max(darkest) < 220

    @pytest.mark.parametrize("kind", ["rescaling", "mesh"])
    def test_nearest_invents_no_color(self, imaging: Imaging, kind: str) -> None:
        image = gradient(64, 64, noise=True).quantize(16)
        part = PixelBox(3.3, 2.2, 60.1, 50.5)
        warp = Rescaling(part, TILE) if kind == "rescaling" else linear_mesh(part, TILE)

        shown = image_in(imaging, imaging.warp(decoded(imaging, image), warp, "nearest", transparent=False))

        known = {color for _, color in image.convert("RGBA").getcolors() or ()}
        assert {color for _, color in shown.getcolors() or ()} <= known

    # Clips

    def test_only_what_lies_in_the_polygons_is_kept(self, imaging: Imaging) -> None:
        frame = Polygon(square(4, 28), (square(10, 20),))
        island = Polygon(square(13.4, 16.6))

        result = imaging.clip(decoded(imaging, Image.new("RGB", TILE, "red")), [frame, island])

        shown = image_in(imaging, result)
        for x, y in product(range(32), repeat=2):
            ring = 4 <= min(x, y) and max(x, y) < 28 and not (10 <= min(x, y) and max(x, y) < 20)
            kept = ring or (13 <= min(x, y) and max(x, y) < 17)
            assert shown.getpixel((x, y)) == ((255, 0, 0, 255) if kept else (255, 255, 255, 0))

    @pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA"])
    def test_any_raster_can_be_clipped(self, imaging: Imaging, mode: str) -> None:
        image = in_mode(map_like(32, holes=True), mode)

        shown = image_in(imaging, imaging.clip(decoded(imaging, image), [Polygon(square(-5, 50))]))

        assert shown.tobytes() == image.convert("RGBA").tobytes()

    def test_outside_of_all_polygons_is_nothing(self, imaging: Imaging) -> None:
        raster = decoded(imaging, gradient(32, 32))

        for keep in ([], [Polygon(square(100, 200))], [Polygon(((0, 0), (math.nan, 9), (9, 9)))], [Polygon(())]):
            shown = image_in(imaging, imaging.clip(raster, keep))
            assert shown.getcolors(1) == [(1024, (255, 255, 255, 0))]

    # Colours that stand for nothing

    def test_a_colour_and_those_near_it_become_transparent(self, imaging: Imaging) -> None:
        image = Image.new("RGB", TILE, (10, 20, 30))
        for x, color in enumerate(
            [(200, 220, 255), (205, 215, 250), (206, 220, 255), (200, 220, 249), (195, 225, 255)]
        ):
            image.putpixel((x, 0), color)

        shown = image_in(imaging, imaging.without_color(decoded(imaging, image), (200, 220, 255), 5))

        assert [shown.getpixel((x, 0))[3] for x in range(6)] == [0, 0, 255, 255, 0, 255]  # type: ignore[index]
        assert shown.getpixel((2, 0)) == (206, 220, 255, 255)
        assert shown.getpixel((9, 9)) == (10, 20, 30, 255)

    def test_without_tolerance_only_the_colour_itself_goes(self, imaging: Imaging) -> None:
        image = Image.new("RGB", TILE, "white")
        image.putpixel((0, 0), (254, 255, 255))

        shown = image_in(imaging, imaging.without_color(decoded(imaging, image), (255, 255, 255), 0))

        assert shown.getpixel((0, 0)) == (254, 255, 255, 255)
        assert shown.getpixel((1, 1))[3] == 0  # type: ignore[index]

    @pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA"])
    def test_other_pixels_of_any_raster_stay_as_they_are(self, imaging: Imaging, mode: str) -> None:
        image = in_mode(map_like(32, holes=True), mode)

        shown = image_in(imaging, imaging.without_color(decoded(imaging, image), (1, 254, 3), 0.5))

        assert shown.tobytes() == image.convert("RGBA").tobytes()

    def test_large_rasters_lose_a_colour_everywhere(self, imaging: Imaging) -> None:
        raster = imaging.decode(bytes_of(Image.new("RGB", (1200, 1000), "white"), "PNG"), GENEROUS)

        found = imaging.without_color(raster, (255, 255, 255), 0)

        shown = image_in(imaging, found)
        assert shown.getchannel("A").getextrema() == (0, 0)

    # Strips

    def test_a_raster_in_strips_is_as_good_as_a_whole_one(self, imaging: Imaging) -> None:
        image = map_like(48, holes=True)
        label = Label("strips", LabelPlace.CENTRE, 12, (0, 0, 0, 255))
        warp = Rescaling(PixelBox(3.3, 2.2, 40.1, 45.5), TILE)
        keep = [Polygon(square(5, 43), (square(20, 30),)), Polygon(square(22, 28))]
        corners = [(0, 0), (16, 16), (30, 30)]

        def results(raster: Raster) -> list[object]:
            return [
                pixels_of(imaging.encode(raster, CLEAR_TRUE_COLOR)),
                [pixels_of(tile) for tile in imaging.split(raster, corners, TILE, CLEAR_TRUE_COLOR)],
                image_in(imaging, imaging.warp(raster, warp, "bicubic", transparent=True)).tobytes(),
                image_in(imaging, imaging.annotate(raster, [label])).tobytes(),
                image_in(imaging, imaging.clip(raster, keep)).tobytes(),
                image_in(
                    imaging, imaging.compose(Canvas(Size(48, 48), transparent=True), [Placement(raster)])
                ).tobytes(),
            ]

        assert results(in_strips(imaging, image)) == results(decoded(imaging, image))

    @pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
    @pytest.mark.parametrize("opacity", [None, 0.4])
    @pytest.mark.parametrize("replaces", [True, False], ids=["replaces", "lies above"])
    def test_strips_are_laid_like_a_whole(
        self, imaging: Imaging, *, transparent: bool, opacity: float | None, replaces: bool
    ) -> None:
        below = decoded(imaging, gradient(60, 60))
        image = map_like(48, holes=True)

        def laid(raster: Raster) -> bytes:
            placement = Placement(raster, -3, 7, None if replaces else opacity, replaces)
            canvas = Canvas(Size(60, 60), transparent)
            return image_in(imaging, imaging.compose(canvas, [Placement(below), placement])).tobytes()

        assert laid(in_strips(imaging, image)) == laid(decoded(imaging, image))

    # Text

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
    @pytest.mark.parametrize(
        ("place", "box"),
        [
            (LabelPlace.CENTRE, (60, 35, 140, 65)),
            (LabelPlace.LEFT_EDGE, (0, 35, 40, 65)),
            (LabelPlace.RIGHT_EDGE, (160, 35, 200, 65)),
            (LabelPlace.TOP_LEFT, (0, 0, 80, 25)),
            (LabelPlace.BOTTOM_RIGHT, (120, 75, 200, 100)),
        ],
        ids=lambda value: value.value if isinstance(value, LabelPlace) else "",
    )
    def test_text_stands_in_its_place(
        self, imaging: Imaging, place: LabelPlace, box: tuple[int, int, int, int], mode: str
    ) -> None:
        image = in_mode(Image.new("RGB", (200, 100), (200, 200, 200)), mode)

        result = imaging.annotate(decoded(imaging, image), [Label("tilekeep", place, 12, (0, 0, 0, 255))])

        shown = image_in(imaging, result).convert("L")
        assert shown.crop(box).getextrema()[0] < 60
        shown.paste(200, box)
        assert shown.getextrema() == (200, 200)

    def test_a_box_is_seen_behind_the_text(self, imaging: Imaging) -> None:
        label = Label("I", LabelPlace.TOP_LEFT, 20, (0, 0, 0, 255), box=(255, 0, 0, 128))

        shown = image_in(imaging, imaging.annotate(decoded(imaging, Image.new("RGB", (60, 60), "white")), [label]))

        assert shown.getpixel((0, 10)) == (255, 127, 127, 255)
        assert shown.getpixel((59, 59)) == (255, 255, 255, 255)

    def test_faint_text_is_faint(self, imaging: Imaging) -> None:
        raster = decoded(imaging, Image.new("RGB", (60, 60), "white"))

        result = imaging.annotate(raster, [Label("I", LabelPlace.CENTRE, 40, (0, 0, 0, 51))])

        assert image_in(imaging, result).convert("L").getextrema() == (204, 255)

    def test_text_on_nothing_keeps_its_color(self, imaging: Imaging) -> None:
        raster = decoded(imaging, Image.new("RGBA", (60, 60), (255, 255, 255, 0)))

        shown = image_in(imaging, imaging.annotate(raster, [Label("I", LabelPlace.CENTRE, 40, (10, 20, 30, 51))]))

        assert (10, 20, 30, 51) in {color for _, color in shown.getcolors() or ()}

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\n\n",
            "\0\x1b[31m\t\r\udcff",
            "Ελληνικά, Русский, العربية, עברית, 日本語, \U0001f5fa, e\u0301",
            "x" * 100_000,
            "\n" * 100_000,
            "\u0301" * 100_000,
        ],
        ids=["nothing", "line feeds", "control characters", "scripts", "a long line", "many lines", "accents"],
    )
    @pytest.mark.parametrize("font_size", [-3, 0, 1, 24, 100_000])
    def test_no_text_is_too_much(self, imaging: Imaging, text: str, font_size: int) -> None:
        raster = decoded(imaging, Image.new("RGB", (60, 60), "white"))
        labels = [Label(text, place, font_size, (0, 0, 0, 255), (9, 9, 9, 9)) for place in LabelPlace]

        assert imaging.annotate(raster, labels).size == (60, 60)

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
    def test_tiles_are_cut_with_their_labels(self, imaging: Imaging, mode: str) -> None:
        raster = decoded(imaging, in_mode(Image.new("RGB", (64, 32), (200, 200, 200)), mode))
        mark = Label("I", LabelPlace.CENTRE, 20, (0, 0, 0, 255))

        marked, plain = imaging.split(raster, [(0, 0), (32, 0)], TILE, TRUE_COLOR, [[mark], []])

        assert opened(marked).convert("L").getextrema()[0] < 60
        assert marked.single_color is None
        assert plain == imaging.split(raster, [(32, 0)], TILE, TRUE_COLOR)[0]

    # What an image shows

    def test_a_tiff_says_where_it_lies(self, imaging: Imaging) -> None:
        srs = Srs("EPSG:900913", "web mercator", geographic=False, north_first=False, metres_per_unit=1.0)
        shows = Extent(BBox(-20.0, 30.0, 40.0, 70.0), srs)

        encoded = imaging.encode(decoded(imaging, gradient(30, 20)), ImageEncoding(TIFF), shows)

        tags = opened(encoded).tag_v2
        assert tags[33550] == (2.0, 2.0, 0.0)
        assert tags[33922] == (0.0, 0.0, 0.0, -20.0, 70.0, 0.0)
        assert tags[34735] == (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 3857)

    def test_other_formats_say_nothing_of_it(self, imaging: Imaging) -> None:
        srs = Srs("EPSG:4326", "wgs 84", geographic=True, north_first=True, metres_per_unit=1.0)
        raster = decoded(imaging, gradient(30, 20))

        for encoding in (PALETTED, ImageEncoding(JPEG), ImageEncoding(GIF)):
            assert imaging.encode(raster, encoding, Extent(BBox(0, 0, 1, 1), srs)) == imaging.encode(raster, encoding)

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


def image_in(imaging: Imaging, raster: Raster) -> Image.Image:
    """The pixels of ``raster`` as RGBA."""
    return opened(imaging.encode(raster, CLEAR_TRUE_COLOR)).convert("RGBA")


def in_mode(image: Image.Image, mode: str) -> Image.Image:
    """``image`` in ``mode``; a palette is its own."""
    return image.convert("RGB").quantize(30) if mode == "P" else image.convert(mode)


def ramp(side: int) -> Image.Image:
    """Red is twice x, green twice y."""
    across = Image.frombytes("L", (side, 1), bytes(2 * x for x in range(side))).resize((side, side))
    return Image.merge("RGB", (across, across.transpose(Image.Transpose.TRANSPOSE), Image.new("L", (side, side))))


def linear_mesh(part: PixelBox, size: Size) -> Mesh:
    """What ``Rescaling(part, size)`` says, as a mesh."""
    columns, rows = (0, size.width // 3, size.width), (0, size.height // 2, size.height)
    x_step, y_step = (part.right - part.left) / size.width, (part.bottom - part.top) / size.height
    return Mesh(
        size, columns, rows, tuple((part.left + x * x_step, part.top + y * y_step) for y in rows for x in columns)
    )


def square(low: float, high: float) -> Ring:
    return ((low, low), (high, low), (high, high), (low, high))


def in_strips(imaging: Imaging, image: Image.Image) -> StripedRaster:
    """``image`` in strips of different heights."""

    def draw() -> Iterator[Strip]:
        for top, end in pairwise((0, 16, 17, 40, image.height)):
            yield Strip(top, decoded(imaging, image.crop((0, top, image.width, end))))

    return StripedRaster(Size(*image.size), draw, transparent=image.mode == "RGBA")


def decoded(imaging: Imaging, image: Image.Image) -> Raster:
    return imaging.decode(bytes_of(image, "PNG"), LIMITS)


def opened(encoded: EncodedImage) -> Image.Image:
    return Image.open(io.BytesIO(encoded.body))


def near(pixels: bytes, pixel: tuple[int, ...], *, exact: bool = False) -> bool:
    """Whether all RGBA ``pixels`` are ``pixel``, up to rounding; without ``exact`` alpha may be dropped."""
    bands = 4 if exact else 3
    return all(abs(pixels[i] - pixel[i % 4]) <= (0 if exact else 2) for i in range(len(pixels)) if i % 4 < bands)
