"""An area of listed tiles answers as the tiles themselves would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import MERCATOR, WEBMERCATOR
from tilekeep.domain.cell_region import CellRegion
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.morton import morton, place_of
from tilekeep.domain.region import BoxRegion, Relation
from tilekeep.domain.tile import TileCoord

LEVEL = 4


def region_of(tiles: set[tuple[int, int]], grid: TileGrid = WEBMERCATOR, level: int = LEVEL) -> CellRegion:
    xs, ys = [x for x, _ in tiles], [y for _, y in tiles]
    first, last = TileCoord(level, min(xs), min(ys)), TileCoord(level, max(xs), max(ys))
    return CellRegion(grid, first, last, sorted(morton(x, y) for x, y in tiles))


def tile_sets() -> st.SearchStrategy[set[tuple[int, int]]]:
    place = st.integers(0, 2**LEVEL - 1)
    return st.sets(st.tuples(place, place), min_size=1, max_size=40)


@given(column=st.integers(0, 2**31 - 1), row=st.integers(0, 2**31 - 1))
def test_a_number_leads_back_to_its_place(column: int, row: int) -> None:
    assert place_of(morton(column, row)) == (column, row)


@pytest.mark.parametrize("grid", [WEBMERCATOR, MERCATOR], ids=["nw", "sw"])
@given(tiles=tile_sets(), level=st.integers(0, 9), share=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)))
def test_a_tile_of_any_level_is_crossed_if_any_listed_one_is(
    grid: TileGrid, tiles: set[tuple[int, int]], level: int, share: tuple[float, float]
) -> None:
    region = region_of(tiles, grid)
    columns, rows = grid.matrix_size(level)
    box = grid.tile_bbox(TileCoord(level, int(share[0] * columns), int(share[1] * rows)))
    inner = BBox(box.min_x + 1.0, box.min_y + 1.0, box.max_x - 1.0, box.max_y - 1.0)

    relation = region.relate(box)

    crossed = any(listed.intersects(inner) for listed in region.boxes())
    assert (relation is not Relation.DISJOINT) is crossed


@given(tiles=tile_sets(), corners=st.tuples(*[st.floats(-2.1e7, 2.1e7)] * 4))
def test_any_box_is_related_as_to_the_single_tiles(
    tiles: set[tuple[int, int]], corners: tuple[float, float, float, float]
) -> None:
    x0, y0, x1, y1 = corners
    box = BBox(min(x0, x1), min(y0, y1), max(x0, x1) + 1000.0, max(y0, y1) + 1000.0)
    region = region_of(tiles)

    relation = region.relate(box)

    single = [BoxRegion(listed).relate(box) for listed in region.boxes()]
    if relation is Relation.DISJOINT:
        smaller = BBox(box.min_x + 100, box.min_y + 100, box.max_x - 100, box.max_y - 100)
        assert not any(listed.intersects(smaller) for listed in region.boxes())
    else:
        assert any(one is not Relation.DISJOINT for one in single)
    if any(one is Relation.CONTAINS for one in single):
        assert relation is Relation.CONTAINS


def test_tiles_side_by_side_contain_what_lies_in_all_of_them() -> None:
    region = region_of({(2, 2), (3, 2), (2, 3), (3, 3)})

    assert region.relate(WEBMERCATOR.tile_bbox(TileCoord(3, 1, 1))) is Relation.CONTAINS
    assert region.relate(WEBMERCATOR.tile_bbox(TileCoord(2, 0, 0))) is Relation.INTERSECTS
    assert region.relate(WEBMERCATOR.tile_bbox(TileCoord(3, 2, 1))) is Relation.DISJOINT


@pytest.mark.parametrize("box", [BBox(float("nan"), 0, 1, 1), BBox(0, 0, float("inf"), 1)])
def test_a_box_that_is_nowhere_is_missed(box: BBox) -> None:
    assert region_of({(0, 0)}).relate(box) is Relation.DISJOINT


def test_the_mask_has_each_tile_in_the_image() -> None:
    region = region_of({(2, 2), (7, 7)})

    (polygon,) = region.mask(WEBMERCATOR.tile_bbox(TileCoord(LEVEL, 2, 2)), Size(256, 256))

    assert len(polygon.exterior) == 4
    assert len(region.mask(WEBMERCATOR.tile_bbox(TileCoord(0, 0, 0)), Size(256, 256))) == 2
