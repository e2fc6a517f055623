"""Which tiles a watermark is written on, and where."""

from __future__ import annotations

import pytest

from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.watermark import Watermark

CENTRE, LEFT, RIGHT = LabelPlace.CENTRE, LabelPlace.LEFT_EDGE, LabelPlace.RIGHT_EDGE


@pytest.mark.parametrize("x", [0, 1, 7])
def test_in_even_rows_every_tile_is_marked_in_its_middle(x: int) -> None:
    assert [label.place for label in Watermark("mine").labels(x, 4)] == [CENTRE]


@pytest.mark.parametrize("x", [0, 1, 7])
def test_in_odd_rows_neighbours_share_the_text(x: int) -> None:
    assert [label.place for label in Watermark("mine").labels(x, 3)] == [LEFT, RIGHT]


@pytest.mark.parametrize(("x", "y", "marked"), [(0, 0, False), (1, 0, True), (0, 1, True), (1, 1, False)])
def test_wide_spacing_leaves_every_second_tile_out(x: int, y: int, marked: bool) -> None:
    places = [label.place for label in Watermark("mine", wide=True).labels(x, y)]

    assert places == ([CENTRE] if marked else [])


def test_the_look_is_that_of_the_configuration() -> None:
    watermark = Watermark("mine", opacity=40, font_size=30, color=(1, 2, 3))

    assert watermark.labels(0, 0) == (Label("mine", CENTRE, 30, (1, 2, 3, 40)),)


def test_the_look_unless_configured_is_faint_and_grey() -> None:
    assert Watermark("mine").labels(0, 0) == (Label("mine", CENTRE, 24, (128, 128, 128, 30)),)


def test_no_text_marks_nothing() -> None:
    assert Watermark("").labels(0, 0) == ()
