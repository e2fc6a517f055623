"""Tiles of grids and what they are called in XYZ."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.catalogue import MERCATOR
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.srs import WEB_MERCATOR_HALF_WIDTH
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.xyz import XyzLevels, xyz_bbox, xyz_of

H = WEB_MERCATOR_HALF_WIDTH
WORLD = BBox(-H, -H, H, H)


def grid(origin: str = "nw", pixels: int = 256, bbox: BBox = WORLD, first: float = 1.0, levels: int = 19) -> TileGrid:
    """The resolution of the first level is ``first`` times that of a world in one tile."""
    resolutions = tuple(2 * H / pixels * first / 2**level for level in range(levels))
    return TileGrid("g", MERCATOR, bbox, Size(pixels, pixels), resolutions, origin)  # type: ignore[arg-type]


coords = st.integers(0, 31).flatmap(
    lambda z: st.builds(TileCoord, st.just(z), st.integers(0, (1 << z) - 1), st.integers(0, (1 << z) - 1))
)


@given(coords)
def test_the_box_of_a_tile_leads_back_to_the_tile(coord: TileCoord) -> None:
    assert xyz_of(xyz_bbox(coord)) == coord


def test_boxes_are_those_that_web_maps_use() -> None:
    assert xyz_bbox(TileCoord(1, 0, 0)) == BBox(-H, 0.0, 0.0, H)
    assert xyz_bbox(TileCoord(2, 3, 0)) == pytest.approx((H / 2, H / 2, H, H))


@pytest.mark.parametrize(
    "bbox",
    [
        pytest.param(BBox(-H, -H, 0.0, H), id="half-the-world"),
        pytest.param(BBox(-H / 3, -H / 3, H / 3, H / 3), id="between-levels"),
        pytest.param(BBox(-H + 50_000, 50_000, 50_000, H + 50_000), id="beside"),
        pytest.param(BBox(-4 * H, -4 * H, 4 * H, 4 * H), id="more-than-the-world"),
    ],
)
def test_other_boxes_are_no_tiles(bbox: BBox) -> None:
    assert xyz_of(bbox) is None


@pytest.mark.parametrize(
    ("made", "coord", "xyz"),
    [
        pytest.param(grid(), TileCoord(3, 5, 2), TileCoord(3, 5, 2), id="from-the-north"),
        pytest.param(grid("sw"), TileCoord(3, 5, 2), TileCoord(3, 5, 5), id="from-the-south"),
        pytest.param(grid(pixels=512), TileCoord(3, 5, 2), TileCoord(3, 5, 2), id="large-tiles"),
        pytest.param(grid(first=0.25), TileCoord(1, 5, 2), TileCoord(3, 5, 2), id="begins-at-level-2"),
        pytest.param(grid(bbox=BBox(0, 0, H, H), first=0.5), TileCoord(2, 1, 2), TileCoord(3, 5, 2), id="a-quarter"),
        pytest.param(
            grid("sw", bbox=BBox(0, 0, H, H), first=0.5), TileCoord(2, 1, 1), TileCoord(3, 5, 2), id="quarter-south"
        ),
    ],
)
def test_a_tile_of_a_grid_has_the_box_of_its_xyz_tile(made: TileGrid, coord: TileCoord, xyz: TileCoord) -> None:
    levels = XyzLevels.of(made)

    assert levels.xyz(coord) == xyz
    assert levels.coord(coord.z, xyz) == coord
    assert made.tile_bbox(coord) == pytest.approx(xyz_bbox(xyz), abs=1e-3)


@pytest.mark.parametrize("coord", [(-1, 0, 0), (19, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (3, 0, -1)])
def test_beyond_the_world_there_is_no_tile(coord: tuple[int, int, int]) -> None:
    assert XyzLevels.of(grid()).xyz(TileCoord(*coord)) is None
    assert XyzLevels.of(grid("sw")).xyz(TileCoord(*coord)) is None


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(grid(first=0.9), id="other-resolutions"),
        pytest.param(grid(first=math.sqrt(2)), id="halfway"),
        pytest.param(grid(bbox=BBox(1000, 1000, H, H), first=0.5), id="shifted"),
        pytest.param(grid(levels=40), id="too-many-levels"),
    ],
)
def test_grids_with_other_tiles_are_refused_by_name_and_level(made: TileGrid) -> None:
    with pytest.raises(ConfigurationError, match=r"level \d+ of the grid 'g'"):
        XyzLevels.of(made)
