"""Levels of a table of tiles, those that are not described among them."""

from __future__ import annotations

import pytest

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.tile_tables import DescribedLevel, DescribedTable


def table(*levels: tuple[int, float]) -> DescribedTable:
    described = tuple(DescribedLevel(zoom, Size(256, 256), resolution) for zoom, resolution in levels)
    return DescribedTable("tiles", 3857, BBox(0, 0, 1, 1), described)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        pytest.param([(0, 64.0), (1, 32.0)], [64.0, 32.0, 16.0, 8.0], id="halves"),
        pytest.param([(0, 81.0), (1, 27.0)], [81.0, 27.0, 9.0, 3.0], id="thirds"),
        pytest.param([(2, 16.0), (3, 8.0)], [64.0, 32.0, 16.0, 8.0], id="from a later level"),
        pytest.param([(0, 64.0), (2, 16.0)], [64.0, 32.0, 16.0, 8.0], id="with a gap"),
        pytest.param([(1, 32.0)], [64.0, 32.0, 16.0, 8.0], id="one level"),
    ],
)
def test_levels_that_are_not_described_follow_from_the_others(
    levels: list[tuple[int, float]], expected: list[float]
) -> None:
    found = table(*levels).resolutions()

    assert found[:4] == pytest.approx(expected)
    assert len(found) == 19


def test_no_level_that_is_described_is_lost() -> None:
    assert len(table((0, 64.0), (22, 0.001)).resolutions()) == 23
