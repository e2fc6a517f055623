"""A thousand bad tiles in each store that is no directory of files or bundles; scrub finds every one."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.support.command_line import tilekeep_command
from tests.integration.test_scrub import BAD, GOOD, RETINA, SIDE
from tilekeep.adapters.storage.pmtiles.writing import ArchiveDescription, write_archive
from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.image import PNG
from tilekeep.domain.tile import NewTile, TileCoord, TileKey
from tilekeep.ports.tile_store import TileStore

CONFIG = """\
services: {{tms: }}
layers: [{{name: a, title: A, sources: [a]}}]
caches: {{a: {{grids: [GLOBAL_WEBMERCATOR], sources: [{sources}], cache: {cache}}}}}
sources: {{w: {{type: wms, req: {{url: 'http://127.0.0.1:1/wms', layers: a}}}}}}
"""
AT = 1_700_000_000.25
PLACE = "a GLOBAL_WEBMERCATOR"

DATABASES = {
    "sqlite": ("{type: sqlite}", "cache_data/a/GLOBAL_WEBMERCATOR/*.mbtiles", "tiles"),
    "mbtiles": ("{type: mbtiles}", "cache_data/a.mbtiles", "tiles"),
    "geopackage": ("{type: geopackage, table_name: t}", "cache_data/a.gpkg", "t"),
    "geopackage-levels": (
        "{type: geopackage, levels: true, table_name: t}",
        "cache_data/a/GLOBAL_WEBMERCATOR/*.gpkg",
        "t",
    ),
}


def configured(directory: Path, cache: str, sources: str = "w") -> Path:
    path = directory / "mapproxy.yaml"
    path.write_text(CONFIG.format(cache=cache, sources=sources))
    return path


def store_of(config: Path) -> TileStore:
    *_, last = checked_container(load_settings(str(config), variables={})).use_cases.caches().stores()
    return last.store


def tiles() -> tuple[dict[TileCoord, bytes], dict[TileCoord, bytes]]:
    """Good tiles, and a thousand bad ones among them."""
    good: dict[TileCoord, bytes] = {}
    bad: dict[TileCoord, bytes] = {}
    for number in range(SIDE * SIDE):
        coord = TileCoord(9 if number % 3 else 10, 100 + number % SIDE, 100 + number // SIDE)
        if number % 8 < 5:
            bad[coord] = BAD[number % 5]
        else:
            good[coord] = GOOD if number % 7 else RETINA
    assert len(bad) == 1000
    return good, bad


def addresses(coords: dict[TileCoord, bytes]) -> set[str]:
    return {f"{z}/{x}/{y}" for z, x, y in coords}


def plant(directory: Path, pattern: str, table: str, bad: dict[TileCoord, bytes]) -> None:
    """Spoils the bytes of stored tiles, with plain SQL; each level has its file, or one file has all."""
    for path in directory.glob(pattern):
        with closing(sqlite3.connect(path)) as database, database:
            for (z, x, y), body in bad.items():
                database.execute(
                    f"UPDATE {table} SET tile_data = ? WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                    (body, z, x, y),
                )


@pytest.mark.parametrize("kind", DATABASES)
def test_a_thousand_bad_tiles_of_a_database_are_found_and_removed(tmp_path: Path, kind: str) -> None:
    cache, pattern, table = DATABASES[kind]
    good, bad = tiles()
    config = configured(tmp_path, cache)
    store_of(config).write([NewTile(TileKey(coord), GOOD, PNG) for coord in good | bad], AT)
    plant(tmp_path, pattern, table, bad)

    fixed = tilekeep_command("scrub", "mapproxy.yaml", "--fix", directory=tmp_path)
    clean = tilekeep_command("scrub", "mapproxy.yaml", directory=tmp_path)

    assert fixed.returncode == 0, fixed.stderr
    found = set(re.findall(rf"^{PLACE} (\d+/\d+/\d+): .+ - removed$", fixed.stdout, re.MULTILINE))
    assert found == addresses(bad)
    assert fixed.stdout.splitlines()[-1] == f"{PLACE}: {len(good) + 1000} tiles, 1000 bad, 1000 removed"
    assert clean.stdout.splitlines() == [f"{PLACE}: {len(good)} tiles, 0 bad"]
    assert {key.coord for z in (9, 10) for key, _ in store_of(config).list(z)} == set(good)


def test_a_thousand_bad_tiles_behind_other_tiers_are_found_and_removed(tmp_path: Path) -> None:
    cache, pattern, table = DATABASES["mbtiles"]
    good, bad = tiles()
    config = configured(tmp_path, f"{{type: tiers, tiers: [{{type: memory}}, {{type: file, directory: f}}, {cache}]}}")
    store_of(config).write([NewTile(TileKey(coord), GOOD, PNG) for coord in good | bad], AT)
    plant(tmp_path, pattern, table, bad)

    fixed = tilekeep_command("scrub", "mapproxy.yaml", "--fix", directory=tmp_path)

    assert fixed.returncode == 0, fixed.stderr
    assert fixed.stdout.splitlines()[0] == f"{PLACE}: 0 tiles, 0 bad, 0 removed"
    assert fixed.stdout.splitlines()[-1] == f"{PLACE}: {len(good) + 1000} tiles, 1000 bad, 1000 removed"


def test_a_thousand_bad_tiles_of_an_archive_are_found_but_cannot_be_removed(tmp_path: Path) -> None:
    good, bad = tiles()
    write_archive(str(tmp_path / "a.pmtiles"), (good | bad).items(), ArchiveDescription(PNG))
    configured(tmp_path, "{type: pmtiles, filename: ./a.pmtiles}", sources="")

    done = tilekeep_command("scrub", "mapproxy.yaml", "--fix", directory=tmp_path)

    assert done.returncode == 1
    assert set(re.findall(rf"^{PLACE} (\d+/\d+/\d+): .+$", done.stdout, re.MULTILINE)) == addresses(bad)
    assert done.stdout.splitlines()[-1] == f"{PLACE}: {len(good) + 1000} tiles, 1000 bad, 0 removed"
    assert "is an archive, which is only read" in done.stderr
