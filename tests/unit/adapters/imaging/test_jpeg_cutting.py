"""Tiles are cut out of JPEG images without decoding where that gives what is configured, else made of pixels."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.contract.pictures import gradient
from tests.unit.adapters.imaging.jpegs import (
    PICTURE,
    SUBSAMPLINGS,
    brightness,
    inner,
    jpeg,
    opened,
    with_marker,
    with_sampling_factors,
    with_steps_of_300,
)
from tests.unit.adapters.imaging.loops import needs_jpeg_scans
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.imaging.raster import image_of
from tilekeep.domain.errors import ImageError, UndecodableImage
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import JPEG, MIXED, PNG, EncodedImage, ImageEncoding, ImageLimits
from tilekeep.domain.label import Label, LabelPlace

pytestmark = needs_jpeg_scans

LIMITS = ImageLimits(10_000_000, 10_000_000)
PILLOW = PillowImaging()
TILE = Size(64, 48)
CORNER = (32, 16)
ENCODING = ImageEncoding(JPEG, jpeg_quality=80)


@pytest.fixture(scope="module")
def fast() -> FastImaging:
    return FastImaging()


def split(
    imaging: FastImaging | PillowImaging,
    body: bytes,
    corner: tuple[int, int] = CORNER,
    encoding: ImageEncoding = ENCODING,
) -> EncodedImage:
    [tile] = imaging.split(imaging.decode(body, LIMITS, lazily=True), [corner], TILE, encoding)
    return tile


def is_cut(tile: EncodedImage, body: bytes, corner: tuple[int, int] = CORNER) -> bool:
    """Whether the tile has the very brightness that the image has there, and its colours."""
    area = (*corner, corner[0] + TILE.width, corner[1] + TILE.height)
    return brightness(tile.body).tobytes() == brightness(body).crop(area).tobytes() and inner(
        opened(tile.body)
    ) == inner(opened(body).convert("RGB").crop(area))


@given(
    quality=st.integers(1, 80),
    subsampling=st.sampled_from(SUBSAMPLINGS),
    size=st.builds(Size, st.integers(96, 200), st.integers(64, 150)),
    column=st.integers(0, 2),
    row=st.integers(0, 1),
)
def test_a_tile_between_blocks_is_the_image_itself(
    quality: int, subsampling: str, size: Size, column: int, row: int
) -> None:
    body = jpeg(gradient(*size, noise=True), quality=quality, subsampling=subsampling)
    corner = 16 * column, 16 * row

    tile = split(FastImaging(), body, corner, replace(ENCODING, jpeg_subsampling="4:4:4"))

    assert (tile.media_type, tile.single_color, opened(tile.body).size) == (JPEG, None, TILE)
    assert is_cut(tile, body, corner)


def test_all_tiles_of_a_block_come_in_order(fast: FastImaging) -> None:
    body = jpeg()
    corners = [(16, 16), (80, 16), (16, 64), (80, 64)]

    tiles = fast.split(fast.decode(body, LIMITS, lazily=True), corners, TILE, ENCODING)

    assert [is_cut(tile, body, corner) for tile, corner in zip(tiles, corners, strict=True)] == [True] * 4


CUT: dict[str, tuple[dict[str, Any], ImageEncoding]] = {
    "the same quality": ({"quality": 80}, ENCODING),
    "colours as configured": ({"subsampling": "4:4:4"}, replace(ENCODING, jpeg_subsampling="4:4:4")),
    "colours coarser than configured": ({"subsampling": "4:2:0"}, replace(ENCODING, jpeg_subsampling="4:2:2")),
    "mixed tiles": ({}, replace(ENCODING, format=MIXED, transparent=True, colors=256)),
    "mode RGB": ({}, replace(ENCODING, mode="RGB")),
    "restart markers": ({"restart_marker_rows": 1}, ENCODING),
    "tables made for the image": ({"optimize": True}, ENCODING),
    "another extension": ({}, replace(ENCODING, format="image/jpg")),
}


@pytest.mark.parametrize("case", CUT)
def test_it_is_cut_whatever_else_is_configured(fast: FastImaging, case: str) -> None:
    options, encoding = CUT[case]
    body = jpeg(**options)

    tile = split(fast, body, encoding=encoding)

    assert tile.media_type == JPEG
    assert is_cut(tile, body)


MADE_OF_PIXELS: dict[str, tuple[bytes, tuple[int, int], ImageEncoding]] = {
    "an image of better quality": (jpeg(quality=81), CORNER, ENCODING),
    "colours finer than configured": (jpeg(subsampling="4:4:4"), CORNER, ENCODING),
    "colours finer across": (jpeg(subsampling="4:4:4"), CORNER, replace(ENCODING, jpeg_subsampling="4:2:2")),
    "a corner inside a block": (jpeg(), (8, 16), ENCODING),
    "a corner inside a line of blocks": (jpeg(), (16, 8), ENCODING),
    "a corner outside": (jpeg(), (-16, 0), ENCODING),
    "a corner above": (jpeg(), (0, -16), ENCODING),
    "a tile that sticks out to the right": (jpeg(), (112, 0), ENCODING),
    "a tile that sticks out below": (jpeg(), (0, 96), ENCODING),
    "a profile": (jpeg(icc_profile=b"a profile"), CORNER, ENCODING),
    "a progressive image": (jpeg(progressive=True), CORNER, ENCODING),
    "grey": (jpeg(PICTURE.convert("L")), CORNER, ENCODING),
    "CMYK": (jpeg(PICTURE.convert("CMYK")), CORNER, ENCODING),
    "red, green and blue": (
        jpeg(keep_rgb=True, subsampling="4:4:4"),
        CORNER,
        replace(ENCODING, jpeg_subsampling="4:4:4"),
    ),
    "steps that only some decoders read": (with_steps_of_300(jpeg()), CORNER, ENCODING),
    "one step that is finer": (jpeg(qtables=[[99] * 63 + [1], [99] * 64]), CORNER, ENCODING),
    "one step of colours that is finer": (jpeg(qtables=[[99] * 64, [99] * 63 + [1]]), CORNER, ENCODING),
    "PNG tiles": (jpeg(), CORNER, ImageEncoding(PNG, colors=0)),
    "paletted tiles": (jpeg(), CORNER, replace(ENCODING, colors=16)),
    "grey tiles": (jpeg(), CORNER, replace(ENCODING, mode="L")),
    "progressive tiles": (jpeg(), CORNER, replace(ENCODING, jpeg_progressive=True)),
}


@pytest.mark.parametrize("case", MADE_OF_PIXELS)
def test_it_is_made_of_pixels_as_by_pillow(fast: FastImaging, case: str) -> None:
    body, corner, encoding = MADE_OF_PIXELS[case]

    ours, theirs = (split(each, body, corner, encoding) for each in (fast, PILLOW))

    assert (ours.media_type, ours.single_color) == (theirs.media_type, theirs.single_color)
    assert opened(ours.body).info.get("icc_profile") == opened(theirs.body).info.get("icc_profile")
    assert opened(ours.body).convert("RGB").tobytes() == opened(theirs.body).convert("RGB").tobytes()
    if encoding.format == JPEG:
        assert not is_cut(ours, body, corner)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("bands", [(0xFF, 0x11, 0x11), (0x44, 0x11, 0x11), (0x12, 0x11, 0x11), (0x22, 0x22, 0x11)])
def test_sampling_factors_out_of_the_ordinary_are_left_to_pillow(
    fast: FastImaging, bands: tuple[int, int, int]
) -> None:
    body = with_sampling_factors(jpeg(), *bands)
    encoding = replace(ENCODING, jpeg_subsampling="4:4:4")

    assert _tile_or_refusal(fast, body, encoding) == _tile_or_refusal(PILLOW, body, encoding)


def _tile_or_refusal(imaging: FastImaging | PillowImaging, body: bytes, encoding: ImageEncoding) -> bytes | str:
    try:
        return opened(split(imaging, body, encoding=encoding).body).tobytes()
    except UndecodableImage as error:
        return str(error)


def test_one_tile_that_sticks_out_makes_all_of_pixels(fast: FastImaging) -> None:
    body, corners = jpeg(), [(0, 0), (128, 0)]

    ours, theirs = (
        each.split(each.decode(body, LIMITS, lazily=True), corners, TILE, ENCODING) for each in (fast, PILLOW)
    )

    assert [opened(tile.body).tobytes() for tile in ours] == [opened(tile.body).tobytes() for tile in theirs]


def test_labels_are_written_on_pixels(fast: FastImaging) -> None:
    label = Label("tilekeep", LabelPlace.CENTRE, 12, (10, 20, 30, 99), (255, 255, 255, 120))
    body = jpeg()

    ours, theirs = (
        each.split(each.decode(body, LIMITS, lazily=True), [CORNER], TILE, ENCODING, [[label]])
        for each in (fast, PILLOW)
    )

    assert opened(ours[0].body).tobytes() == opened(theirs[0].body).tobytes()


def test_nothing_beside_the_picture_gets_into_tiles(fast: FastImaging) -> None:
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    body = jpeg(exif=exif, comment=b"by hand", dpi=(300, 300), xmp=b"<x/>")

    tile = split(fast, body)

    assert is_cut(tile, body)
    assert not {"exif", "comment", "xmp"} & set(opened(tile.body).info)
    assert len(tile.body) < len(jpeg())


@pytest.mark.parametrize("color", [(254, 0, 4), (255, 255, 255), (17, 99, 200), (1, 2, 3)], ids=str)
@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
def test_a_tile_of_one_color_says_so(fast: FastImaging, color: tuple[int, int, int], subsampling: str) -> None:
    body = jpeg(Image.new("RGB", (160, 128), color), subsampling=subsampling)
    encoding = replace(ENCODING, jpeg_subsampling=subsampling)

    ours, theirs = (split(each, body, encoding=encoding) for each in (fast, PILLOW))

    assert ours.single_color == theirs.single_color is not None
    assert is_cut(ours, body)


def test_a_large_tile_of_one_color_says_so(fast: FastImaging) -> None:
    body = jpeg(Image.new("RGB", (1024, 1024), (9, 88, 177)), subsampling="4:4:4")
    size = Size(1000, 1000)
    encoding = replace(ENCODING, jpeg_subsampling="4:4:4")

    ours, theirs = (
        each.split(each.decode(body, LIMITS, lazily=True), [(8, 8)], size, encoding)[0] for each in (fast, PILLOW)
    )

    assert ours.single_color == theirs.single_color is not None


def test_a_tile_with_one_other_spot_has_no_single_color(fast: FastImaging) -> None:
    picture = Image.new("RGB", (160, 128), (200, 100, 50))
    picture.paste((0, 0, 0), (90, 60, 92, 62))
    body = jpeg(picture)

    tile = split(fast, body)

    assert tile.single_color is None
    assert is_cut(tile, body)


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.99])
def test_a_cut_image_is_refused_as_by_pillow(fast: FastImaging, kept: float) -> None:
    body = jpeg()
    damaged = body[: int(len(body) * kept)]
    with pytest.raises(UndecodableImage) as theirs:
        PILLOW.decode(damaged, LIMITS)

    with pytest.raises(UndecodableImage) as ours:
        split(fast, damaged)

    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize("damage", [b"\xff\xc4\0\5then nothing of use", b""], ids=["a broken table", "nothing more"])
def test_a_damaged_image_is_refused_as_often_as_anybody_asks(fast: FastImaging, damage: bytes) -> None:
    body = jpeg()
    raster = fast.decode(body[: len(body) // 2] + damage, LIMITS, lazily=True)

    for _ in range(2):
        with pytest.raises(UndecodableImage):
            fast.split(raster, [CORNER], TILE, ENCODING)


def test_pixels_are_what_others_get_of_a_lazy_raster(fast: FastImaging) -> None:
    body = jpeg()

    ours = fast.decode(body, LIMITS, lazily=True)
    rows = fast.decode(body, LIMITS, lazily=True)

    theirs = image_of(PILLOW.decode(body, LIMITS))
    assert ours.size == theirs.size
    assert image_of(ours).tobytes() == theirs.tobytes()
    assert rows.rows(5, 9).tobytes() == theirs.crop((0, 5, 160, 9)).tobytes()  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore")
@given(
    subsampling=st.sampled_from(SUBSAMPLINGS),
    progressive=st.booleans(),
    seed=st.integers(0, 2**32),
    changes=st.integers(0, 5),
    kept=st.floats(0.05, 1.5),
)
def test_damage_is_found_where_pillow_finds_it(
    subsampling: str, progressive: bool, seed: int, changes: int, kept: float
) -> None:
    dice = random.Random(seed)
    body = jpeg(subsampling=subsampling, progressive=progressive)
    damaged = bytearray(body[: int(len(body) * kept)])
    for _ in range(changes):
        place = dice.randrange(2, len(damaged) if dice.random() < 0.5 else min(len(damaged), 700))
        damaged[place] = dice.choice([0, 255, dice.randrange(256), 0xC4, 0xD9, 0xDA])
    imaging = FastImaging()
    corner, encoding = (0, 0), replace(ENCODING, jpeg_subsampling="4:4:4")

    assert _pixels(imaging, bytes(damaged)) == _pixels(PILLOW, bytes(damaged))
    assert (_split(imaging, bytes(damaged), corner, encoding) is None) == (_pixels(PILLOW, bytes(damaged)) is None)


def _pixels(imaging: FastImaging | PillowImaging, body: bytes) -> tuple[str, bytes] | None:
    try:
        image = image_of(imaging.decode(body, LIMITS, lazily=True))
    except ImageError:
        return None
    return image.mode, image.tobytes()


def _split(imaging: FastImaging, body: bytes, corner: tuple[int, int], encoding: ImageEncoding) -> EncodedImage | None:
    try:
        return split(imaging, body, corner, encoding)
    except ImageError:
        return None


def test_segments_that_others_put_in_front_do_no_harm(fast: FastImaging) -> None:
    body = with_marker(with_marker(jpeg(), 0xED, b"Photoshop 3.0\0"), 0xEC, b"Ducky")

    assert is_cut(split(fast, body), body)


def test_images_are_cut_in_many_threads_at_a_time(fast: FastImaging) -> None:
    bodies = [jpeg(gradient(160 + 8 * number, 128, noise=True)) for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        tiles = list(pool.map(lambda body: split(fast, body), bodies * 10))

    assert [is_cut(tile, body) for tile, body in zip(tiles, bodies * 10, strict=True)] == [True] * 80
