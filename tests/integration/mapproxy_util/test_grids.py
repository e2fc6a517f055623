"""``tilekeep util grids`` beside ``mapproxy-util grids``, and ``tilekeep grids``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.support.command_line import tilekeep_command

CONFIG = """\
services: {wms: }
layers: [{name: a, title: a, sources: [c]}]
caches:
  c: {grids: [My, GLOBAL_GEODETIC], sources: [s]}
  d: {grids: [sq], sources: [s]}
sources: {s: {type: wms, req: {url: "http://127.0.0.1/", layers: y}}}
grids:
  My: {base: GLOBAL_MERCATOR, bbox: [5, 45, 15, 55], bbox_srs: "EPSG:4326", num_levels: 3}
  unused:
    {srs: "EPSG:25832", bbox: "4, 46, 16, 56", bbox_srs: "EPSG:4326", origin: ul, res: [1000, 500.5, 20.0],
     tile_size: [512, 512], name: other}
  sq: {base: GLOBAL_GEODETIC, res_factor: sqrt2, num_levels: 14}
  whole: {srs: "EPSG:25832", bbox: [300000, 5200000, 900000, 6100000], origin: sw, min_res: 1000, num_levels: 3}
"""

TASKS = """\
seeds: {a: {caches: [d], levels: [1]}}
coverages:
  box: {bbox: [5, 46, 6, 47], srs: "EPSG:4326"}
  triangle: {datasource: triangle.wkt, srs: "EPSG:3857"}
  gone: {datasource: gone.wkt, srs: "EPSG:3857"}
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("grids")
    (directory / "mapproxy.yaml").write_text(CONFIG)
    (directory / "broken.yaml").write_text("grids: {x: {srs: 12}}\ncaches: {a: {grids: [nosuch], sources: [b]}}")
    (directory / "seed.yaml").write_text(TASKS)
    (directory / "triangle.wkt").write_text("POLYGON((600000 5700000, 700000 5700000, 600000 5800000, 600000 5700000))")
    return directory


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("-f mapproxy.yaml", id="those of caches"),
        pytest.param("mapproxy.yaml --all", id="all"),
        pytest.param("mapproxy.yaml --grid SQ", id="one"),
        pytest.param("-g Unused mapproxy.yaml", id="one that is not used"),
        pytest.param("mapproxy.yaml -l", id="names"),
        pytest.param("mapproxy.yaml --list --all", id="all names"),
    ],
)
def test_it_prints_what_mapproxy_util_prints(arguments: str, directory: Path) -> None:
    ours = tilekeep_command("util", "grids", *arguments.split(), directory=directory)

    theirs = mapproxy_util("grids", *arguments.split(), directory=directory)
    assert (ours.returncode, ours.stderr) == (theirs.returncode, theirs.stderr) == (0, "")
    assert ours.stdout.splitlines() == theirs.stdout.splitlines()


@pytest.mark.parametrize("area", ["box", "triangle"])
def test_the_tiles_of_areas_are_estimated_alike(area: str, directory: Path) -> None:
    arguments = ("grids", "-f", "mapproxy.yaml", "-s", "seed.yaml", "--coverage", area, "-g", "GLOBAL_MERCATOR")

    ours = tilekeep_command("util", *arguments, directory=directory)

    theirs = mapproxy_util(*arguments, directory=directory)
    assert (ours.returncode, ours.stderr) == (theirs.returncode, theirs.stderr) == (0, "")
    # With a file of tasks the reference shows defaults as if they had been stated.
    assert ours.stdout.partition("Coverage: ")[1:] == theirs.stdout.partition("Coverage: ")[1:]
    assert "approx. tiles within coverage" in ours.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param([], 1, id="no configuration"),
        pytest.param(["mapproxy.yaml", "another"], 1, id="two configurations"),
        pytest.param(["-f", "nosuch.yaml"], 2, id="no such file"),
        pytest.param(["broken.yaml"], 2, id="broken"),
        pytest.param(["mapproxy.yaml", "-g", "nosuch"], 1, id="no such grid"),
        pytest.param(["mapproxy.yaml", "-s", "seed.yaml"], 1, id="area without name"),
        pytest.param(["mapproxy.yaml", "-c", "box"], 1, id="name without file"),
        pytest.param(["mapproxy.yaml", "-c", "nosuch", "-s", "seed.yaml"], 1, id="no such area"),
        pytest.param(["mapproxy.yaml", "--mapproxy-config", "x"], 2, id="option of the documentation"),
    ],
)
def test_what_cannot_be_done_ends_with_the_code_of_mapproxy_util(
    arguments: list[str], code: int, directory: Path
) -> None:
    ours = tilekeep_command("util", "grids", *arguments, directory=directory)

    assert ours.returncode == mapproxy_util("grids", *arguments, directory=directory).returncode == code
    assert "Usage:" in ours.stdout or ours.stderr
    assert "Traceback" not in ours.stderr


def test_an_area_that_cannot_be_read_is_named(directory: Path) -> None:
    arguments = ("util", "grids", "mapproxy.yaml", "-s", "seed.yaml", "-c", "gone")

    done = tilekeep_command(*arguments, directory=directory)

    assert done.returncode == 2
    assert re.match("ERROR: .*gone.wkt", done.stderr)


def test_people_get_a_table_with_scales(directory: Path) -> None:
    done = tilekeep_command("grids", "mapproxy.yaml", "--grid", "unused", directory=directory)

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "unused (as other in URLs): EPSG:25832, tiles of 512x512 pixels, origin nw"
    assert [line.split() for line in lines[3:]] == [
        ["0", "1000", "3,571,429", "2", "3", "6"],
        ["1", "500.5", "1,787,500", "4", "5", "20"],
        ["2", "20", "71,429", "91", "111", "10,101"],
    ]


def test_programs_get_json(directory: Path) -> None:
    area = ("-s", "seed.yaml", "-c", "triangle")

    done = tilekeep_command("grids", "mapproxy.yaml", "--json", "--all", *area, directory=directory)

    found = {grid["key"]: grid for grid in json.loads(done.stdout)}
    assert set(found) == {"GLOBAL_GEODETIC", "GLOBAL_MERCATOR", "GLOBAL_WEBMERCATOR", "My", "sq", "unused", "whole"}
    (level,) = [level for level in found["GLOBAL_WEBMERCATOR"]["levels"] if level["level"] == 12]
    assert level["tiles"] == 4**12
    assert level["tiles_in_coverage"] == pytest.approx(5e9 / (level["resolution"] * 256) ** 2, abs=1)
