"""PNG images are decoded whatever their filters, and verified to the last byte."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.contract.pictures import bytes_of, chunk, gradient, png_header_only
from tests.unit.adapters.imaging.loops import needs_loops
from tests.unit.adapters.imaging.pngs import filtered_png, images
from tilekeep.adapters.imaging import png_decoding
from tilekeep.adapters.imaging.png_decoding import decode_png, verify_png
from tilekeep.domain.errors import UndecodableImage
from tilekeep.domain.image import ImageLimits

LIMITS = ImageLimits(10_000_000, 10_000_000)


@given(
    image=images(largest=12),
    filters=st.lists(st.integers(0, 4), min_size=1, max_size=12),
    idat_bytes=st.integers(1, 60),
)
def test_every_filter_is_undone(image: Image.Image, filters: list[int], idat_bytes: int) -> None:
    body = filtered_png(image, filters, idat_bytes=idat_bytes)

    assert decode_png(body, LIMITS).image.tobytes() == image.tobytes()
    assert verify_png(body, LIMITS) == image.size


@given(row=images(largest=12), height=st.integers(1, 8), filters=st.lists(st.integers(0, 4), min_size=1, max_size=8))
def test_so_it_is_where_all_rows_show_the_same(row: Image.Image, height: int, filters: list[int]) -> None:
    image = row.crop((0, 0, row.width, 1)).resize((row.width, height), Image.Resampling.NEAREST)

    decoded = decode_png(filtered_png(image, filters), LIMITS)

    assert decoded.image.tobytes() == image.tobytes()


@pytest.mark.parametrize("filters", [[2], [1, 2, 2], [1], [0], [3], [4], [4, 2, 2]], ids=str)
def test_a_row_that_is_added_to_the_one_above_again_and_again_is_no_repetition(filters: list[int]) -> None:
    image = Image.new("RGB", (5, 1), (3, 4, 5))
    grown = Image.new("RGB", (5, 6))
    for y in range(6):
        grown.paste(image.point(lambda value, times=y + 1: value * times), (0, y))

    assert decode_png(filtered_png(grown, filters), LIMITS).image.tobytes() == grown.tobytes()


@needs_loops
@pytest.mark.parametrize("filters", [[0], [1], [2], [0, 1, 2], [3], [4]], ids=str)
def test_plain_images_need_no_pillow(filters: list[int]) -> None:
    assert decode_png(filtered_png(gradient(20, 20), filters), LIMITS).words is not None


@needs_loops
@pytest.mark.parametrize(("most", "by_pillow"), [(130, False), (129, True)])
def test_very_large_images_are_left_to_pillow(most: int, by_pillow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png_decoding, "_MOST_PIXELS", most)
    image = gradient(13, 10)

    decoded = decode_png(filtered_png(image, [2]), LIMITS)

    assert (decoded.words is None) == by_pillow
    assert decoded.image.tobytes() == image.tobytes()


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("row", [bytes(12), bytes(range(12)), b"\x05" * 12], ids=["zeros", "steps", "fives"])
@pytest.mark.parametrize("first", [0, 1, 4])
def test_rows_of_the_same_bytes_are_what_their_filters_make_of_them(kind: int, row: bytes, first: int) -> None:
    body = with_stream(zlib.compress(bytes([first]) + bytes(range(12)) + (bytes([kind]) + row) * 3))
    alike = with_stream(zlib.compress((bytes([kind]) + row) * 4))

    for one in (body, alike):
        assert decode_png(one, LIMITS).image.tobytes() == Image.open(io.BytesIO(one)).tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_other_modes_are_those_of_pillow(mode: str) -> None:
    image = Image.new("I;16", (21, 13), 4000) if mode == "I;16" else gradient(21, 13).convert(mode)
    body = bytes_of(image, "PNG")
    expected = Image.open(io.BytesIO(body))

    decoded = decode_png(body, LIMITS).image

    assert (decoded.mode, decoded.tobytes()) == (expected.mode, expected.tobytes())
    assert decoded.getpalette() == expected.getpalette()


def with_stream(stream: bytes, *, bit_depth: int = 8, color_type: int = 2, interlace: int = 0) -> bytes:
    """A PNG of four by four pixels around a compressed stream."""
    header = struct.pack(">IIBBBBB", 4, 4, bit_depth, color_type, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", stream) + chunk(b"IEND", b"")


ROWS = bytes(4 * 13)


@pytest.mark.parametrize(
    "body",
    [
        with_stream(zlib.compress(ROWS[:-1])),
        with_stream(zlib.compress(ROWS)[:-8]),
        with_stream(b"not deflated at all"),
        with_stream(zlib.compress(b"\x09" + ROWS[1:])),
        with_stream(zlib.compress(ROWS), color_type=5),
        with_stream(zlib.compress(ROWS), bit_depth=3),
        png_header_only(0, 7),
        png_header_only(300, 300),
    ],
    ids=[
        "a pixel is missing",
        "the stream is cut",
        "no stream",
        "an unknown filter",
        "an unknown colour type",
        "an impossible depth",
        "no width",
        "hardly any rows",
    ],
)
def test_damaged_images_are_refused(body: bytes) -> None:
    with pytest.raises(UndecodableImage):
        decode_png(body, LIMITS)
    with pytest.raises(UndecodableImage):
        verify_png(body, LIMITS)


def test_a_stream_that_inflates_to_far_more_than_the_image_is_not_followed() -> None:
    bomb = with_stream(zlib.compress(bytes(200_000_000)))

    assert decode_png(bomb, LIMITS).size == (4, 4)
