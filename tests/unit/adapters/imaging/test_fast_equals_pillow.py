"""Fast imaging gives the pixels that Pillow gives, for all images and encodings."""

from __future__ import annotations

import io
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.contract.pictures import bytes_of, gradient, map_like
from tests.unit.adapters.imaging.pngs import images
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.imaging.raster import image_of
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import JPEG, MIXED, PNG, EncodedImage, ImageEncoding, ImageLimits, Raster
from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.warp import PixelBox, Rescaling
from tilekeep.ports.imaging import Canvas, EncodedPlacement, Imaging

LIMITS = ImageLimits(10_000_000, 10_000_000)
FAST, PILLOW = FastImaging(), PillowImaging()

encodings = st.builds(
    ImageEncoding,
    format=st.sampled_from([PNG, PNG, JPEG, MIXED]),
    mode=st.sampled_from([None, None, "RGB", "RGBA", "P", "L"]),
    colors=st.sampled_from([None, 0, 2, 16, 64, 255, 256, 256]),
    transparent=st.sampled_from([None, True, False]),
    quantizer=st.sampled_from(["fastoctree", "fastoctree", "mediancut"]),
)


def looks(tile: EncodedImage) -> tuple[str, tuple[int, int], bytes, tuple[int, ...] | None]:
    image = Image.open(io.BytesIO(tile.body))
    return tile.media_type, image.size, image.convert("RGBA").tobytes(), tile.single_color


def assert_equal(body: bytes, corners: list[tuple[int, int]], size: Size, encoding: ImageEncoding) -> None:
    fast, pillow = (each.split(each.decode(body, LIMITS), corners, size, encoding) for each in (FAST, PILLOW))

    assert list(map(looks, fast)) == list(map(looks, pillow))


@given(
    image=images(),
    encoding=encodings,
    corners=st.lists(st.tuples(st.integers(-30, 60), st.integers(-30, 60)), min_size=1, max_size=3),
    size=st.builds(Size, st.integers(1, 40), st.integers(1, 40)),
)
def test_any_tile_of_any_image_in_any_encoding(
    image: Image.Image, encoding: ImageEncoding, corners: list[tuple[int, int]], size: Size
) -> None:
    assert_equal(bytes_of(image, "PNG"), corners, size, encoding)


SOURCES = {
    "paletted": bytes_of(map_like(96).convert("RGB").quantize(60), "PNG"),
    "paletted to the full": bytes_of(gradient(96, 96).quantize(256), "PNG"),
    "paletted with transparency": bytes_of(map_like(96, holes=True).quantize(200), "PNG"),
    "grey": bytes_of(gradient(96, 96).convert("L"), "PNG"),
    "grey with alpha": bytes_of(map_like(96, holes=True).convert("LA"), "PNG"),
    "sixteen bits": bytes_of(Image.new("I;16", (96, 96), 30_000), "PNG"),
    "jpeg": bytes_of(gradient(96, 96), "JPEG"),
    "cmyk": bytes_of(gradient(96, 96).convert("CMYK"), "JPEG"),
    "gif": bytes_of(map_like(96).convert("RGB"), "GIF"),
    "webp": bytes_of(map_like(96, holes=True), "WEBP"),
    "tiff": bytes_of(map_like(96, holes=True), "TIFF"),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("format_", "colors", "transparent"),
    list(product([PNG, JPEG, MIXED], [0, 40, 256], [True, False])),
    ids=lambda value: str(value).rsplit("/", maxsplit=1)[-1],
)
def test_every_kind_of_source(source: str, format_: str, colors: int, transparent: bool) -> None:
    encoding = ImageEncoding(format_, colors=colors, transparent=transparent)

    assert_equal(SOURCES[source], [(0, 0), (40, 40), (80, -10)], Size(48, 48), encoding)


def test_a_color_key_and_a_profile_survive_as_with_pillow() -> None:
    keyed, profiled = io.BytesIO(), io.BytesIO()
    map_like(40).convert("RGB").save(keyed, "PNG", transparency=(242, 239, 233))
    map_like(40).convert("RGB").save(profiled, "PNG", icc_profile=b"a profile")
    encoding = ImageEncoding(PNG, colors=0)

    for body in (keyed.getvalue(), profiled.getvalue()):
        assert_equal(body, [(0, 0)], Size(40, 40), encoding)
    [tile] = FAST.split(FAST.decode(profiled.getvalue(), LIMITS), [(0, 0)], Size(40, 40), encoding)
    assert Image.open(io.BytesIO(tile.body)).info["icc_profile"] == b"a profile"


@given(
    pictures=st.lists(images(), min_size=1, max_size=3),
    corners=st.lists(st.tuples(st.integers(-20, 40), st.integers(-20, 40)), min_size=3, max_size=3),
    transparent=st.booleans(),
    size=st.builds(Size, st.integers(1, 60), st.integers(1, 60)),
)
@pytest.mark.parametrize("opencv", [True, False], ids=["with OpenCV", "without"])
def test_any_mosaic(
    opencv: bool, pictures: list[Image.Image], corners: list[tuple[int, int]], transparent: bool, size: Size
) -> None:
    tiles = [EncodedPlacement(bytes_of(image, "PNG"), *at) for image, at in zip(pictures, corners, strict=False)]
    canvas = Canvas(size, transparent, (9, 99, 199))

    fast, pillow = (each.mosaic(canvas, tiles, LIMITS) for each in (FastImaging(opencv=opencv), PILLOW))

    assert image_of(fast.raster).mode == image_of(pillow.raster).mode
    assert image_of(fast.raster).tobytes() == image_of(pillow.raster).tobytes()
    assert fast.undecodable == pillow.undecodable == ()


@pytest.mark.parametrize("transparent", [True, False], ids=["transparent", "opaque"])
def test_a_mosaic_of_jpeg_images(transparent: bool) -> None:
    whole = bytes_of(gradient(96, 96), "JPEG")
    bodies = [whole, whole[: len(whole) // 2], SOURCES["cmyk"], bytes_of(gradient(40, 90).convert("L"), "JPEG")]
    tiles = [EncodedPlacement(body, 64 * place - 10, 20) for place, body in enumerate(bodies)]
    canvas = Canvas(Size(240, 100), transparent, (9, 99, 199))

    fast, pillow = (each.mosaic(canvas, tiles, LIMITS) for each in (FAST, PILLOW))

    assert image_of(fast.raster).tobytes() == image_of(pillow.raster).tobytes()
    assert fast.undecodable == pillow.undecodable == (1,)


@pytest.mark.parametrize("source", SOURCES)
def test_everything_else_is_equal_too(source: str) -> None:
    label = Label("tilekeep", LabelPlace.CENTRE, 12, (10, 20, 30, 99), (255, 255, 255, 120))
    polygon = Polygon(((10.0, 10.0), (80.0, 20.0), (40.0, 70.0)))
    encoding = ImageEncoding(PNG, colors=0, transparent=True)

    for fast, pillow in zip(
        *(_variants(each, SOURCES[source], label, polygon) for each in (FAST, PILLOW)), strict=True
    ):
        assert looks(FAST.encode(fast, encoding)) == looks(PILLOW.encode(pillow, encoding))


def _variants(imaging: Imaging, body: bytes, label: Label, polygon: Polygon) -> list[Raster]:
    raster = imaging.decode(body, LIMITS)
    return [
        imaging.annotate(raster, [label]),
        imaging.clip(raster, [polygon]),
        imaging.warp(raster, Rescaling(PixelBox(5.0, 5.0, 45.0, 45.0), Size(40, 40)), "bicubic", transparent=False),
        imaging.warp(raster, Rescaling(PixelBox(5.5, 5.0, 45.0, 49.0), Size(40, 40)), "bicubic", transparent=True),
    ]
