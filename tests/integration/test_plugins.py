"""The example of plugins: a distribution that is installed, checked, served and used from the command line."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from PIL import Image

from tests.integration.services.process import Server
from tests.integration.support.answers import ask

EXAMPLE = Path(__file__).parents[2] / "examples" / "plugin"

_TILE = "/tiles/board/EPSG3857/3/2/5.png"


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the example is installed: a directory of its own, so that the environment stays as it is."""
    target = tmp_path_factory.mktemp("installed")
    sources = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("sources") / "plugin")  # it is built among its sources
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, *offline, "--target", str(target), str(sources)], check=True)
    return target


def environment(*folders: Path) -> dict[str, str]:
    paths = [*map(str, folders), os.environ.get("PYTHONPATH", ""), os.getcwd()]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def tilekeep(env: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "tilekeep.entrypoints.cli.main", *arguments]
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=False)


@pytest.fixture
def server(tilekeep_server: Callable[..., Server], distribution: Path) -> Server:
    return tilekeep_server((EXAMPLE / "mapproxy.yaml").read_text(), env=environment(distribution))


def test_a_tile_is_drawn_by_the_source_and_kept_by_the_store_of_a_plugin(server: Server) -> None:
    first = ask(server.url + _TILE)

    again = ask(server.url + _TILE)

    image = Image.open(io.BytesIO(first.body)).convert("RGB")
    assert [image.getpixel((x, 10)) for x in (10, 74, 138)] == [(255, 255, 255), (51, 102, 153), (255, 255, 255)]
    assert (first.status, again.body) == (200, first.body)
    place = server.directory / "cache_data" / "board_cache" / "GLOBAL_WEBMERCATOR"
    assert [file.name for file in place.iterdir()] == ["tiles.db"]


def test_service_interceptor_and_page_of_plugins_are_served(server: Server) -> None:
    located = ask(f"{server.url}/locate/board?lon=8.2&lat=53.1&level=9")
    beyond = ask(f"{server.url}/locate/board?lon=8.2&lat=53.1&level=13")
    refused = ask(server.url + _TILE, {"User-Agent": "Bad-Crawler/1.0"})
    page = ask(f"{server.url}/demo/?page=stewards")

    assert json.loads(located.body) == {
        "layer": "board",
        "grid": "GLOBAL_WEBMERCATOR",
        "level": 9,
        "column": 267,
        "row": 166,
    }
    assert (beyond.status, json.loads(beyond.body)) == (400, {"error": "there is no level 13"})
    assert (refused.status, refused.body) == (403, b"refused")
    assert (page.status, b"<td>Ada</td>" in page.body) == (200, True)
    assert b'<a href="?page=stewards">Stewards</a>' in page.body


def test_commands_know_plugins(distribution: Path) -> None:
    env, config = environment(distribution), str(EXAMPLE / "mapproxy.yaml")

    checked, help_text, stewards, schema = (
        tilekeep(env, *arguments) for arguments in (["check", config], ["--help"], ["stewards", config], ["schema"])
    )

    assert (checked.returncode, "unknown" in checked.stdout + checked.stderr) == (0, False)
    assert "stewards  From tilekeep-example-plugin 1.0." in help_text.stdout
    assert stewards.stdout == "A checkerboard: Ada ada@example.org\n"
    options = json.loads(schema.stdout)["definitions"]["CheckerboardOptions"]["properties"]
    assert options["field_px"]["description"] == "width and height of a field in pixels."


def test_without_the_distribution_each_part_is_missed_at_its_place() -> None:
    checked = tilekeep(environment(), "check", str(EXAMPLE / "mapproxy.yaml"))

    assert checked.returncode != 0
    for place in (
        "globals.interceptors.refuse_agents",
        "services.locate",
        "services.demo.pages.stewards",
        "caches.board_cache.cache.type",
        "sources.board.type",
    ):
        assert f"error: {place}: " in checked.stdout + checked.stderr


def test_a_distribution_that_cannot_be_imported_is_named_and_leaves_others_alone(
    distribution: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    facts = broken / "half_done-0.3.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: half-done\nVersion: 0.3\n")
    (facts / "entry_points.txt").write_text(
        "[tilekeep.sources]\nhalf = half_done:PLUGIN\n[tilekeep.commands]\nhalf = half_done:command\n"
    )
    (broken / "half_done.py").write_text("import a_library_that_is_not_there\n")
    config = tmp_path / "mapproxy.yaml"
    config.write_text((EXAMPLE / "mapproxy.yaml").read_text() + "  half:\n    type: half\n")
    env = environment(distribution, broken)

    others = tilekeep(env, "check", str(EXAMPLE / "mapproxy.yaml"))
    named = tilekeep(env, "check", str(config))
    command = tilekeep(env, "half")

    assert others.returncode == 0
    message = "the plugin 'half' (tilekeep.sources) of half-done 0.3 cannot be used: ModuleNotFoundError"
    errors = [line for line in (named.stdout + named.stderr).splitlines() if " error: " in line]
    assert len(errors) == 1
    assert f"sources.half.type: {message}" in errors[0]
    assert (command.returncode, "of half-done 0.3 cannot be used" in command.stderr) == (1, True)
