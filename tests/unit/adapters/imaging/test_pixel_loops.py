"""Compiled loops touch no more than the buffers they are given, and are not missed where they are not there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.contract.imaging_suite import ImagingSuite
from tests.contract.pictures import gradient
from tests.unit.adapters.imaging.loops import needs_loops
from tests.unit.adapters.imaging.pngs import filtered_png, images
from tilekeep.adapters.imaging import pixel_loops
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.octree import quantised
from tilekeep.adapters.imaging.pixels import Words, words_from_image
from tilekeep.adapters.imaging.png_decoding import decode_png
from tilekeep.adapters.imaging.png_writing import _packed_rows
from tilekeep.adapters.imaging.quantising import by_pillow, pillow_sorts_stably, quantise
from tilekeep.domain.image import ImageLimits
from tilekeep.ports.imaging import Imaging

LIMITS = ImageLimits(10_000_000, 10_000_000)


@needs_loops
@given(
    image=images(largest=40),
    filters=st.lists(st.integers(0, 4), min_size=1, max_size=9),
)
def test_rows_are_unfiltered_whatever_stands_above_them(image: Image.Image, filters: list[int]) -> None:
    decoded = decode_png(filtered_png(image, filters), LIMITS)

    assert decoded.words is not None
    assert decoded.image.tobytes() == image.tobytes()


@needs_loops
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (1, 9), (9, 2)], ids=str)
def test_two_rows_by_paeth_are_undone_at_once_however_narrow(mode: str, size: tuple[int, int]) -> None:
    image = gradient(*size, noise=True).convert(mode)

    assert decode_png(filtered_png(image, [4]), LIMITS).image.tobytes() == image.tobytes()


ROWS = bytes(3 * (1 + 3 * 2))


@needs_loops
@pytest.mark.parametrize(
    ("rows", "width", "height", "samples", "pixels", "complaint"),
    [
        (ROWS[:-1], 2, 3, 3, 6, "rows: 20 bytes instead of 21"),
        (ROWS + b"\0", 2, 3, 3, 6, "rows: 22 bytes instead of 21"),
        (ROWS, 2, 3, 3, 5, "words: 20 bytes instead of 24"),
        (ROWS, 2, 3, 3, 7, "words: 28 bytes instead of 24"),
        (ROWS, 2, 3, 2, 6, "no image"),
        (ROWS, 0, 3, 3, 6, "no image"),
        (ROWS, 2, -3, 3, 6, "no image"),
        (ROWS, 1 << 62, 3, 3, 6, "no image"),
        (b"\5" + ROWS[1:], 2, 3, 3, 6, "filter"),
    ],
)
def test_rows_of_another_size_are_not_touched(
    rows: bytes, width: int, height: int, samples: int, pixels: int, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        pixel_loops.compiled.unfilter(rows, width, height, samples, np.zeros(pixels, np.uint32))


@needs_loops
@given(image=images(largest=40), up=st.booleans())
def test_rows_are_packed_as_numpy_does_it(image: Image.Image, up: bool) -> None:
    words = words_from_image(image)
    assert words is not None
    packed = pixel_loops.compiled.pack_rows(words, len(image.mode), up)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pixel_loops, "compiled", None)
        expected = _packed_rows(words, len(image.mode), up=up)

    assert packed == bytes(expected)


NO_WORDS = {
    "one dimension": np.zeros(4, np.uint32),
    "three": np.zeros((2, 2, 2), np.uint32),
    "bytes": np.zeros((4, 4), np.uint8),
    "longer numbers": np.zeros((4, 4), np.uint64),
    "every other number": np.zeros((4, 8), np.uint32)[:, ::2],
    "columns": np.zeros((4, 4), np.uint32).T,
    "askew": np.zeros(17, np.uint8)[1:].view(np.uint32).reshape(2, 2),
    "askew rows": np.ndarray((2, 2), np.uint32, bytes(64), strides=(10, 4)),
}


@needs_loops
@pytest.mark.parametrize("array", NO_WORDS.values(), ids=NO_WORDS)
def test_other_arrays_than_rows_of_words_are_not_touched(array: Words) -> None:
    loops = pixel_loops.compiled

    for call in (
        lambda: loops.pack_rows(array, 3, True),
        lambda: loops.fill_buckets(array, np.zeros((4096, 5), np.uint64), -1),
        lambda: loops.look_up_indices(array, bytes(4096), -1, np.zeros(array.size, np.uint8)),
    ):
        with pytest.raises(ValueError, match="words: no rows of adjacent numbers of 32 bits"):
            call()


@needs_loops
def test_parts_of_rows_repeated_rows_and_rows_upside_down_are_rows() -> None:
    wide = np.random.default_rng(3).integers(0, 1 << 32, (9, 13), dtype=np.uint32)
    loops = pixel_loops.compiled

    for words in (wide[2:7, 3:10], wide[2:7, 4:5], np.broadcast_to(wide[:1], (5, 13)), wide[::-1], wide[::2, 1:]):
        whole = words.copy()
        assert loops.pack_rows(words, 4, True) == loops.pack_rows(whole, 4, True)
        ours, expected = quantised(words, 16, "RGBA", stable=True), quantised(whole, 16, "RGBA", stable=True)
        assert ours is not None
        assert expected is not None
        assert np.array_equal(ours.indices, expected.indices)
        assert np.array_equal(ours.palette, expected.palette)


@needs_loops
@pytest.mark.parametrize(("shape", "samples"), [((2, 3), 5), ((0, 3), 3), ((3, 0), 3)])
def test_no_image_is_not_packed(shape: tuple[int, int], samples: int) -> None:
    with pytest.raises(ValueError, match="no image"):
        pixel_loops.compiled.pack_rows(np.zeros(shape, np.uint32), samples, True)


@needs_loops
def test_buckets_and_tables_of_another_size_are_not_touched() -> None:
    loops, words = pixel_loops.compiled, np.zeros((2, 2), np.uint32)

    with pytest.raises(ValueError, match="neither those of RGB nor those of RGBA"):
        loops.fill_buckets(words, np.zeros((4095, 5), np.uint64), -1)
    with pytest.raises(ValueError, match="not items of 40"):
        loops.fill_buckets(words, np.zeros(4096 * 5 + 1, np.uint64), -1)
    with pytest.raises(ValueError, match="indices: 3 bytes instead of 4"):
        loops.look_up_indices(words, bytes(4096), -1, np.zeros(3, np.uint8))
    with pytest.raises(ValueError, match="neither"):
        loops.look_up_indices(words, bytes(4095), -1, np.zeros(4, np.uint8))
    for colors in (0, 257, -1):
        with pytest.raises(ValueError, match=f"{colors} colors"):
            loops.palette_of(np.zeros((4096, 5), np.uint64), colors, True)


@needs_loops
def test_numbers_that_stand_askew_are_not_touched() -> None:
    loops, words, askew = pixel_loops.compiled, np.zeros((2, 2), np.uint32), np.zeros(17, np.uint8)[1:].view(np.uint32)
    buckets = np.zeros(4096 * 40 + 4, np.uint8)[4:].view(np.uint64).reshape(4096, 5)

    with pytest.raises(ValueError, match="words: not aligned to 4 bytes"):
        loops.unfilter(bytes(14), 2, 2, 3, askew)
    with pytest.raises(ValueError, match="buckets: not aligned to 8 bytes"):
        loops.fill_buckets(words, buckets, -1)
    with pytest.raises(ValueError, match="buckets: not aligned to 8 bytes"):
        loops.palette_of(buckets, 256, True)


@needs_loops
@given(image=images(largest=64), colors=st.integers(1, 256))
def test_palettes_are_found_in_loops(image: Image.Image, colors: int) -> None:
    words = words_from_image(image)
    assert words is not None
    expected = by_pillow(words, image.mode, colors)

    ours = quantised(words, colors, image.mode, stable=pillow_sorts_stably())

    if ours is None:
        assert not pillow_sorts_stably()
    else:
        assert np.array_equal(ours.palette[ours.indices], expected.palette[expected.indices])


@pytest.fixture
def without_loops(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pillow_sorts_stably.cache_clear()
    monkeypatch.setattr(pixel_loops, "compiled", None)
    yield
    pillow_sorts_stably.cache_clear()


@pytest.mark.usefixtures("without_loops")
class TestFastImagingWithoutLoops(ImagingSuite):
    def make_imaging(self) -> Imaging:
        return FastImaging()


@pytest.mark.usefixtures("without_loops")
@pytest.mark.parametrize("filters", [[0], [1], [2], [0, 1, 2], [3], [4]], ids=str)
def test_without_them_filters_are_undone_by_pillow(filters: list[int]) -> None:
    image = gradient(20, 20)

    assert decode_png(filtered_png(image, filters), LIMITS).image.tobytes() == image.tobytes()


@pytest.mark.usefixtures("without_loops")
def test_without_them_palettes_are_found_by_pillow() -> None:
    words = words_from_image(gradient(20, 20))
    assert words is not None
    expected = by_pillow(words, "RGB", 16)

    ours = quantise(words, "RGB", 16)

    assert np.array_equal(ours.palette[ours.indices], expected.palette[expected.indices])
