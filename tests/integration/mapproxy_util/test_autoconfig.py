"""``tilekeep util autoconfig`` beside ``mapproxy-util autoconfig``, and ``tilekeep autoconfig``."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.services.process import Server
from tests.integration.support.answers import ask
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tests.integration.support.wms_documents import CAPABILITIES_111, CAPABILITIES_130
from tilekeep.config.loading.settings_file import load_settings

BASE = """\
grids:
  web: {base: GLOBAL_WEBMERCATOR, num_levels: 10}
  utm: {srs: "EPSG:25832", bbox: [0, 5000000, 1000000, 6000000], origin: nw, num_levels: 8}
"""
OVERWRITE = """\
service: {demo: , wms: {md: {abstract: More}}}
services: {tms: {origin: nw}}
sources:
  __all__: {http: {client_timeout: 7}}
  land_wms: {supported_srs: ["EPSG:25832"], req: {styles: plain}}
  ___rs_wms: {concurrent_requests: 2}
caches:
  land___: {meta_size: [2, 2]}
  extra: {sources: [land_wms], grids: [web]}
globals: {cache: {meta_buffer: 0}}
"""
OVERWRITE_SEED = "seeds: {__all__: {levels: {to: 4}, caches__extend__: []}}\ncleanups: {only: {caches: [extra]}}\n"

CASES = {
    "alone": ["--capabilities", "111.xml"],
    "version 1.3.0": ["--capabilities", "130.xml", "--base", "base.yaml"],
    "with a base": ["--capabilities", "111.xml", "--base", "base.yaml"],
    "with overwrites": ["--capabilities", "111.xml", "--base", "base.yaml", "--overwrite", "overwrite.yaml"],
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "111.xml").write_bytes(CAPABILITIES_111)
    (tmp_path / "130.xml").write_bytes(CAPABILITIES_130)
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "overwrite.yaml").write_text(OVERWRITE)
    (tmp_path / "overwrite-seed.yaml").write_text(OVERWRITE_SEED)
    return tmp_path


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_the_configuration_is_that_of_mapproxy_util(name: str, directory: Path) -> None:
    seed = ("--overwrite-seed", "overwrite-seed.yaml") if name == "with overwrites" else ()

    for program, mark in ((_ours, "own"), (_theirs, "other")):
        outputs = ("--output", f"{mark}.yaml", "--output-seed", f"{mark}-seed.yaml")
        assert program(*CASES[name], *outputs, *seed, directory=directory).returncode == 0

    assert read(directory / "own.yaml") == read(directory / "other.yaml")
    assert read(directory / "own-seed.yaml") == read(directory / "other-seed.yaml")
    assert len(read(directory / "own.yaml")["sources"]) >= 2


def _ours(*arguments: str, directory: Path) -> Any:
    return tilekeep_command("util", "autoconfig", *arguments, directory=directory)


def _theirs(*arguments: str, directory: Path) -> Any:
    return mapproxy_util("autoconfig", *arguments, directory=directory)


def geopackage(path: Path, levels: list[tuple[int, float]]) -> None:
    """A GeoPackage with one table of tiles in the grid of the web, made by hand."""
    with sqlite3.connect(path) as database:
        database.executescript(
            "CREATE TABLE gpkg_contents (table_name, data_type, identifier, description, last_change,"
            " min_x, min_y, max_x, max_y, srs_id);"
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization_coordsys_id);"
            "CREATE TABLE gpkg_tile_matrix_set (table_name, srs_id, min_x, min_y, max_x, max_y);"
            "CREATE TABLE gpkg_tile_matrix (table_name, zoom_level, matrix_width, matrix_height, tile_width,"
            " tile_height, pixel_x_size, pixel_y_size);"
        )
        half = 20037508.342789244
        contents = ("town", "tiles", "town", "", "", -half, -half, half, half, 3857)
        database.execute(f"INSERT INTO gpkg_contents VALUES ({', '.join('?' * 10)})", contents)
        database.execute("INSERT INTO gpkg_contents VALUES ('roads', 'features', 'r', '', '', 0, 0, 1, 1, 3857)")
        database.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (3857, 3857), (-1, -1)")
        database.execute(
            "INSERT INTO gpkg_tile_matrix_set VALUES ('town', 3857, ?, ?, ?, ?)", (-half, -half, half, half)
        )
        for zoom, size in levels:
            row = ("town", zoom, 2**zoom, 2**zoom, 256, 256, size, size)
            database.execute(f"INSERT INTO gpkg_tile_matrix VALUES ({', '.join('?' * 8)})", row)


@pytest.mark.parametrize(
    "levels",
    [
        pytest.param([(zoom, 156543.03392804097 / 2**zoom) for zoom in range(5)], id="from level 0"),
        pytest.param([(3, 19567.87924100512), (4, 9783.93962050256)], id="from level 3"),
        pytest.param([(0, 156543.03392804097)], id="one level"),
    ],
)
def test_tables_of_a_geopackage_become_the_same_caches(levels: list[tuple[int, float]], directory: Path) -> None:
    geopackage(directory / "town.gpkg", levels)

    for program, mark in ((_ours, "own"), (_theirs, "other")):
        assert program("--geopackage", "town.gpkg", "--output", f"{mark}.yaml", directory=directory).returncode == 0

    own, other = read(directory / "own.yaml"), read(directory / "other.yaml")
    assert own["grids"]["town_3857"].pop("res") == pytest.approx(other["grids"]["town_3857"].pop("res"))
    assert own == other


def test_the_grid_of_a_table_begins_where_its_tiles_begin(directory: Path) -> None:
    geopackage(directory / "town.gpkg", [(0, 156543.03392804097)])
    with sqlite3.connect(directory / "town.gpkg") as database:
        database.execute("UPDATE gpkg_contents SET min_x = 0, min_y = 0, max_x = 1000, max_y = 1000")

    done = _ours("--geopackage", "town.gpkg", directory=directory)

    grid = YAML(typ="safe").load(done.stdout)["grids"]["town_3857"]
    assert grid["bbox"] == pytest.approx([-20037508.342789244, -20037508.342789244] + [20037508.342789244] * 2)


def test_overwrites_are_laid_over_what_a_geopackage_has(directory: Path) -> None:
    geopackage(directory / "town.gpkg", [(0, 156543.03392804097)])
    (directory / "more.yaml").write_text("layers__extend__: [{name: b, title: b, sources: [town_cache]}]\n")

    done = _ours("--geopackage", "town.gpkg", "--overwrite", "more.yaml", directory=directory)

    assert done.returncode == 0
    layers = YAML(typ="safe").load(done.stdout)["layers"]
    assert [layer["name"] for layer in layers] == ["town", "b"]


def test_names_with_colons_become_names_that_sources_may_have(directory: Path) -> None:
    (directory / "111.xml").write_bytes(CAPABILITIES_111.replace(b"<Name>lakes", b"<Name>water:lakes"))

    done = _ours("--capabilities", "111.xml", "--output", "own.yaml", directory=directory)

    assert done.returncode == 0
    assert read(directory / "own.yaml")["sources"]["water_lakes_wms"]["req"]["layers"] == "water:lakes"
    assert tilekeep_command("check", "own.yaml", directory=directory).returncode == 0


def test_no_name_of_a_server_asks_for_variables_of_the_environment(directory: Path) -> None:
    hostile = CAPABILITIES_111.replace(b"<Name>lakes", b"<Name>${TOKEN}").replace(b"<Title>", b"<Title>$TOKEN ")
    (directory / "111.xml").write_bytes(hostile)
    (directory / "mapproxy.yaml").write_text("base: own.yaml\nservices: {tms: {md: {title: all}}}\n")

    done = _ours("--capabilities", "111.xml", "--base", "base.yaml", "--output", "own.yaml", directory=directory)
    loaded = load_settings(str(directory / "mapproxy.yaml"), variables={"TOKEN": "hunter2"})

    assert done.returncode == 0
    assert b"${TOKEN}" in hostile
    assert "hunter2" not in str(loaded.data)
    assert loaded.data["sources"]["$ {TOKEN}_wms"]["req"]["layers"] == "$ {TOKEN}"
    assert loaded.report.errors == ()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param([], 2, id="nothing"),
        pytest.param(["--capabilities", "111.xml", "--geopackage", "x.gpkg"], 2, id="both"),
        pytest.param(["--capabilities", "111.xml", "--output", "base.yaml"], 2, id="file that is there"),
        pytest.param(["--capabilities", "111.xml", "--base", "111.xml"], 2, id="base that is none"),
        pytest.param(["--capabilities", "base.yaml"], 3, id="no capabilities"),
        pytest.param(["--geopackage", "base.yaml"], 1, id="no GeoPackage"),
        pytest.param(["--capabilities", "nosuch.xml"], 1, id="no such file"),
    ],
)
def test_what_cannot_be_done_has_an_exit_code(arguments: list[str], code: int, directory: Path) -> None:
    done = _ours(*arguments, directory=directory)

    assert done.returncode == code
    assert "ERROR: " in done.stderr
    assert (directory / "base.yaml").read_text() == BASE


def test_secrets_of_the_address_do_not_stand_in_the_header(directory: Path) -> None:
    with UpstreamServer() as upstream:
        upstream.on("/wms", Reply(body=CAPABILITIES_111))
        url = f"{upstream.url.replace('://', '://me:hunter2@')}/wms?token=hunter3"

        done = _ours("--capabilities", url, directory=directory)

    assert done.returncode == 0
    assert "hunter" not in done.stdout


def test_a_wms_is_served_by_what_is_written(
    directory: Path, tilekeep_server: Callable[..., Server], upstream: UpstreamServer
) -> None:
    done = tilekeep_command("autoconfig", f"{upstream.url}/wms", "-o", "mapproxy.yaml", directory=directory)
    text = f"services: {{tms: {{use_grid_names: true, origin: nw}}}}\nbase: {directory / 'mapproxy.yaml'}\n"
    server = tilekeep_server(text)

    answer = ask(f"{server.url}/tiles/land/GLOBAL_WEBMERCATOR/1/1/0.png")

    assert (done.returncode, done.stdout, done.stderr.count("NONE:1")) == (0, "", 2)
    assert (answer.status, answer.image().size) == (200, (256, 256))


def test_a_wmts_is_served_by_what_is_written(
    directory: Path, tilekeep_server: Callable[..., Server], upstream: UpstreamServer
) -> None:
    inner = tilekeep_server(
        "services: {wmts: }\nlayers: [{name: 'a b', title: a, sources: [c]}]\ncaches: {c: {sources: [w], grids:"
        f" [GLOBAL_WEBMERCATOR]}}}}\nsources: {{w: {{type: wms, req: {{url: '{upstream.url}/wms', layers: x}}}}}}\n"
    )
    url = f"{inner.url}/wmts/1.0.0/WMTSCapabilities.xml"
    done = tilekeep_command("autoconfig", url, "-o", "mapproxy.yaml", directory=directory)
    outer = tilekeep_server((directory / "mapproxy.yaml").read_text())

    answer = ask(f"{outer.url}/tiles/a_b/GLOBAL_WEBMERCATOR/2/1/1.png")

    assert (done.returncode, done.stderr) == (0, "")
    assert answer.status == 200
    assert answer.body == ask(f"{inner.url}/wmts/a%20b/GLOBAL_WEBMERCATOR/02/1/1.png").body


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    """A server whose maps are at the address that its capabilities state."""
    with UpstreamServer() as server:

        def answer(request: Received) -> Reply:
            if request.parameters["request"] == "GetCapabilities":
                return Reply(body=CAPABILITIES_111.replace(b"http://maps.example.org", server.url.encode()))
            return draw_wms(request)

        server.on("/wms", answer)
        yield server
