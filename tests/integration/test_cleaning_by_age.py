"""Cleaning up by age where nobody has kept the times of some tiles (spec/seed.md, 1.4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.integration.mapproxy_databases import MapProxyCache
from tests.integration.support.drawing import encoded
from tests.integration.support.seeding import container_of, seed_and_clean
from tilekeep.domain.tile import NewTile, TileCoord, TileKey
from tilekeep.entrypoints.seeding.run import RunOptions
from tilekeep.entrypoints.seeding.session import SessionOptions

CONFIGURATION = """
services: {tms: }
layers: [{name: a, title: A, sources: [a]}]
caches: {a: {grids: [GLOBAL_WEBMERCATOR], sources: [], cache: {type: KIND}}}
"""
TASKS = """
cleanups: {c: {caches: [a], CLEANUP}}
coverages: {all: {bbox: [-180, -85, 180, 85], srs: 'EPSG:4326'}}
"""
LEVEL = 5
OF_MAPPROXY = [TileCoord(LEVEL, x, 3) for x in range(4)]
LONG_AGO = 1_000_000_000.0
YOUNG, OLD = TileKey(TileCoord(LEVEL, 9, 3)), TileKey(TileCoord(LEVEL, 10, 3))


def left_after(folder: Path, kind: str, cleanup: str) -> set[TileCoord]:
    """The tiles that are left of four without times, an old and a young one."""
    body = encoded(Image.new("RGB", (256, 256), "red"), "PNG")
    configuration, tasks = folder / "mapproxy.yaml", folder / "seed.yaml"
    configuration.write_text(CONFIGURATION.replace("KIND", kind))
    tasks.write_text(TASKS.replace("CLEANUP", cleanup))
    MapProxyCache(configuration).store(OF_MAPPROXY, body)
    (stored,) = container_of(configuration).use_cases.caches().stores()
    for key, at in ((OLD, LONG_AGO), (YOUNG, container_of(configuration).adapters.clock().now())):
        stored.store.write([NewTile(key, body, "image/png")], at)

    seed_and_clean(configuration, tasks)

    return {key.coord for key, _ in stored.store.list(LEVEL)}


@pytest.mark.parametrize("kind", ["mbtiles", "geopackage"])
@pytest.mark.parametrize("area", ["", "coverages: [all], "], ids=["whole-levels", "area"])
def test_tiles_of_mapproxy_without_times_stay_and_old_ones_go(tmp_path: Path, kind: str, area: str) -> None:
    left = left_after(tmp_path, kind, area + "remove_before: {days: 1}")

    assert left == {*OF_MAPPROXY, YOUNG.coord}


@pytest.mark.parametrize("cleanup", ["levels: [5]", "remove_all: true"])
def test_a_cleanup_that_names_no_age_removes_them_as_in_mapproxy(tmp_path: Path, cleanup: str) -> None:
    left = left_after(tmp_path, "mbtiles", cleanup)

    assert left - {YOUNG.coord} == set()


KINDS = {
    "file": "{type: file, directory_layout: tms}",
    "reverse_tms": "{type: file, directory_layout: reverse_tms}",
    "quadkey": "{type: file, directory_layout: quadkey}",
    "sqlite": "{type: sqlite}",
    "mbtiles": "{type: mbtiles}",
    "geopackage": "{type: geopackage}",
    "geopackages": "{type: geopackage, levels: true}",
    "compact 1": "{type: compact, version: 1}",
    "compact 2": "{type: compact, version: 2}",
    "tiers": "{type: tiers, tiers: [{type: memory}, {type: sqlite}]}",
}
OF_TIME = """
services: {tms: }
layers: [{name: a, title: A, sources: [a], dimensions: {time: {values: ['1', '2'], default: '1'}}}]
caches: {a: {grids: [GLOBAL_WEBMERCATOR], sources: [], cache: KIND}}
"""
WEST, EAST = TileCoord(LEVEL, 3, 3), TileCoord(LEVEL, 30, 3)
FINER = TileCoord(LEVEL + 1, 6, 6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("cleanup", "left"),
    [
        ("remove_before: {days: 1}, levels: [5]", {"young west", "young east", "finer"}),
        ("remove_all: true, coverages: [west], levels: [5]", {"young east", "finer", "east of 2"}),
        ("remove_all: true, levels: [5], dimensions: {time: [2]}", {"young west", "west of 1", "young east", "finer"}),
        ("remove_all: true, levels: [5]", {"finer"}),
        ("remove_all: true", set()),
    ],
    ids=["age", "area", "dimension", "level", "everything"],
)
def test_tiles_go_by_age_area_level_and_dimension_on_every_store(
    tmp_path: Path, kind: str, cleanup: str, left: set[str]
) -> None:
    tiles = {
        "young west": (TileKey(WEST), False),
        "west of 1": (TileKey(WEST, (("time", "1"),)), True),
        "young east": (TileKey(EAST), False),
        "east of 2": (TileKey(EAST, (("time", "2"),)), True),
        "finer": (TileKey(FINER), True),
    }
    configuration, tasks = tmp_path / "mapproxy.yaml", tmp_path / "seed.yaml"
    configuration.write_text(OF_TIME.replace("KIND", KINDS[kind]))
    tasks.write_text(
        f"cleanups: {{c: {{caches: [a], {cleanup}}}}}\n"
        "coverages: {west: {bbox: [-180, -85, 0, 85], srs: 'EPSG:4326'}}\n"
    )
    body = encoded(Image.new("RGB", (256, 256), "red"), "PNG")
    container = container_of(configuration)
    store, now = container.use_cases.caches().store("a", "GLOBAL_WEBMERCATOR"), container.adapters.clock().now()
    for key, is_old in tiles.values():
        store.write([NewTile(key, body, "image/png")], LONG_AGO if is_old else now)

    said: list[str] = []
    seed_and_clean(configuration, tasks, options=SessionOptions(RunOptions(workers=1, dry_run=True)), said=said)
    before = {key for level in (LEVEL, LEVEL + 1) for key, _ in store.list(level)}
    seed_and_clean(configuration, tasks)

    after = {key for level in (LEVEL, LEVEL + 1) for key, _ in store.list(level)}
    assert len(before) == len(tiles)
    assert {name for name, (key, _) in tiles.items() if key in after} == left
    counted = [int(line.split()[1]) for line in said if "removed" in line]
    assert sum(counted) == len(before) - len(after)
