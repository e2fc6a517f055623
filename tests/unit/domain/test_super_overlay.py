"""Which tiles lie below a tile in a super-overlay (spec/services.md, 6)."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.catalogue import GEODETIC, GEODETIC_NW, UTM, WEBMERCATOR
from tilekeep.domain.errors import InvalidRequest
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.public_levels import PublicAddress, PublicLevels, TileService
from tilekeep.domain.super_overlay import MOST_BELOW, shown_bbox, tiles_below, up_to_the_poles
from tilekeep.domain.tile import TileCoord

BOX = BBox(0.0, 0.0, 10000.0, 7300.0)


def levels(grid: TileGrid) -> PublicLevels:
    return PublicLevels(grid, TileService.KML)


@pytest.mark.parametrize(
    ("grid", "coord", "below"),
    [
        pytest.param(
            WEBMERCATOR, TileCoord(1, 0, 0), {(2, 0, 3), (2, 1, 3), (2, 0, 2), (2, 1, 2)}, id="from the north"
        ),
        pytest.param(GEODETIC, TileCoord(0, 0, 0), {(1, 0, 0), (1, 1, 0)}, id="half of it outside the world"),
        pytest.param(GEODETIC_NW, TileCoord(19, 5, 5), set(), id="none below the last level"),
    ],
)
def test_the_tiles_of_the_next_level_are_counted_from_the_south(
    grid: TileGrid, coord: TileCoord, below: set[tuple[int, int, int]]
) -> None:
    found = list(tiles_below(levels(grid), coord))

    assert {tile.address for tile in found} == {PublicAddress(*address) for address in below}
    assert all(tile.bbox.width == found[0].bbox.width for tile in found)


@given(
    origin=st.sampled_from(("sw", "nw")),
    resolutions=st.lists(st.integers(1, 12), min_size=2, max_size=4, unique=True),
)
def test_each_tile_is_shown_below_exactly_one_of_the_level_above(origin: str, resolutions: list[int]) -> None:
    res = tuple(float(number) for number in sorted(resolutions, reverse=True))
    grid = GridDefinition("any", UTM, BOX, res=res, origin=origin).grid()
    public = levels(grid)

    for above, below in zip(public.orders, public.orders[1:], strict=False):
        columns, rows = grid.matrix_size(above.level)
        parents = [TileCoord(above.level, x, y) for x in range(columns) for y in range(rows)]
        shown = Counter(tile.address for parent in parents for tile in tiles_below(public, parent))

        size = grid.matrix_size(below.level)
        every = {PublicAddress(below.order, x, y) for x in range(size.width) for y in range(size.height)}
        assert shown == Counter(every)


def test_documents_that_nobody_could_read_are_refused() -> None:
    far_apart = GridDefinition("far", UTM, BBox(0.0, 0.0, 1e6, 1e6), res=(4000.0, 10.0)).grid()

    with pytest.raises(InvalidRequest, match=f"more than {MOST_BELOW} tiles"):
        list(tiles_below(levels(far_apart), TileCoord(0, 0, 0)))


def test_what_a_tile_shows_ends_with_its_grid() -> None:
    assert shown_bbox(GEODETIC, TileCoord(0, 0, 0)) == BBox(-180.0, -90.0, 180.0, 90.0)


@pytest.mark.parametrize(
    ("row", "south", "north"),
    [
        pytest.param(0, 66.5, 90.0, id="north"),
        pytest.param(1, 0.0, 66.5, id="middle"),
        pytest.param(3, -90.0, -66.5, id="south"),
    ],
)
def test_mercator_is_shown_up_to_the_poles(row: int, south: float, north: float) -> None:
    plane = WEBMERCATOR.tile_bbox(TileCoord(2, 0, row))
    image = BBox(-180.0, max(south, -85.05), -90.0, min(north, 85.05))

    assert up_to_the_poles(plane, image, WEBMERCATOR) == BBox(-180.0, south, -90.0, north)


def test_other_planes_end_where_they_end() -> None:
    bbox = BBox(-20037508.342789244, -20037508.342789244, 0.0, 0.0)

    assert up_to_the_poles(bbox, BBox(0.0, 1.0, 2.0, 3.0), GEODETIC) == BBox(0.0, 1.0, 2.0, 3.0)
