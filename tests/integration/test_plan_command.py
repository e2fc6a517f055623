"""``tilekeep plan`` says what becomes of stored tiles; what it says is seen with the tiles themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from werkzeug.test import Client

from tilekeep import make_wsgi_app
from tilekeep.entrypoints.cli.main import main

_OLD = """
services: {tms: }
layers:
  - {name: map, title: Map, sources: [map]}
grids: {own: {base: GLOBAL_WEBMERCATOR, name: own}}
caches:
  map: {grids: [own], sources: [world], cache: {type: file, use_grid_names: true}, meta_size: [1, 1]}
sources: {world: {type: world}}
"""

_STATES = "globals: {tiles: {state_header: true}}\n"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old" / "mapproxy.yaml"
    path.parent.mkdir()
    path.write_text(_OLD)
    return path


def run(old: Path, new: str, *options: str) -> Result:
    """The plan for a new configuration, which lies beside the directory of the old one."""
    path = old.parent.parent / "mapproxy.yaml"
    path.write_text(new)
    return CliRunner().invoke(main, ["plan", str(old), str(path), *options])


def changes(old: Path, new: str) -> list[tuple[str, str, str]]:
    """Cache, grid and fate of all tiles."""
    return [(each["cache"], each["grid"], each["fate"]) for each in json.loads(run(old, new, "--json").stdout)]


CASES = [
    pytest.param([], "kept", 0, id="nothing"),
    pytest.param([("title: Map", "title: Another")], "kept", 0, id="a title"),
    pytest.param([("meta_size: [1, 1]", "meta_size: [2, 2]")], "kept", 0, id="how they are made together"),
    pytest.param([("type: world", "type: world, transparent: true")], "outdated", 0, id="the source"),
    pytest.param([("[1, 1]}", "[1, 1], watermark: {text: ours}}")], "outdated", 0, id="a watermark"),
    pytest.param([("use_grid_names: true", "directory: ./elsewhere")], "re-keyed", 1, id="the directory"),
    pytest.param([("type: file,", "type: file, directory_layout: tms,")], "re-keyed", 1, id="the layout"),
    pytest.param([("type: file,", "type: sqlite,")], "re-keyed", 1, id="the type"),
    pytest.param([("[1, 1]}", "[1, 1], format: image/jpeg}")], "re-keyed", 1, id="the format"),
    pytest.param([("name: own", "name: another")], "re-keyed", 1, id="the name of the grid"),
    pytest.param([("name: own", "name: own, origin: sw")], "misread", 1, id="the origin of the grid"),
    pytest.param([("name: own", "name: own, res_factor: sqrt2")], "misread", 1, id="the levels of the grid"),
    pytest.param([("name: own", "name: own, num_levels: 12")], "kept", 0, id="how many levels there are"),
    pytest.param([("[1, 1]}", "[1, 1], disable_storage: true}")], "orphaned", 1, id="no storage"),
]


@pytest.mark.parametrize(("edits", "fate", "code"), CASES)
def test_what_becomes_of_the_tiles(old: Path, edits: list[tuple[str, str]], fate: str, code: int) -> None:
    new = edited(edits)

    assert changes(old, new) == [("map", "own", fate)]
    assert run(old, new).exit_code == code


@pytest.mark.parametrize(
    ("edits", "fate"),
    [pytest.param(*case.values[:2], id=case.id) for case in CASES if case.values[1] != "misread"],
)
def test_a_tile_that_is_stored_is_found_again_where_the_plan_says_so(
    old: Path, edits: list[tuple[str, str]], fate: str
) -> None:
    path = old.parent.parent / "mapproxy.yaml"
    path.write_text(f"{_OLD}{_STATES}")
    made = Client(make_wsgi_app(str(path))).get("/tiles/map/EPSG3857/2/1/1.png")

    path.write_text(f"{edited(edits)}{_STATES}")
    client = Client(make_wsgi_app(str(path)))
    (again,) = (
        answer
        for suffix in ("png", "jpeg")
        if (answer := client.get(f"/tiles/map/EPSG3857/2/1/1.{suffix}")).status_code == 200
    )

    assert made.headers["X-Tilekeep-Cache"] == "miss"
    assert (again.headers["X-Tilekeep-Cache"] == "hit") == (fate in {"kept", "outdated"})


def test_a_cache_by_another_name_in_the_same_place_is_kept(old: Path) -> None:
    placed = _OLD.replace("use_grid_names: true", "directory: ./tiles")
    old.write_text(placed)

    result = run(
        old, placed.replace("sources: [map]", "sources: [renamed]").replace("  map: {grids", "  renamed: {grids")
    )

    assert (result.exit_code, result.stdout.split()[:3]) == (0, ["kept", "map", "own"])
    assert "by the name 'renamed' now" in result.stdout


def test_caches_that_go_and_come_are_told_apart(old: Path) -> None:
    more = "  more: {grids: [own, GLOBAL_GEODETIC], sources: [world]}\nsources: {"
    new = _OLD.replace("sources: {", more, 1).replace("sources: [map]}", "sources: [more]}")
    without = "\n".join(line for line in new.splitlines() if not line.startswith("  map: "))

    assert changes(old, new) == [
        ("map", "own", "kept"),
        ("more", "own", "new"),
        ("more", "GLOBAL_GEODETIC", "new"),
    ]
    assert changes(old, without)[0] == ("map", "own", "orphaned")


def test_nothing_is_made(old: Path) -> None:
    run(old, _OLD)

    assert {path.name for path in old.parent.parent.rglob("*")} == {"old", "mapproxy.yaml"}


def test_a_configuration_that_cannot_be_obeyed_ends_with_its_problems(old: Path) -> None:
    result = run(old, _OLD.replace("[own]", "[owm]"))

    assert result.exit_code == 2
    assert "owm" in result.stderr


def test_credentials_are_not_shown(old: Path) -> None:
    redis = "{type: redis, host: cache.example, password: secret, username: admin}"
    old.write_text(_OLD.replace("{type: file, use_grid_names: true}", redis))

    result = run(old, old.read_text().replace("secret", "another"))

    assert (result.exit_code, result.stdout.split()[0]) == (0, "kept")
    assert "secret" not in result.output
    assert "another" not in result.output


def edited(edits: list[tuple[str, str]]) -> str:
    text = _OLD
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return text
