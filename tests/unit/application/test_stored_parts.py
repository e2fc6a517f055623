"""What is stored of a cache, level by level and square by square."""

from __future__ import annotations

import pytest

from tests.fakes.catalogue import SOUTHERN_WEBMERCATOR, WEBMERCATOR
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tilekeep.application.stored_parts import StoredParts
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
