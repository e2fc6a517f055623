"""``tilekeep util serve-multiapp-develop`` serves and lists the configurations of a directory."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.services.process import HOST, Server, free_port
from tests.integration.support.answers import ask
from tests.integration.support.command_line import tilekeep_command

CONFIG = """\
services: {tms: {use_grid_names: true, origin: nw}}
layers: [{name: world, title: World, sources: [world]}]
caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [world]}}
sources: {world: {type: world}}
"""


def test_each_configuration_is_served_below_its_name_and_listed(
    tmp_path: Path, running: Callable[[Server], Server]
) -> None:
    (tmp_path / "projects").mkdir()
    for name in ("one", "two"):
        (tmp_path / f"projects/{name}.yaml").write_text(CONFIG)
    port = free_port()
    module = [sys.executable, "-m", "tilekeep.entrypoints.cli.main"]
    command = [*module, "util", "serve-multiapp-develop", "-b", f"{HOST}:{port}", "projects"]
    server = running(Server(command, tmp_path, port))

    listing = ask(f"{server.url}/")
    tiles = [ask(f"{server.url}/{name}/tiles/world/GLOBAL_WEBMERCATOR/0/0/0.png") for name in ("one", "two")]

    assert listing.status == 200
    assert b"one" in listing.body
    assert b"two" in listing.body
    assert [tile.status for tile in tiles] == [200, 200]


def test_without_a_directory_there_is_help_with_the_code_of_mapproxy_util(tmp_path: Path) -> None:
    done = tilekeep_command("util", "serve-multiapp-develop", directory=tmp_path)

    assert done.returncode == mapproxy_util("serve-multiapp-develop", directory=tmp_path).returncode == 1
    assert "ERROR: MapProxy projects directory required." in done.stdout
