"""``tilekeep util serve-develop`` beside ``mapproxy-util serve-develop``."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.services.process import HOST, Server, free_port
from tests.integration.support.answers import ask
from tests.integration.support.command_line import tilekeep_command

CONFIG = """\
services: {tms: {use_grid_names: true, origin: nw}}
layers: [{name: NAME, title: World, sources: [world]}]
caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [world]}}
sources: {world: {type: world}}
"""


def started(running: Callable[[Server], Server], directory: Path, *options: str) -> Server:
    port = free_port()
    command = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "util", "serve-develop", "-b", f"{HOST}:{port}"]
    return running(Server([*command, *options, "mapproxy.yaml"], directory, port))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG.replace("NAME", "world"))
    return tmp_path


def test_tiles_are_served_and_a_changed_configuration_is_used_at_once(
    directory: Path, running: Callable[[Server], Server]
) -> None:
    server = started(running, directory)

    before = ask(f"{server.url}/tiles/world/GLOBAL_WEBMERCATOR/0/0/0.png")
    (directory / "mapproxy.yaml").write_text(CONFIG.replace("NAME", "another"))
    after = ask(f"{server.url}/tiles/another/GLOBAL_WEBMERCATOR/0/0/0.png")
    (directory / "mapproxy.yaml").write_text("services: [")
    broken = ask(f"{server.url}/tiles/another/GLOBAL_WEBMERCATOR/0/0/0.png")

    assert (before.status, after.status, broken.status) == (200, 200, 200)
    log = server.log
    assert f"Running on {server.url}/ (Press CTRL+C to quit)" in log
    assert re.search(r'\[info\] 127\.0\.0\.1 - - \[.+\] "GET /tiles/world/\S+ HTTP/1\.1" 200 -', log)


def test_errors_are_shown_in_the_browser_while_debugging(directory: Path, running: Callable[[Server], Server]) -> None:
    server = started(running, directory, "--debug")

    answer = ask(f"{server.url}/tiles/world/GLOBAL_WEBMERCATOR/0/0/0.png")

    assert answer.status == 200
    assert ask(f"{server.url}/?__debugger__=yes&cmd=resource&f=style.css").media_type == "text/css"


def test_a_file_says_how_is_logged(directory: Path, running: Callable[[Server], Server]) -> None:
    tilekeep_command("util", "create", "-t", "log-ini", "log.ini", directory=directory)

    server = started(running, directory, "--log-config", "log.ini")

    assert ask(f"{server.url}/tiles/world/GLOBAL_WEBMERCATOR/0/0/0.png").status == 200
    assert (directory / "tilekeep.log").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param([], 1, id="no configuration"),
        pytest.param(["nosuch.yaml"], 1, id="no such file"),
        pytest.param(["broken.yaml"], 2, id="broken configuration"),
        pytest.param(["--nosuch"], 2, id="unknown option"),
    ],
)
def test_what_cannot_be_served_ends_with_the_code_of_mapproxy_util(
    arguments: list[str], code: int, tmp_path: Path
) -> None:
    (tmp_path / "broken.yaml").write_text("services: [")

    ours = tilekeep_command("util", "serve-develop", *arguments, directory=tmp_path)

    assert ours.returncode == mapproxy_util("serve-develop", *arguments, directory=tmp_path).returncode == code


def test_debugging_where_others_can_reach_it_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("services: [")

    done = tilekeep_command("util", "serve-develop", "--debug", "-b", ":8080", "broken.yaml", directory=tmp_path)

    assert "WARNING" in done.stdout
    assert "can run code" in done.stdout
