"""Tiles of levels, and the share of them that an area takes."""

from __future__ import annotations

import math

import pytest

from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid_levels import covered_share, level_counts
from tilekeep.domain.region import NOWHERE, BoxRegion
from tilekeep.domain.region_union import RegionUnion

WORLD = BBox(0, 0, 100, 50)


def test_each_level_of_the_world_has_four_times_the_tiles_of_the_one_before() -> None:
    counts = list(level_counts(WEBMERCATOR))

    assert [count.tiles for count in counts] == [4**z for z in range(WEBMERCATOR.levels)]
    assert [count.resolution for count in counts] == list(WEBMERCATOR.resolutions)


@pytest.mark.parametrize(
    ("region", "share"),
    [
        pytest.param(BoxRegion(WORLD), 1.0, id="everything"),
        pytest.param(BoxRegion(BBox(10, 10, 20, 20)), 0.02, id="a part"),
        pytest.param(BoxRegion(BBox(-100, 0, 100, 50)), 2.0, id="more than there is"),
        pytest.param(
            RegionUnion((BoxRegion(BBox(0, 0, 10, 10)), BoxRegion(BBox(20, 0, 30, 10)))), 0.04, id="two parts"
        ),
        pytest.param(NOWHERE, 0.0, id="nothing"),
    ],
)
def test_the_share_is_that_of_the_areas(region: BoxRegion, share: float) -> None:
    assert math.isclose(covered_share(region, WORLD), share, rel_tol=1e-6)
