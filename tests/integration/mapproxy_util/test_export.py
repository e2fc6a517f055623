"""``tilekeep util export`` beside ``mapproxy-util export``."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.mapproxy_compact import MapProxyCompactCache
from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer
from tilekeep.domain.tile import TileCoord, TileKey

CONFIG = """\
services: {{tms: }}
layers: [{{name: land, title: Land, sources: [land]}}]
globals: {{cache: {{meta_size: [2, 2], meta_buffer: 0}}}}
caches:
  land: {{grids: [web], sources: [wms], format: image/png, refresh_before: {{days: 1}}}}
  photos: {{grids: [web], sources: [wms], format: image/jpeg}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: land}}}}}}
grids: {{web: {{base: GLOBAL_WEBMERCATOR, num_levels: 6}}}}
"""
TASKS = "seeds: {all: {caches: [land, photos], levels: {to: 2}}}\n"
LEVELS = "0..2"
AREA = "0,0,20037508,20037508"

TABLES = {
    "mbtile": "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles",
    "geopackage": "SELECT zoom_level, tile_column, tile_row, tile_data FROM {table}",
    "sqlite": "SELECT {level}, tile_column, tile_row, tile_data FROM tiles",
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamServer) -> Path:
    """A configuration with tiles in its cache, which are old."""
    directory = tmp_path_factory.mktemp("filled")
    (directory / "mapproxy.yaml").write_text(CONFIG.format(url=upstream.url))
    (directory / "seed.yaml").write_text(TASKS)
    done = tilekeep_command("seed", "-f", "mapproxy.yaml", "-s", "seed.yaml", "-q", directory=directory)
    assert done.returncode == 0, done.stderr
    return directory


@pytest.fixture
def directory(filled: Path, tmp_path: Path, upstream: UpstreamServer) -> Path:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    upstream.forget()
    return tmp_path


def arguments_for(kind: str, dest: str, *more: str) -> list[str]:
    named = ("--source", "land", "--grid", "web", "--levels", LEVELS, "--type", kind, "--dest", dest)
    return ["export", "-f", "mapproxy.yaml", *named, *more]


def content_of(place: Path, kind: str) -> object:
    """What an export holds, in a form that does not depend on the program."""
    if kind in ("mbtile", "geopackage"):
        return sorted(_rows(place, kind))
    if kind == "sqlite":
        return {path.name: sorted(_rows(path, kind)) for path in place.rglob("*.mbtile")}
    if kind.startswith("compact"):
        keys = [TileKey(TileCoord(z, x, y)) for z in range(3) for x in range(2**z) for y in range(2**z)]
        (version,) = (int(digit) for digit in kind if digit.isdigit())
        return MapProxyCompactCache(place, version).load(keys)
    files = (path for path in place.rglob("*") if path.is_file() and "tile_locks" not in path.parts)
    return {path.relative_to(place): path.read_bytes() for path in files}


def _rows(path: Path, kind: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as database:
        table = "tiles"
        if kind == "geopackage":
            ((table,),) = database.execute("SELECT table_name FROM gpkg_contents")
        return database.execute(TABLES[kind].format(level="0", table=f'"{table}"')).fetchall()


@pytest.mark.parametrize(
    "kind", ["tms", "mapproxy", "tc", "mbtile", "sqlite", "geopackage", "arcgis", "compact-v1", "compact-v2"]
)
def test_what_is_exported_is_what_mapproxy_util_exports(kind: str, directory: Path, upstream: UpstreamServer) -> None:
    ours = tilekeep_command("util", *arguments_for(kind, "./ours"), directory=directory)

    theirs = mapproxy_util(*arguments_for(kind, "./theirs"), directory=directory)
    assert (ours.returncode, theirs.returncode) == (0, 0), ours.stderr + theirs.stderr
    assert ours.stderr == theirs.stderr == ""
    assert content_of(directory / "ours", kind) == content_of(directory / "theirs", kind)
    assert upstream.requests == []
    header = ours.stdout.splitlines()[:3]
    assert header[0] == "Exporting 'land' to './ours' with grid 'web' in EPSG:3857"
    assert header[1:] == theirs.stdout.splitlines()[1:3]


def test_only_the_area_is_exported(directory: Path) -> None:
    more = ("--coverage", AREA, "--srs", "EPSG:3857")

    tilekeep_command("util", *arguments_for("tms", "ours", *more), directory=directory)

    mapproxy_util(*arguments_for("tms", "theirs", *more), directory=directory)
    assert content_of(directory / "ours", "tms") == content_of(directory / "theirs", "tms")
    assert len(list((directory / "ours/2").rglob("*.png"))) == 4


def test_an_area_in_a_file_beside_the_command_limits_it(directory: Path) -> None:
    (directory / "elsewhere").mkdir()
    (directory / "elsewhere/area.wkt").write_text("POLYGON((1 1, 100 1, 100 60, 1 1))")
    arguments = arguments_for("tms", "ours", "--coverage", "area.wkt", "--srs", "EPSG:4326")
    arguments[arguments.index("mapproxy.yaml")] = "../mapproxy.yaml"

    done = tilekeep_command("util", *arguments, directory=directory / "elsewhere")

    assert done.returncode == 0, done.stderr
    assert [path.name for path in (directory / "elsewhere/ours/1").iterdir()] == ["1"]


def test_tiles_of_another_grid_are_drawn_and_people_are_told(directory: Path, upstream: UpstreamServer) -> None:
    grid = "res=[0.703125,0.3515625] srs=EPSG:4326 bbox=[-180,-90,180,90] origin=nw"
    arguments = ["export", "mapproxy.yaml", "--source", "land", "--grid", grid, "--levels", "0,1"]

    ours = tilekeep_command("util", *arguments, "--dest", "ours", directory=directory)

    theirs = mapproxy_util(*arguments, "--dest", "theirs", directory=directory)
    assert ours.returncode == theirs.returncode == 0
    assert "WARN: grids are incompatible. needs to scale/reproject" in ours.stderr
    assert "WARN: grids are incompatible. needs to scale/reproject" in theirs.stderr
    assert ours.stdout.startswith("Exporting 'land' to 'ours' with custom grid in EPSG:4326")
    own, other = (content_of(directory / name, "tms") for name in ("ours", "theirs"))
    assert isinstance(own, dict)
    assert isinstance(other, dict)
    assert own.keys() == other.keys() != set()
    assert upstream.requests == []


def test_missing_tiles_are_left_out_or_fetched(directory: Path, upstream: UpstreamServer) -> None:
    arguments = ["--source", "land", "--grid", "web", "--levels", "3", "--coverage", AREA, "--srs", "EPSG:3857"]

    without = tilekeep_command("util", "export", "mapproxy.yaml", *arguments, "--dest", "none", directory=directory)
    asked = len(upstream.requests)
    fetched = tilekeep_command(
        "util", "export", "mapproxy.yaml", *arguments, "--dest", "all", "--fetch-missing-tiles", directory=directory
    )

    assert (without.returncode, fetched.returncode, asked) == (0, 0, 0)
    assert list(directory.glob("none/**/*.png")) == []
    assert len(list((directory / "all/3").rglob("*.png"))) == 16
    assert len(upstream.requests) == 4


@pytest.mark.parametrize("fetches", [True, False])
def test_a_source_is_exported_only_if_it_may_be_asked(fetches: bool, directory: Path, upstream: UpstreamServer) -> None:
    arguments = ["--source", "wms", "--grid", "web", "--levels", "0,1", "--dest", "ours"]
    option = ["--fetch-missing-tiles"] if fetches else []

    done = tilekeep_command("util", "export", "mapproxy.yaml", *arguments, *option, directory=directory)

    assert done.returncode == 0
    assert "WARN: " in done.stderr
    assert len(list(directory.glob("ours/**/*.png"))) == (5 if fetches else 0)
    assert bool(upstream.requests) == fetches


def test_the_format_is_that_of_the_cache(directory: Path) -> None:
    arguments = ["--source", "photos", "--grid", "web", "--levels", "1", "--dest", "ours"]

    tilekeep_command("util", "export", "mapproxy.yaml", *arguments, directory=directory)

    stored = {path.read_bytes() for path in directory.glob("cache_data/photos_EPSG3857/01/**/*.jpeg")}
    assert {path.read_bytes() for path in directory.glob("ours/1/*/*.jpeg")} == stored != set()


def test_tiles_of_the_destination_stay_as_they_are(directory: Path) -> None:
    (directory / "ours/1/0").mkdir(parents=True)
    (directory / "ours/1/0/0.png").write_bytes(b"\x89PNG\r\n\x1a\nmine")

    refused = tilekeep_command("util", *arguments_for("tms", "ours"), directory=directory)
    done = tilekeep_command("util", *arguments_for("tms", "ours", "--force"), directory=directory)

    assert refused.returncode == 2
    assert refused.stderr == "ERROR: destination exists, remove first or use --force\n"
    assert done.returncode == 0
    assert (directory / "ours/1/0/0.png").read_bytes() == b"\x89PNG\r\n\x1a\nmine"
    assert len(list(directory.glob("ours/**/*.png"))) == 21


def test_a_dry_run_writes_nothing(directory: Path) -> None:
    done = tilekeep_command("util", *arguments_for("tms", "ours", "-n"), directory=directory)

    assert done.returncode == 0
    assert not (directory / "ours").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"--levels": None}, 1, id="levels missing"),
        pytest.param({"--source": None}, 1, id="source missing"),
        pytest.param({"-f": None}, 1, id="configuration missing"),
        pytest.param({"-f": "nosuch.yaml"}, 2, id="no such configuration"),
        pytest.param({"--levels": "9"}, 2, id="level that is not there"),
        pytest.param({"--type": "nosuch"}, 2, id="unknown type"),
        pytest.param({"--grid": "srs=EPSG:4326 nosuch=1 res=x"}, 2, id="grid that is none"),
        pytest.param({"--dest": "seed.yaml"}, 2, id="destination that is there"),
    ],
)
def test_what_cannot_be_done_ends_with_the_code_of_mapproxy_util(
    change: dict[str, str | None], code: int, directory: Path
) -> None:
    given = {"-f": "mapproxy.yaml", "--source": "land", "--grid": "web", "--levels": "1", "--dest": "x"} | change
    arguments = [part for name, value in given.items() if value is not None for part in (name, value)]

    ours = tilekeep_command("util", "export", *arguments, directory=directory)

    theirs = mapproxy_util("export", *arguments, directory=directory)
    assert ours.returncode == theirs.returncode == code
    assert "Usage:" in ours.stdout or "ERROR: " in ours.stderr


@pytest.mark.parametrize(("option", "value"), [("--source", "nosuch"), ("--grid", "nosuch"), ("--levels", "1...3")])
def test_what_does_not_exist_is_named(option: str, value: str, directory: Path) -> None:
    arguments = arguments_for("tms", "x")
    arguments[arguments.index(option) + 1] = value

    done = tilekeep_command("util", *arguments, directory=directory)

    assert done.returncode == 2
    assert done.stderr.startswith("ERROR: ")
    assert value in done.stderr
