"""What is stored of a cache, level by level and square by square."""

from __future__ import annotations

import pytest

from tests.fakes.catalogue import SOUTHERN_WEBMERCATOR, WEBMERCATOR
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.tile_store import FakeTileStore
from tilekeep.application.settle_ledger import SettleLedger
from tilekeep.application.stored_parts import QUICKLY_COUNTED, StoredParts
from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.ledger import CELL_SIDE, DAY_SECONDS, Amount, Cell, Count, counted
from tilekeep.domain.level_squares import MOST_ACROSS
from tilekeep.domain.staleness import RelativeLimit, StalenessPolicy
from tilekeep.domain.tile import TileCoord, TileInfo, TileKey

WEEK = 7 * DAY_SECONDS


def parts_of(
    ledger: FakeLedger, *, grid: TileGrid = WEBMERCATOR, extent: BBox | None = None, clock: FakeClock | None = None
) -> StoredParts:
    policy = StalenessPolicy(RelativeLimit(WEEK))
    return StoredParts(grid, extent or grid.bbox, ledger, ledger, policy, clock or FakeClock())


def store(ledger: FakeLedger, *coords: tuple[int, int, int], at: float) -> None:
    tiles = [(TileKey(TileCoord(*coord)), TileInfo(at, 1000)) for coord in coords]
    ledger.counts.update(counted(tiles))


def test_every_level_of_the_grid_is_there_with_what_it_can_hold() -> None:
    clock, ledger = FakeClock(), FakeLedger()
    store(ledger, (2, 0, 0), (2, 1, 0), at=clock.now())
    parts = parts_of(ledger, clock=clock)

    levels = list(parts.levels(parts.account()))

    assert [level.z for level in levels] == list(range(WEBMERCATOR.levels))
    assert [level.possible for level in levels[:4]] == [1, 4, 16, 64]
    assert levels[1].stored is None
    assert levels[2].stored is not None
    assert (levels[2].stored.tiles, levels[2].freshness.fresh) == (2, 2)


def test_only_tiles_in_the_area_of_the_cache_can_be_missing() -> None:
    quarter = BBox(WEBMERCATOR.bbox.min_x, 0.0, 0.0, WEBMERCATOR.bbox.max_y)
    parts = parts_of(FakeLedger(), extent=quarter)

    assert [level.possible for level in parts.levels(parts.account())][:4] == [1, 1, 4, 16]


@pytest.mark.parametrize("grid", [WEBMERCATOR, SOUTHERN_WEBMERCATOR], ids=["from the north", "from the south"])
def test_a_square_lies_where_its_tiles_do(grid: TileGrid) -> None:
    ledger = FakeLedger()
    inside = TileCoord(9, CELL_SIDE + 3, 2 * CELL_SIDE + 5)
    store(ledger, inside, at=1e9)

    (square,) = parts_of(ledger, grid=grid).squares(9)

    assert square.bbox.contains(grid.tile_bbox(inside))
    assert square.bbox.width == pytest.approx(CELL_SIDE * grid.tile_bbox(inside).width)
    assert square.possible == CELL_SIDE * CELL_SIDE
    assert square.stored.tiles == 1


def test_a_level_of_many_cells_is_shown_in_few_squares() -> None:
    ledger = FakeLedger()
    count = Count(CELL_SIDE**2, 10_000, 1e9, 1e9, {int(1e9 // DAY_SECONDS): Amount(CELL_SIDE**2, 10_000)})
    ledger.counts = {Cell(14, column, row): count for column in range(256) for row in range(0, 256, 8)}

    squares = parts_of(ledger).squares(14)

    assert len(squares) <= MOST_ACROSS**2
    assert sum(square.stored.tiles for square in squares) == 256 * 32 * CELL_SIDE**2


def test_a_window_is_shown_in_smaller_squares() -> None:
    ledger = FakeLedger()
    store(ledger, (14, 0, 0), (14, CELL_SIDE, 0), (14, 16383, 16383), at=1e9)
    parts = parts_of(ledger)
    corner = WEBMERCATOR.tile_bbox(TileCoord(14, 0, 0)).union(WEBMERCATOR.tile_bbox(TileCoord(14, 200, 200)))

    assert len(parts.squares(14)) == 2
    assert len(parts.squares(14, corner)) == 2
    assert {square.stored.tiles for square in parts.squares(14, corner)} == {1}


def test_a_window_beside_the_grid_shows_nothing() -> None:
    far = BBox(1e8, 1e8, 2e8, 2e8)

    assert parts_of(FakeLedger()).squares(3, far) == []


@pytest.mark.parametrize("level", [-1, WEBMERCATOR.levels])
def test_there_is_no_such_level(level: int) -> None:
    with pytest.raises(InvalidParameter, match="no level"):
        parts_of(FakeLedger()).squares(level)


class Stored:
    """A store and what has been counted of it."""

    def __init__(self, *coords: tuple[int, int, int], at: float = 1e9) -> None:
        self.store, self.ledger, self.clock = FakeTileStore(), FakeLedger(), FakeClock()
        self.settle = SettleLedger(self.ledger, self.store, WEBMERCATOR.levels, self.clock)
        for coord in coords:
            self.put(*coord, at=at)
        self.settle()

    def put(self, *coord: int, at: float = 1e9, variant: str = "") -> None:
        self.store.put(TileKey(TileCoord(*coord), variant=variant), b"x" * 1000, at)

    def forget_single_tiles(self) -> None:
        self.ledger.one_by_one.clear()

    def parts(self, grid: TileGrid = WEBMERCATOR, *, counts_cells: bool = True) -> StoredParts:
        policy = StalenessPolicy(RelativeLimit(WEEK))
        return StoredParts(grid, grid.bbox, self.ledger, self.ledger, policy, self.clock, counts_cells=counts_cells)


def around(west: int, east: int) -> BBox:
    """From tile to tile of level 14, along the diagonal."""
    first, last = TileCoord(14, west, west), TileCoord(14, east, east)
    return WEBMERCATOR.tile_bbox(first).union(WEBMERCATOR.tile_bbox(last))


@pytest.mark.parametrize("grid", [WEBMERCATOR, SOUTHERN_WEBMERCATOR], ids=["from the north", "from the south"])
def test_levels_that_fit_on_a_screen_are_shown_tile_by_tile(grid: TileGrid) -> None:
    coords = [(5, 0, 0), (5, 7, 3), (5, 31, 31)]

    squares = Stored(*coords).parts(grid).squares(5)

    assert {square.bbox for square in squares} == {grid.tile_bbox(TileCoord(*coord)) for coord in coords}
    assert {(square.possible, square.stored.tiles) for square in squares} == {(1, 1)}


def test_the_next_ones_are_shown_in_squares_of_a_few_tiles() -> None:
    squares = Stored((6, 0, 0), (6, 1, 1), (6, 2, 0), (6, 63, 63)).parts().squares(6)

    assert sorted((square.possible, square.stored.tiles) for square in squares) == [(4, 1), (4, 1), (4, 2)]


def test_a_close_view_of_any_level_shows_its_tiles() -> None:
    stored = Stored((14, 100, 100), (14, 101, 100), (14, 90, 90), (14, 16383, 16383))

    squares = stored.parts().squares(14, around(100, 110))

    assert [square.possible for square in squares] == [1, 1]


def test_squares_at_the_edge_of_a_view_are_counted_as_a_whole() -> None:
    stored = Stored(*((14, x, y) for x in (0, 1, 2, 3) for y in (0, 1, 2, 3)))

    squares = stored.parts().squares(14, around(3, 66))

    assert [(square.possible, square.stored.tiles) for square in squares] == [(16, 16)]


def test_single_tiles_are_as_fresh_as_their_time_says() -> None:
    now = FakeClock().now()
    stored = Stored((3, 0, 0), at=now - 8 * DAY_SECONDS)
    stored.put(3, 1, 0, at=now)
    stored.settle(scan=True)

    squares = sorted(stored.parts().squares(3), key=lambda square: square.bbox)

    assert [square.freshness[:2] for square in squares] == [(0, 1), (1, 0)]


def test_other_forms_of_a_tile_are_bytes_but_no_further_tiles() -> None:
    stored = Stored()
    stored.put(3, 0, 0)
    stored.put(3, 0, 0, variant="webp")
    stored.put(3, 1, 0, variant="webp")
    stored.settle(scan=True)

    (square,) = stored.parts().squares(3)

    assert (square.possible, square.stored.tiles, square.stored.size) == (1, 1, 2000)


def test_no_store_is_listed_to_show_what_it_holds() -> None:
    stored = Stored((3, 0, 0), (14, 100, 100))
    stored.store.listings.clear()

    assert len(stored.parts().squares(3)) == 1
    assert len(stored.parts().squares(14, around(100, 110))) == 1

    assert stored.store.listings == []


def test_of_more_cells_than_can_be_read_at_a_glance_each_is_a_square() -> None:
    squares = Stored(*((10, CELL_SIDE * column, 0) for column in range(16))).parts().squares(10)
    more = Stored(*((11, CELL_SIDE * column, 0) for column in range(17))).parts().squares(11)

    assert {square.possible for square in squares} == {32**2}
    assert {square.possible for square in more} == {CELL_SIDE**2}


def test_cells_whose_tiles_are_not_known_one_by_one_are_shown_as_they_are_and_counted_anew() -> None:
    stored = Stored((3, 0, 0), (3, 1, 0))
    stored.forget_single_tiles()

    (square,) = stored.parts().squares(3)

    assert (square.possible, square.stored.tiles) == (64, 2)
    assert stored.ledger.account().unsettled == 1
    stored.settle()
    assert len(stored.parts().squares(3)) == 2


def test_nothing_is_counted_anew_where_that_takes_a_whole_level() -> None:
    stored = Stored((3, 0, 0), (3, 1, 0))
    stored.forget_single_tiles()

    (square,) = stored.parts(counts_cells=False).squares(3)

    assert square.stored.tiles == 2
    assert stored.ledger.account().unsettled == 0


def test_cells_that_are_known_are_shown_finely_beside_one_that_is_not() -> None:
    stored = Stored((9, 0, 0), (9, 0, 100))
    del stored.ledger.one_by_one[Cell(9, 0, 1)]
    window = WEBMERCATOR.tile_bbox(TileCoord(9, 0, 0)).union(WEBMERCATOR.tile_bbox(TileCoord(9, 30, 110)))

    squares = stored.parts().squares(9, window)

    assert sorted(square.possible for square in squares) == [16, CELL_SIDE**2]
    assert set(stored.ledger.notes) == {Cell(9, 0, 1)}


def test_tiles_that_were_counted_at_another_time_are_not_believed() -> None:
    stored = Stored((3, 0, 0), (3, 1, 0))
    (cell,) = stored.ledger.counts
    stored.ledger.counts[cell] = stored.ledger.counts[cell]._replace(size=7)

    assert [square.possible for square in stored.parts().squares(3)] == [64]


def test_no_more_is_noted_than_is_counted_while_somebody_looks() -> None:
    stored = Stored((3, 0, 0))
    stored.forget_single_tiles()
    with stored.ledger.changing([Cell(14, column, 0) for column in range(QUICKLY_COUNTED)]):
        pass

    stored.parts().squares(3)

    assert stored.ledger.account().unsettled == QUICKLY_COUNTED


def test_more_tiles_than_can_be_read_at_a_glance_are_shown_by_cells() -> None:
    ledger = FakeLedger()
    tiles = 16385
    count = Count(tiles, tiles, 1e9, 1e9, {int(1e9 // DAY_SECONDS): Amount(tiles, tiles)})
    ledger.counts = {Cell(7, column, row): count for column in range(2) for row in range(2)}

    assert {square.possible for square in parts_of(ledger).squares(7)} == {CELL_SIDE**2}
    assert ledger.notes == {}
