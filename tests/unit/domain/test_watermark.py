"""Watermarks are spread so that each tile shows one, or every second tile (spec/caches.md, 10)."""

from __future__ import annotations

import pytest

from tilekeep.domain.label import LabelPlace
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.watermark import Watermark


def places(mark: Watermark, x: int, y: int) -> list[LabelPlace]:
    return [label.place for label in mark.labels(TileCoord(3, x, y))]


@pytest.mark.parametrize("x", [0, 1, 6])
def test_in_even_rows_the_text_stands_in_the_middle_of_each_tile(x: int) -> None:
    assert [LabelPlace.CENTRE] == places(Watermark("ours"), x, 2)


@pytest.mark.parametrize("x", [0, 1, 6])
def test_in_odd_rows_it_stands_between_the_tiles(x: int) -> None:
    assert [LabelPlace.LEFT_EDGE, LabelPlace.RIGHT_EDGE] == places(Watermark("ours"), x, 3)


@pytest.mark.parametrize(("x", "y", "marked"), [(0, 0, False), (1, 0, True), (0, 1, True), (1, 1, False)])
def test_wide_spacing_marks_the_tiles_like_one_colour_of_a_chessboard(x: int, y: int, marked: bool) -> None:
    assert marked == bool(places(Watermark("ours", wide=True), x, y))


def test_the_label_has_the_look_of_the_watermark() -> None:
    (label,) = Watermark("ours", color=(1, 2, 3), opacity=40, font_size=12).labels(TileCoord(0, 0, 0))

    assert ("ours", (1, 2, 3, 40), 12, None) == (label.text, label.color, label.font_size, label.box)
