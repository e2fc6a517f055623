"""How large the frames of AVIF are, whatever the file says."""

from __future__ import annotations

import contextlib
import io
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.contract.pictures import map_like
from tilekeep.adapters.imaging.avif_header import frame_size
from tilekeep.adapters.imaging.pillow_reading import accepted_media_type
from tilekeep.domain.errors import ImageTooLarge, UndecodableImage
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import ImageLimits


def avif(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "AVIF", **{"speed": 10, **options})  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (64, 40), (333, 257), (1024, 3)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_is_as_large_as_it_is(size: tuple[int, int], mode: str) -> None:
    image = Image.new(mode, size, (1, 2, 3, 99)[: len(mode)])

    assert frame_size(avif(image)) == Size(*size)


def test_exif_is_no_picture() -> None:
    exif = Image.Exif()
    exif[271] = "maker"

    assert frame_size(avif(map_like(64), exif=exif.tobytes())) == Size(64, 64)


def test_a_bomb_that_declares_another_size_is_seen_through() -> None:
    body = bytearray(avif(Image.new("RGB", (2000, 1500))))
    place = body.index(b"ispe") + 8
    body[place : place + 8] = struct.pack(">II", 16, 16)

    assert frame_size(bytes(body)) == Size(2000, 1500)
    with pytest.raises(ImageTooLarge):
        accepted_media_type(bytes(body), ImageLimits(1 << 20, 1 << 20))


def test_a_second_sequence_that_is_larger_counts() -> None:
    """Behind the picture in the same item, where decoders go on reading."""
    small, large = avif(Image.new("RGB", (16, 16))), avif(Image.new("RGB", (2000, 1500)))
    units = [body[body.index(b"mdat") + 4 :] for body in (small, large)]
    body = bytearray(small[: small.index(b"mdat") + 4] + units[0] + units[1])
    place = body.index(b"iloc")
    old = len(units[0]).to_bytes(4, "big")
    at = body.index(old, place)
    body[at : at + 4] = (len(units[0]) + len(units[1])).to_bytes(4, "big")
    at = body.index(b"mdat") - 4
    body[at : at + 4] = (8 + len(units[0]) + len(units[1])).to_bytes(4, "big")

    assert frame_size(bytes(body)) == Size(2000, 1500)


BODY = avif(map_like(64, holes=True))


@pytest.mark.parametrize("kept", [12, 40, 60, 100, 150, 200, 300])
def test_a_cut_header_is_refused(kept: int) -> None:
    if kept < BODY.index(b"mdat"):
        with pytest.raises(UndecodableImage):
            frame_size(BODY[:kept])


@given(st.binary(max_size=300))
def test_any_bytes_have_a_size_or_are_refused(body: bytes) -> None:
    with contextlib.suppress(UndecodableImage):
        assert frame_size(body).width > 0


@given(st.integers(0, 1 << 30))
def test_so_has_a_damaged_image(seed: int) -> None:
    dice = random.Random(seed)
    body = bytearray(BODY)
    for _ in range(dice.randrange(1, 6)):
        body[dice.randrange(len(body))] = dice.randrange(256)
    with contextlib.suppress(UndecodableImage):
        assert frame_size(bytes(body)).width > 0
