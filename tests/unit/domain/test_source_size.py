"""How large a map is asked for to become one in another SRS (spec/sources.md, 4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.source_size import source_size

sides = st.integers(1, 4000)
lengths = st.floats(1e-9, 1e9)


@pytest.mark.parametrize(
    ("box", "wanted", "expected"),
    [
        pytest.param(BBox(0, 0, 10, 10), Size(200, 200), Size(200, 200), id="the same shape"),
        pytest.param(BBox(0, 0, 10, 20), Size(200, 200), Size(200, 400), id="higher: as wide as the map"),
        pytest.param(BBox(0, 0, 20, 10), Size(200, 200), Size(400, 200), id="wider: as high as the map"),
        pytest.param(BBox(0, 0, 3, 7), Size(100, 90), Size(100, 233), id="rounded down"),
        pytest.param(BBox(0, 0, 3, 8), Size(100, 90), Size(100, 267), id="rounded up"),
        pytest.param(BBox(0, 0, 1e6, 1), Size(10, 10), Size(160, 10), id="squeezed into a line: cut off"),
        pytest.param(BBox(0, 0, 10, 10), Size(3, 700), Size(48, 700), id="thin and high: all rows"),
        pytest.param(BBox(0, 0, 10, 10), Size(1000, 1), Size(1000, 16), id="thin and long: all columns"),
        pytest.param(BBox(5, 5, 5, 9), Size(10, 10), Size(10, 10), id="without width"),
    ],
)
def test_pixels_are_square_and_those_of_the_finer_axis(box: BBox, wanted: Size, expected: Size) -> None:
    assert expected == source_size(box, wanted)


@given(lengths, lengths, st.builds(Size, sides, sides))
def test_no_box_asks_for_more_than_sixteen_pixels_for_one(width: float, height: float, wanted: Size) -> None:
    size = source_size(BBox(0, 0, width, height), wanted)

    assert size.width >= 1
    assert size.height >= 1
    assert size.width * size.height <= 16 * wanted.width * wanted.height + max(size)


@given(st.floats(1, 1000), st.booleans(), st.builds(Size, sides, sides))
def test_one_side_has_as_many_pixels_as_the_map(factor: float, wide: bool, wanted: Size) -> None:
    box = BBox(0, 0, wanted.width * (factor if wide else 1), wanted.height * (1 if wide else factor))

    size = source_size(box, wanted)

    assert size[1 if wide else 0] == wanted[1 if wide else 0]
