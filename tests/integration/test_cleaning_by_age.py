"""Cleaning up by age where nobody has kept the times of some tiles (spec/seed.md, 1.4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.integration.mapproxy_databases import MapProxyCache
from tests.integration.support.drawing import encoded
from tests.integration.support.seeding import container_of, seed_and_clean
from tilekeep.domain.tile import NewTile, TileCoord, TileKey

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
