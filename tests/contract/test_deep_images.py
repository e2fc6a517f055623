"""What imaging promises about images of one band with more than 8 bits: their values stay what they are."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from tests.contract.pictures import bytes_of, gradient
from tilekeep.adapters.imaging.choice import imaging as chosen
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import AVIF, GIF, JPEG, PNG, TIFF, WEBP, EncodedImage, ImageEncoding, ImageLimits, Raster
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.striped_raster import Strip, StripedRaster
from tilekeep.domain.warp import Mesh, PixelBox, Rescaling
from tilekeep.ports.imaging import Canvas, EncodedPlacement, Imaging, Placement

LIMITS = ImageLimits(2_000_000, 1_000_000)
SIDE = 64

#: As caches are without options of their own: the palette is for colours.
STORED = ImageEncoding(PNG, colors=256)


def elevation(start: int = 300, side: int = SIDE) -> Image.Image:
    """16 bits a pixel, each another value."""
    values = [(start + 7 * number) % 65536 for number in range(side * side)]
    return Image.frombytes("I;16", (side, side), struct.pack(f"<{len(values)}H", *values))


def signed(side: int = SIDE) -> Image.Image:
    """32 bits, half of them below the sea."""
    return Image.frombytes("I", (side, side), struct.pack(f"<{side * side}i", *range(-2048, side * side - 2048)))


@pytest.fixture(params=[PillowImaging, FastImaging, chosen], ids=["pillow", "fast", "chosen"])
def imaging(request: pytest.FixtureRequest) -> Imaging:
    made: Imaging = request.param()
    return made


def decoded(imaging: Imaging, image: Image.Image, kind: str = "PNG") -> Raster:
    return imaging.decode(bytes_of(image, kind), LIMITS)


def opened(image: EncodedImage) -> Image.Image:
    result = Image.open(io.BytesIO(image.body))
    result.load()
    return result


def stored(imaging: Imaging, raster: Raster, encoding: ImageEncoding = STORED) -> Image.Image:
    return opened(imaging.encode(raster, encoding))


@pytest.mark.parametrize("encoding", [STORED, ImageEncoding(PNG, mode="I", colors=0), ImageEncoding(PNG, colors=16)])
def test_tiles_of_a_meta_tile_have_its_values(imaging: Imaging, encoding: ImageEncoding) -> None:
    image = elevation()

    tiles = imaging.split(decoded(imaging, image), [(0, 0), (16, 8), (32, 32)], Size(32, 32), encoding)

    for tile, (left, top) in zip(tiles, [(0, 0), (16, 8), (32, 32)], strict=True):
        result = opened(tile)
        assert (result.mode, result.tobytes()) == ("I;16", image.crop((left, top, left + 32, top + 32)).tobytes())


def test_beyond_the_edge_there_is_nothing(imaging: Imaging) -> None:
    image = elevation()

    [tile] = imaging.split(decoded(imaging, image), [(-8, 40)], Size(32, 32), STORED)

    result = opened(tile)
    assert result.getpixel((0, 0)) == result.getpixel((20, 30)) == 0
    assert result.getpixel((8, 0)) == image.getpixel((0, 40))


@pytest.mark.parametrize(
    ("image", "kept"), [(elevation(), "I;16"), (signed(), "I"), (signed().convert("F"), "F")], ids=["16", "32", "float"]
)
def test_tiff_keeps_every_depth(imaging: Imaging, image: Image.Image, kept: str) -> None:
    [tile] = imaging.split(decoded(imaging, image, "TIFF"), [(16, 16)], Size(32, 32), ImageEncoding(TIFF, mode="I"))

    result = opened(tile)
    if kept == "F":
        assert result.convert("I").tobytes() == image.crop((16, 16, 48, 48)).convert("I").tobytes()
    else:
        assert (result.mode, result.tobytes()) == (kept, image.crop((16, 16, 48, 48)).tobytes())


@pytest.mark.parametrize("transparent", [True, False])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_tiles_side_by_side_keep_their_values(imaging: Imaging, kind: str, transparent: bool) -> None:
    one, other = elevation(), elevation(9000)
    tiles = [EncodedPlacement(bytes_of(one, kind), 0, 0), EncodedPlacement(bytes_of(other, kind), 2 * SIDE, 0)]

    mosaic = imaging.mosaic(Canvas(Size(3 * SIDE, SIDE), transparent), tiles, LIMITS)

    result = stored(imaging, mosaic.raster)
    assert mosaic.undecodable == ()
    assert result.crop((0, 0, SIDE, SIDE)).tobytes() == one.tobytes()
    assert result.crop((2 * SIDE, 0, 3 * SIDE, SIDE)).tobytes() == other.tobytes()
    assert result.getpixel((SIDE + 3, 3)) == 0


def test_a_broken_tile_among_them_leaves_nothing(imaging: Imaging) -> None:
    tiles = [
        EncodedPlacement(bytes_of(elevation(), "PNG"), 0, 0),
        EncodedPlacement(bytes_of(elevation(), "PNG")[:200], SIDE, 0),
    ]

    mosaic = imaging.mosaic(Canvas(Size(2 * SIDE, SIDE), False), tiles, LIMITS)

    assert mosaic.undecodable == (1,)
    assert stored(imaging, mosaic.raster).getpixel((SIDE, 0)) == 0


@pytest.mark.parametrize("transparent", [True, False])
@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "bicubic"])
def test_cutting_along_pixels_changes_no_value(imaging: Imaging, resampling: str, transparent: bool) -> None:
    image = elevation()

    warped = imaging.warp(
        decoded(imaging, image),
        Rescaling(PixelBox(-8, 10, 24, 42), Size(32, 32)),
        resampling,
        transparent=transparent,
    )

    result = stored(imaging, warped)
    assert result.crop((8, 0, 32, 32)).tobytes() == image.crop((0, 10, 24, 42)).tobytes()
    assert result.getpixel((7, 0)) == 0


@pytest.mark.parametrize("transparent", [True, False])
def test_the_nearest_value_is_one_that_was_there(imaging: Imaging, transparent: bool) -> None:
    image = elevation()
    mesh = Mesh(Size(32, 32), (0, 32), (0, 32), ((0.0, 0.0), (64.0, 0.0), (0.0, 64.0), (64.0, 64.0)))

    warped = imaging.warp(decoded(imaging, image), mesh, "nearest", transparent=transparent)

    result = stored(imaging, warped)
    there = {image.getpixel((x, y)) for x in range(SIDE) for y in range(SIDE)}
    assert {result.getpixel((x, y)) for x in range(32) for y in range(32)} <= there


@pytest.mark.parametrize("resampling", ["bilinear", "bicubic"])
@pytest.mark.parametrize("transparent", [True, False])
def test_values_are_mixed_in_their_own_depth(imaging: Imaging, resampling: str, transparent: bool) -> None:
    slope = Image.frombytes("I;16", (SIDE, 1), struct.pack(f"<{SIDE}H", *range(20_000, 20_000 + 100 * SIDE, 100)))
    larger = Rescaling(PixelBox(0, 0, SIDE, SIDE), Size(2 * SIDE, 2 * SIDE))

    warped = imaging.warp(decoded(imaging, slope.resize((SIDE, SIDE))), larger, resampling, transparent=transparent)

    result = stored(imaging, warped)
    for x in range(8, 2 * SIDE - 8):
        assert result.getpixel((x, 50)) == pytest.approx(20_000 + 100 * ((x + 0.5) / 2 - 0.5), abs=2)


@pytest.mark.parametrize("transparent", [True, False])
def test_a_part_on_a_canvas_keeps_its_values(imaging: Imaging, transparent: bool) -> None:
    image = elevation()

    whole = imaging.compose(
        Canvas(Size(100, 100), transparent), [Placement(decoded(imaging, image), 10, 20, replaces=True)]
    )

    result = stored(imaging, whole)
    assert result.crop((10, 20, 10 + SIDE, 20 + SIDE)).tobytes() == image.tobytes()
    assert result.getpixel((0, 0)) == 0


def test_deep_images_over_each_other_stay_deep(imaging: Imaging) -> None:
    layers = [Placement(decoded(imaging, elevation())), Placement(decoded(imaging, elevation(40_000, 16)), 8, 8)]

    result = stored(imaging, imaging.compose(Canvas(Size(SIDE, SIDE), False), layers))

    assert result.getpixel((8, 8)) == 40_000
    assert result.getpixel((0, 0)) == 300


@pytest.mark.parametrize("transparent", [True, False])
def test_colors_over_them_make_all_colors(imaging: Imaging, transparent: bool) -> None:
    low = Image.new("I;16", (SIDE, SIDE), 77)
    red = Image.new("RGB", (16, 16), (255, 0, 0))
    layers = [Placement(decoded(imaging, low)), Placement(decoded(imaging, red), 0, 0)]

    composed = imaging.compose(Canvas(Size(2 * SIDE, SIDE), transparent), layers)

    result = stored(imaging, composed, ImageEncoding(PNG, colors=0, transparent=transparent)).convert("RGBA")
    assert result.getpixel((0, 0)) == (255, 0, 0, 255)
    assert result.getpixel((20, 20)) == (77, 77, 77, 255)
    assert result.getpixel((SIDE, 0)) == (255, 255, 255, 0 if transparent else 255)


def test_a_faded_one_is_drawn_in_grey(imaging: Imaging) -> None:
    layers = [Placement(decoded(imaging, Image.new("I;16", (SIDE, SIDE), 4000)), opacity=0.5)]

    composed = imaging.compose(Canvas(Size(SIDE, SIDE), False, (0, 0, 0)), layers)

    assert stored(imaging, composed, ImageEncoding(PNG, colors=0)).convert("RGB").getpixel((0, 0)) == (127, 127, 127)


def test_outside_an_area_there_is_nothing(imaging: Imaging) -> None:
    image = elevation()
    area = Polygon(((10.0, 10.0), (30.0, 10.0), (30.0, 30.0), (10.0, 30.0)))

    result = stored(imaging, imaging.clip(decoded(imaging, image), [area]))

    assert result.crop((10, 10, 30, 30)).tobytes() == image.crop((10, 10, 30, 30)).tobytes()
    assert result.getpixel((9, 15)) == 0


@pytest.mark.parametrize("transparent", [True, False])
def test_strips_keep_their_values(imaging: Imaging, transparent: bool) -> None:
    image = elevation()

    def strips() -> list[Strip]:
        return [Strip(top, decoded(imaging, image.crop((0, top, SIDE, top + 16)))) for top in range(0, SIDE, 16)]

    striped = StripedRaster(Size(SIDE, SIDE), lambda: iter(strips()), transparent=transparent)

    assert stored(imaging, striped).tobytes() == image.tobytes()


@pytest.mark.parametrize("media_type", [JPEG, GIF, WEBP, AVIF])
def test_formats_without_depth_get_what_fits_into_eight_bits(imaging: Imaging, media_type: str) -> None:
    image = Image.new("I;16", (SIDE, SIDE), 100)
    image.paste(4000, (0, 0, 32, SIDE))

    result = stored(imaging, decoded(imaging, image), ImageEncoding(media_type)).convert("L")

    assert abs(result.getpixel((50, 10)) - 100) <= 4  # type: ignore[operator]
    assert result.getpixel((10, 10)) >= 250  # type: ignore[operator]


def test_an_empty_tile_of_a_deep_cache_is_deep(imaging: Imaging) -> None:
    result = opened(imaging.blank(Size(8, 8), ImageEncoding(PNG, mode="I")))

    assert (result.mode, result.getextrema()) == ("I;16", (0, 0))


def test_a_mode_in_eight_bits_is_obeyed(imaging: Imaging) -> None:
    result = stored(imaging, decoded(imaging, elevation()), ImageEncoding(PNG, mode="L", colors=0))

    assert result.mode == "L"


def test_colors_are_not_taken_for_deep(imaging: Imaging) -> None:
    assert stored(imaging, decoded(imaging, gradient(20, 20)), ImageEncoding(PNG, colors=0)).mode == "RGB"
