"""Lists of tiles of any length as areas (spec/coverages.md, 3.5)."""

from __future__ import annotations

import multiprocessing
import resource
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.contract.processes import forked, wait_for
from tilekeep.adapters.geometry.expired_tiles import expired_area
from tilekeep.adapters.geometry.tile_sets import TileSets
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.domain.errors import ConfigurationError, EmptyCoverage
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.tile import TileCoord

PROJECTION = PyprojProjection()
MERCATOR, DEGREES = PROJECTION.srs("EPSG:3857"), PROJECTION.srs("EPSG:4326")


def grid(code: str = "EPSG:3857", levels: int = 25) -> TileGrid:
    return GridDefinition("tiles", PROJECTION.srs(code), origin="nw", num_levels=levels).grid()


def region_of(folder: Path, text: str, code: str = "EPSG:3857") -> Region:
    (folder / "list").write_text(text)
    return expired_area(str(folder / "list"), MERCATOR).region_in(PROJECTION.srs(code), PROJECTION)


def test_tiles_of_several_levels_are_one_area(tmp_path: Path) -> None:
    region = region_of(tmp_path, "3/0/0\n10/700/300\n10/700/300\n")

    def relation(z: int, x: int, y: int) -> Relation:
        return region.relate(grid().tile_bbox(TileCoord(z, x, y)))

    assert relation(3, 0, 0) is Relation.CONTAINS
    assert relation(5, 3, 3) is Relation.CONTAINS
    assert relation(5, 4, 3) is Relation.DISJOINT
    assert relation(10, 700, 300) is Relation.CONTAINS
    assert relation(9, 350, 150) is Relation.INTERSECTS
    assert relation(24, 700 << 14, 300 << 14) is Relation.CONTAINS


def test_tiles_of_grids_in_another_srs_are_compared_with_them(tmp_path: Path) -> None:
    region = region_of(tmp_path, "2/2/1\n", "EPSG:4326")

    assert [
        region.relate(grid("EPSG:4326").tile_bbox(TileCoord(1, x, y))) is Relation.DISJOINT for x, y in ((0, 0), (1, 0))
    ] == [True, False]
    assert region.bbox.min_x == pytest.approx(0.0, abs=1e-6)
    assert region.bbox.max_y == pytest.approx(66.51326, abs=1e-4)


def test_lists_in_a_directory_are_taken_together(tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    (tmp_path / "day/one.list").write_text("1/0/0\n")
    (tmp_path / "two.list").write_text("1/1/1\n")

    area = expired_area(str(tmp_path), MERCATOR)

    assert [len(level.codes) for level in area.levels] == [2]


def test_a_list_without_tiles_and_one_that_is_not_there_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(EmptyCoverage):
        region_of(tmp_path, "no tile\n1/0/0\n")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        expired_area(str(tmp_path / "missing"), MERCATOR)


def many() -> Iterator[tuple[int, int, int]]:
    """A quarter of a million tiles, each twice."""
    for _ in range(2):
        for x in range(500):
            for y in range(500):
                yield 18, 100_000 + x, 90_000 + y


def test_many_tiles_take_no_memory_worth_mentioning() -> None:
    tracemalloc.start()

    sets: TileSets[int] = TileSets()
    sets.add(many())
    ((_, region),) = sets.regions([(18, grid(), 18)])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(region.codes) == 250_000
    assert peak < 8_000_000, "a set of them would take 30 MB"


@pytest.mark.parametrize(
    ("tiles", "room"),
    [
        pytest.param(many, 1 << 20, id="while they are sorted"),
        pytest.param(lambda: [(18, x, 7) for x in range(1000)], 1000, id="when they have been sorted"),
    ],
)
def test_a_full_disk_is_said_with_the_remedy(tiles: Callable[[], Iterable[tuple[int, int, int]]], room: int) -> None:
    def regions() -> object:
        sets: TileSets[int] = TileSets()
        sets.add(tiles())
        return list(sets.regions([(18, grid(), 18)]))

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        with pytest.raises(ConfigurationError, match="set TMPDIR"):
            regions()

    wait_for(forked(work))


def test_forked_processes_share_the_tiles() -> None:
    sets: TileSets[int] = TileSets()
    sets.add([(18, 5, 7)])
    ((_, region),) = sets.regions([(18, grid(), 18)])

    with multiprocessing.get_context("fork").Pool(1, initializer=_inherit, initargs=(region,)) as pool:
        found = pool.apply(_relation)

    assert found is Relation.CONTAINS


_inherited: list[Region] = []


def _inherit(region: Region) -> None:
    _inherited.append(region)


def _relation() -> Relation:
    return _inherited[0].relate(grid().tile_bbox(TileCoord(20, 5 * 4 + 1, 7 * 4 + 2)))
