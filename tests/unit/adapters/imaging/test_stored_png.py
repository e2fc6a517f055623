"""A deflated PNG, read as one whose stream is stored."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from tests.contract.pictures import bytes_of, gradient
from tests.unit.adapters.imaging.pngs import filtered_png
from tilekeep.adapters.imaging.png_chunks import read_chunks
from tilekeep.adapters.imaging.png_decoding import decode_png
from tilekeep.adapters.imaging.stored_png import StoredPng
from tilekeep.domain.image import ImageLimits

IMAGE = gradient(200, 300, noise=True)
ROWS = 300 * 601


def stored(body: bytes, size: int = ROWS) -> StoredPng:
    return StoredPng(read_chunks(body, zlib.crc32), size)


@pytest.mark.parametrize("step", [7, 1000, 65_536, 10_000_000])
def test_it_is_a_whole_png_with_the_same_pixels_however_it_is_read(step: int) -> None:
    file = stored(bytes_of(IMAGE, "PNG"))

    body = b"".join(iter(lambda: file.read(step), b""))

    assert file.tell() == len(body) > ROWS
    png = read_chunks(body, zlib.crc32)
    assert png.header == read_chunks(bytes_of(IMAGE, "PNG"), zlib.crc32).header
    assert len(zlib.decompress(png.data)) == ROWS
    assert Image.open(io.BytesIO(body)).tobytes() == IMAGE.tobytes()


def test_a_large_image_with_all_filters_is_decoded() -> None:
    body = filtered_png(IMAGE, [4, 3, 1, 2, 0], idat_bytes=5000)

    assert decode_png(body, ImageLimits(10_000_000, 10_000_000)).image.tobytes() == IMAGE.tobytes()


def test_filters_that_turn_up_late_are_undone_too() -> None:
    body = filtered_png(IMAGE, [0] * 299 + [4])

    assert decode_png(body, ImageLimits(10_000_000, 10_000_000)).image.tobytes() == IMAGE.tobytes()


def test_no_more_is_given_out_than_the_image_has() -> None:
    body = stored(bytes_of(IMAGE, "PNG"), size=1000).read(10_000_000)

    assert len(zlib.decompress(read_chunks(body, zlib.crc32).data)) == 1000


def test_a_stream_that_ends_early_has_no_end() -> None:
    body = stored(bytes_of(IMAGE, "PNG"), size=ROWS + 1).read(10_000_000)

    assert not body.endswith(b"IEND\xaeB`\x82")


def test_it_can_be_wound_back_before_the_pixels_only() -> None:
    file = stored(bytes_of(IMAGE, "PNG"))
    start = file.read(16)
    file.seek(0)
    assert file.read(16) == start

    file.read(1000)
    assert file.seek(file.tell()) == file.tell()
    with pytest.raises(io.UnsupportedOperation):
        file.seek(0)
    with pytest.raises(io.UnsupportedOperation):
        file.seek(0, io.SEEK_END)
