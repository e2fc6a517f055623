"""Large maps are written in bands of rows, with the pixels they would have in one piece."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.unit.adapters.imaging.loops import needs_loops
from tilekeep.adapters.imaging import pixel_loops
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.large_png import LARGE, large_png
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.imaging.pixels import FastRaster, words_from_image
from tilekeep.adapters.imaging.raster import PillowRaster
from tilekeep.domain.image import ImageEncoding

WIDTH, HEIGHT = 2310, 1900


def picture(mode: str) -> Image.Image:
    """Areas, a gradient and noise; with alpha also a part that is transparent in several colours."""
    assert WIDTH * HEIGHT >= LARGE
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    bands = [columns // 300 * 25 % 256, rows * 255 // HEIGHT, (columns // 40 + rows // 40) % 2 * 90]
    pixels = np.stack(bands, axis=2).astype(np.uint8)
    pixels[-200:, -500:] = np.random.default_rng(5).integers(0, 256, (200, 500, 3))
    image = Image.fromarray(pixels)
    if mode == "RGBA":
        alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
        alpha[700:900] = 0
        alpha[900:1000] = 120
        image.putalpha(Image.fromarray(alpha))
    return image


def pixels_of(body: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA"))


@pytest.mark.parametrize("form", ["words", "image of Pillow"])
@pytest.mark.parametrize(("mode", "transparent"), [("RGB", False), ("RGBA", True), ("RGBA", False)])
@pytest.mark.parametrize("colors", [0, 256, 40])
def test_the_pixels_are_those_of_pillow(mode: str, transparent: bool, colors: int, form: str) -> None:
    image = picture(mode)
    raster = (
        FastRaster(words=words_from_image(image), mode=mode) if form == "words" else FastRaster(image=image, mode=mode)
    )
    encoding = ImageEncoding(colors=colors, transparent=transparent)

    ours = FastImaging().encode(raster, encoding)

    theirs = PillowImaging().encode(PillowRaster(image), encoding)
    assert "image/png" == ours.media_type
    difference = np.abs(pixels_of(ours.body).astype(int) - pixels_of(theirs.body))
    # Pillow adds up colours of so many pixels in single precision, and is off by one in places.
    assert difference.max() <= (1 if colors else 0)


@needs_loops
@pytest.mark.parametrize("encoding", [ImageEncoding(format="image/gif"), ImageEncoding(colors=256)], ids=str)
def test_without_compiled_loops_the_pixels_are_the_same(
    encoding: ImageEncoding, monkeypatch: pytest.MonkeyPatch
) -> None:
    raster = FastRaster(image=picture("RGB"), mode="RGB")
    in_loops = FastImaging().encode(raster, encoding)
    monkeypatch.setattr(pixel_loops, "compiled", None)

    by_pillow = FastImaging().encode(raster, encoding)

    assert np.array_equal(pixels_of(in_loops.body), pixels_of(by_pillow.body))


def test_other_modes_take_another_way() -> None:
    grey = Image.new("L", (WIDTH, HEIGHT), 7)

    assert large_png(FastRaster(image=grey, mode="L"), 256, transparent=False) is None
    assert FastImaging().encode(FastRaster(image=grey, mode="L"), ImageEncoding()).media_type == "image/png"
