"""``tilekeep export``: files and directories that other programs use, and runs that are gone on with."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.services.process import Server
from tests.integration.support.answers import ask
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

CONFIG = """\
services: {{tms: {{use_grid_names: true, origin: nw}}}}
layers: [{{name: land, title: Land, sources: [land]}}]
globals: {{cache: {{meta_size: [1, 1], meta_buffer: 0}}}}
caches:
  land: {{grids: [GLOBAL_MERCATOR, GLOBAL_GEODETIC], sources: [wms], cache: {{type: file, directory_layout: tms}}}}
  mixed: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], format: mixed, request_format: image/png}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: land, transparent: true}}}}}}
"""


@pytest.fixture(scope="module")
def upstream_of_module() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, upstream_of_module: UpstreamServer) -> Path:
    """A configuration with tiles in its cache."""
    directory = tmp_path_factory.mktemp("filled")
    upstream_of_module.on("/wms", draw_wms)
    (directory / "mapproxy.yaml").write_text(CONFIG.format(url=upstream_of_module.url))
    (directory / "seed.yaml").write_text("seeds: {all: {caches: [land], grids: [GLOBAL_MERCATOR], levels: {to: 2}}}")
    done = tilekeep_command("seed", "-f", "mapproxy.yaml", "-s", "seed.yaml", "-q", directory=directory)
    assert done.returncode == 0, done.stderr
    return directory


@pytest.fixture
def upstream(upstream_of_module: UpstreamServer) -> UpstreamServer:
    """The map server, which nobody has asked yet."""
    upstream_of_module.on("/wms", draw_wms)
    upstream_of_module.forget()
    return upstream_of_module


@pytest.fixture
def directory(filled: Path, tmp_path: Path, upstream: UpstreamServer) -> Path:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return tmp_path


def export(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return tilekeep_command("export", "mapproxy.yaml", *arguments, directory=directory)


def stored(directory: Path, z: int, x: int, y: int) -> bytes:
    """The tile of the cache, whose rows are counted from the south."""
    return (directory / f"cache_data/land_EPSG900913/{z}/{x}/{y}.png").read_bytes()


def test_a_directory_for_web_maps_has_rows_from_the_north(directory: Path, upstream: UpstreamServer) -> None:
    done = export(directory, "land", "out", "--levels", "0-2")

    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(directory.glob("out/*/*/*.png"))) == 21
    assert (directory / "out/2/1/0.png").read_bytes() == stored(directory, 2, 1, 3)
    assert sorted(path.name for path in (directory / "out").iterdir()) == ["0", "1", "2"]
    assert upstream.requests == []
    assert not (directory / "out.progress").exists()


def test_an_archive_has_all_tiles_and_is_served_again(directory: Path, tilekeep_server: Callable[..., Server]) -> None:
    done = export(directory, "land", "land.pmtiles", "--levels", "0-2")
    server = tilekeep_server(
        "services: {tms: {use_grid_names: true, origin: nw}}\nlayers: [{name: a, title: a, sources: [a]}]\n"
        "caches: {a: {grids: [GLOBAL_WEBMERCATOR], sources: [], cache: {type: pmtiles, filename: ./land.pmtiles}}}\n",
        directory=directory,
    )

    answer = ask(f"{server.url}/tiles/a/GLOBAL_WEBMERCATOR/2/1/0.png")

    assert (done.returncode, done.stderr) == (0, "")
    assert answer.body == stored(directory, 2, 1, 3)
    assert list(directory.glob("land.pmtiles.*")) == []


@pytest.mark.parametrize("ending", ["mbtiles", "gpkg"])
def test_files_for_gis_programs_have_the_rows_of_their_standard(ending: str, directory: Path) -> None:
    table, row = ("tiles", 3) if ending == "mbtiles" else (None, 0)

    done = export(directory, "land", f"land.{ending}", "--levels", "0-2")

    assert (done.returncode, done.stderr) == (0, "")
    with sqlite3.connect(directory / f"land.{ending}") as database:
        if table is None:
            ((table,),) = database.execute("SELECT table_name FROM gpkg_contents")
        ((body,),) = database.execute(
            f'SELECT tile_data FROM "{table}" WHERE zoom_level = 2 AND tile_column = 1 AND tile_row = ?', (row,)
        )
    assert body == stored(directory, 2, 1, 3)


@pytest.mark.parametrize(
    ("dest", "type_name"),
    [
        pytest.param("land.mbtiles", "mbtiles", id="mbtiles"),
        pytest.param("land.gpkg", "geopackage", id="geopackage"),
        pytest.param("levels", "sqlite", id="a-file-for-each-level"),
    ],
)
def test_an_exported_database_is_one_file_that_can_be_copied(dest: str, type_name: str, directory: Path) -> None:
    export(directory, "land", dest, "--levels", "1", "-t", type_name)
    (written,) = [path for path in directory.rglob("*") if path.suffix in (".mbtiles", ".gpkg")]
    (directory / "elsewhere").mkdir()
    copy = shutil.copy(written, directory / "elsewhere")

    with sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        named = database.execute("SELECT table_name FROM gpkg_contents") if "gpkg_contents" in tables else [("tiles",)]
        ((table,),) = named
        ((count,),) = database.execute(f'SELECT count(*) FROM "{table}"')

    assert count == 4
    assert sorted(path.name for path in written.parent.iterdir() if path.name.startswith(written.name)) == [
        written.name
    ]


def test_a_wmts_of_files_is_read_by_a_client_through_a_web_server(
    directory: Path, file_server: Callable[..., Server], tilekeep_server: Callable[..., Server]
) -> None:
    (directory / "site").mkdir()
    web = file_server(directory / "site")
    done = export(directory, "land", "site/maps", "--levels", "1,2", "-t", "wmts", "--url", f"{web.url}/maps/")
    client = tilekeep_server(
        "services: {tms: {use_grid_names: true, origin: nw}}\nlayers: [{name: a, title: a, sources: [c]}]\n"
        "caches: {c: {grids: [GLOBAL_WEBMERCATOR], sources: [w]}}\n"
        f"sources: {{w: {{type: wmts, layer: land, url: '{web.url}/maps/wmts/1.0.0/WMTSCapabilities.xml'}}}}\n"
    )

    answer = ask(f"{client.url}/tiles/a/GLOBAL_WEBMERCATOR/2/1/0.png")

    assert (done.returncode, done.stderr) == (0, "")
    assert answer.status == 200
    assert answer.body == stored(directory, 2, 1, 3)


def test_an_interrupted_export_is_gone_on_with(directory: Path, upstream: UpstreamServer) -> None:
    some, go_on = threading.Event(), threading.Event()
    asked: list[str] = []

    def answer(request: Received) -> Reply:
        asked.append(request.target)
        if len(asked) == 30:
            some.set()
            go_on.wait(30)
        return draw_wms(request)

    upstream.on("/wms", answer)
    arguments = ["mapproxy.yaml", "land", "out.pmtiles", "--levels", "3", "--fetch", "-c", "1", "-g", "GLOBAL_MERCATOR"]
    command = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "export", *arguments]
    with subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        assert some.wait(60)
        running.send_signal(signal.SIGINT)
        go_on.set()
        code = running.wait(60)
    left = sorted(path.name for path in directory.glob("out.pmtiles*"))

    refused = export(directory, *arguments[1:])
    done = export(directory, *arguments[1:], "--continue")

    assert code == 2
    assert "out.pmtiles" not in left
    assert "out.pmtiles.progress" in left
    assert refused.returncode == 2
    assert "--continue" in refused.stderr
    assert done.returncode == 0
    assert [path.name for path in directory.glob("out.pmtiles*")] == ["out.pmtiles"]
    assert 64 <= len(asked) <= 66


def test_tiles_that_cannot_be_made_are_told_by_the_exit_code(directory: Path, upstream: UpstreamServer) -> None:
    upstream.on("/wms", Reply(status=404))

    done = export(directory, "land", "out", "--levels", "3", "--fetch", "--bbox", "0,0,1,1", "-c", "1")

    assert done.returncode == 4
    assert "failed" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["nosuch", "x", "--levels", "1"], 2, "no cache and no source 'nosuch'", id="no such cache"),
        pytest.param(["wms", "x", "--levels", "1"], 2, "add --fetch", id="source"),
        pytest.param(["land", "x", "--levels", "a"], 2, "'a' are no levels", id="no level"),
        pytest.param(["land", "x"], 2, "--levels", id="no levels"),
        pytest.param(["land", "x", "--levels", "25"], 2, "only has 20 levels", id="level that is not there"),
        pytest.param(
            ["land", "seed.yaml", "--levels", "1"], 2, "remove first or use --add", id="destination that is there"
        ),
        pytest.param(["land", "x", "--levels", "12", "--bbox", "0,0,1,1"], 0, "none of these tiles", id="no tiles"),
        pytest.param(["land", "x", "--levels", "0", "-g", "GLOBAL_GEODETIC"], 2, "from the north", id="rows"),
        pytest.param(["land", "x.pmtiles", "--levels", "0", "-g", "GLOBAL_GEODETIC"], 2, "EPSG:3857", id="no mercator"),
        pytest.param(["land", "x", "--levels", "0", "-t", "wmts"], 2, "--url", id="wmts without address"),
        pytest.param(["mixed", "x", "--levels", "0"], 2, "mixed", id="two formats"),
        pytest.param(
            ["land", "x", "--levels", "0", "--area", "nosuch.wkt"], 2, "nosuch.wkt", id="area that is not there"
        ),
    ],
)
def test_what_cannot_be_done_is_told_with_an_exit_code(
    arguments: list[str], code: int, said: str, directory: Path
) -> None:
    done = export(directory, *arguments)

    assert done.returncode == code
    assert said in done.stderr
    assert not (directory / "x").exists()
