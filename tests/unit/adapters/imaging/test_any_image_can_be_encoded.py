"""Whatever kind of image a map server sends, tiles are made of it or an image error is raised."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from PIL import Image

from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.domain.errors import ImageError
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import GIF, JPEG, MIXED, PNG, TIFF, WEBP, ImageEncoding, ImageLimits
from tilekeep.ports.imaging import Canvas, Imaging, Placement

LIMITS = ImageLimits(1 << 20, 1 << 20)
BYTES_PER_PIXEL = {"RGBA": 4, "RGB": 3, "P": 1, "L": 1, "LA": 2, "I;16": 2}
COLOR_KEYS: dict[str, int | tuple[int, int, int]] = {"RGB": (0, 0, 0), "P": 0, "L": 0}


def png(mode: str, size: tuple[int, int], noise: bytes, *, has_color_key: bool) -> bytes:
    """A PNG of ``size`` in ``mode``, its first colour transparent if it has a colour key."""
    wanted = BYTES_PER_PIXEL[mode] * size[0] * size[1]
    picture = Image.frombytes(mode, size, (noise * wanted)[:wanted])
    if mode == "P":
        picture.putpalette(bytes(range(256)) * 3)
    buffer = io.BytesIO()
    options = {"transparency": COLOR_KEYS[mode]} if has_color_key and mode in COLOR_KEYS else {}
    picture.save(buffer, "PNG", **options)
    return buffer.getvalue()


@pytest.mark.parametrize("imaging", [PillowImaging(), FastImaging()], ids=["pillow", "fast"])
@example(mode="RGB", noise=b"\0", has_color_key=True, encoding=ImageEncoding(JPEG, colors=2))
@example(mode="RGB", noise=b"\0", has_color_key=True, encoding=ImageEncoding(JPEG, colors=2, transparent=True))
@given(
    mode=st.sampled_from(list(BYTES_PER_PIXEL)),
    noise=st.binary(min_size=1, max_size=40),
    has_color_key=st.booleans(),
    encoding=st.builds(
        ImageEncoding,
        st.sampled_from([PNG, JPEG, MIXED]),
        mode=st.sampled_from([None, "RGBA", "RGB", "P", "L"]),
        colors=st.sampled_from([None, 0, 2, 16, 256]),
        transparent=st.sampled_from([None, True, False]),
        quantizer=st.sampled_from(["fastoctree", "mediancut"]),
    ),
)
def test_any_png_becomes_tiles_that_decode_again(
    imaging: Imaging, mode: str, noise: bytes, has_color_key: bool, encoding: ImageEncoding
) -> None:
    raster = imaging.decode(png(mode, (5, 4), noise, has_color_key=has_color_key), LIMITS)

    tiles = imaging.split(raster, [(0, 0), (3, 2)], Size(4, 3), encoding)

    assert [(4, 3)] * 2 == [imaging.inspect(tile.body, LIMITS)[1:3] for tile in tiles]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("imaging", [PillowImaging(), FastImaging()], ids=["pillow", "fast"])
@example(mode="LAB", kind="TIFF", canvas=Canvas(Size(8, 8), True), placement={}, encoding=ImageEncoding(JPEG, colors=0))
@given(
    mode=st.sampled_from(["1", "L", "LA", "I", "I;16", "F", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV"]),
    kind=st.sampled_from(["TIFF", "PNG", "JPEG", "GIF", "WEBP"]),
    canvas=st.builds(Canvas, st.just(Size(8, 8)), st.booleans()),
    placement=st.sampled_from([{}, {"left": 3}, {"left": 3, "replaces": True}, {"opacity": 0.5}]),
    encoding=st.builds(
        ImageEncoding,
        st.sampled_from([PNG, JPEG, MIXED, GIF, TIFF, WEBP]),
        mode=st.sampled_from([None, "RGBA", "RGB", "P", "L", "I"]),
        colors=st.sampled_from([None, 0, 256]),
        transparent=st.sampled_from([None, True, False]),
        quantizer=st.sampled_from(["fastoctree", "mediancut"]),
    ),
)
def test_images_that_nothing_can_be_made_of_raise_nothing_but_image_errors(
    imaging: Imaging, mode: str, kind: str, canvas: Canvas, placement: dict[str, Any], encoding: ImageEncoding
) -> None:
    buffer = io.BytesIO()
    try:
        Image.new(mode, (8, 8)).save(buffer, kind)
    except (OSError, KeyError, ValueError):
        assume(False)
    with contextlib.suppress(ImageError):
        raster = imaging.decode(buffer.getvalue(), LIMITS)
        with contextlib.suppress(ImageError):
            imaging.compose(canvas, [Placement(raster, **placement)])
        imaging.split(raster, [(0, 0), (-3, 5)], Size(6, 6), encoding)
