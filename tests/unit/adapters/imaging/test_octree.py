"""Palettes found in loops are those of Pillow's octree, to the pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.unit.adapters.imaging.loops import needs_loops
from tests.unit.adapters.imaging.pngs import images
from tilekeep.adapters.imaging.octree import quantised
from tilekeep.adapters.imaging.pixels import words_from_image
from tilekeep.adapters.imaging.quantising import by_pillow, pillow_sorts_stably, quantise


@given(image=images(largest=64), colors=st.integers(2, 256))
def test_pixels_equal_those_of_pillow(image: Image.Image, colors: int) -> None:
    words = words_from_image(image)
    assert words is not None
    expected = by_pillow(words, image.mode, colors)

    ours = quantise(words, image.mode, colors)

    assert np.array_equal(ours.palette[ours.indices], expected.palette[expected.indices])
    assert len(ours.palette) <= colors


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_sums_beyond_single_precision_are_rounded_as_pillow_rounds_them(mode: str) -> None:
    words = np.full((400, 600), 0xFFFFFEFF if mode == "RGB" else 0x80FEFDFF, np.uint32)
    words[0, :] = 0xFF102030
    expected = by_pillow(words, mode, 256)

    ours = quantise(words, mode, 256)

    assert np.array_equal(ours.palette[ours.indices], expected.palette[expected.indices])


@needs_loops
def test_an_image_of_runs_is_quantised_without_pillow() -> None:
    words = np.repeat(np.arange(64, dtype=np.uint32) * 0x030507 | 0xFF000000, 64).reshape(64, 64)

    assert quantised(words, 256, "RGB", stable=False) is not None


@needs_loops
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_pixels_of_large_images_equal_those_of_pillow(mode: str) -> None:
    """Sums of several blocks, some of them beyond single precision."""
    random = np.random.default_rng(2)
    alpha = 0xFF000000 if mode == "RGB" else 0xE0000000
    runs = random.integers(0, 1 << 24, 60_000, dtype=np.uint32) | np.uint32(alpha)
    words = np.resize(np.repeat(runs, random.integers(1, 9, len(runs))), (900, 700))
    words[300:] = np.where(words[300:] & np.uint32(16), words[300:], np.uint32(0xFDFEFC | alpha))
    expected = by_pillow(words, mode, 256)

    ours = quantised(words, 256, mode, stable=pillow_sorts_stably())

    assert ours is not None
    assert np.array_equal(ours.palette[ours.indices], expected.palette[expected.indices])


@needs_loops
def test_where_the_order_of_equals_decides_an_unstable_sort_leaves_it_to_pillow() -> None:
    every_fine_bucket_once = np.arange(4096, dtype=np.uint32)
    spread = sum((every_fine_bucket_once >> 4 * band & 15) << 8 * band + 4 for band in range(3))
    words = np.repeat(np.asarray(spread, np.uint32), 4).reshape(128, 128)

    assert quantised(words, 256, "RGB", stable=False) is None
    if pillow_sorts_stably():
        assert quantised(words, 256, "RGB", stable=True) is not None
