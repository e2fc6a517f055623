"""``tilekeep serve DIRECTORY``: many configurations behind one address, from the command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.services.process import HOST, Server, free_port
from tests.integration.support.answers import ask

_SERVE = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "serve"]

_CONFIG = """
services: {{tms: , wmts: }}
layers: [{{name: {layer}, title: A layer, sources: [cache]}}]
caches: {{cache: {{grids: [GLOBAL_WEBMERCATOR], sources: [world], disable_storage: true}}}}
sources: {{world: {{type: world}}}}
"""


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    (tmp_path / "north.yaml").write_text(_CONFIG.format(layer="ice"))
    (tmp_path / "south.yaml").write_text(_CONFIG.format(layer="sand"))
    (tmp_path / "broken.yaml").write_text("services: {tsm: }")
    return tmp_path


@pytest.fixture
def serve(running: Callable[[Server], Server], maps: Path) -> Callable[..., Server]:
    def start(*options: str) -> Server:
        port = free_port()
        return running(Server([*_SERVE, str(maps), "--bind", f"{HOST}:{port}", "--workers", "1", *options], maps, port))

    return start


def test_each_configuration_answers_below_its_name(serve: Callable[..., Server]) -> None:
    server = serve("--list")

    statuses = [
        ask(f"{server.url}{path}").status
        for path in (
            "/north/tiles/ice/EPSG3857/1/0/0.png",
            "/south/tiles/sand/EPSG3857/1/0/0.png",
            "/south/tiles/ice/EPSG3857/1/0/0.png",
            "/broken/tms",
            "/west/tms",
        )
    ]
    listed = ask(f"{server.url}/").body

    assert statuses == [200, 200, 404, 500, 404]
    assert all(b"/%s/" % name in listed for name in (b"broken", b"north", b"south"))


def test_a_configuration_that_changes_is_read_again(serve: Callable[..., Server], maps: Path) -> None:
    server = serve()
    assert ask(f"{server.url}/north/tiles/ice/EPSG3857/1/0/0.png").status == 200

    (maps / "north.yaml").write_text(_CONFIG.format(layer="glacier"))

    assert ask(f"{server.url}/north/tiles/glacier/EPSG3857/1/0/0.png").status == 200
    assert b"north" not in ask(f"{server.url}/").body


def test_addresses_of_proxies_count_only_where_they_are_trusted(serve: Callable[..., Server]) -> None:
    server = serve("--trusted-proxy", "192.0.2.0/24", "--trusted-proxy", "unix")

    document = ask(f"{server.url}/north/tms/1.0.0", {"X-Forwarded-Host": "evil.example"}).body

    assert b"evil.example" not in document
    assert server.url.encode() in document


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["north.yaml", "--list"], "are for directories"),
        (["north.yaml", "--trusted-proxy", "unix"], "globals.http.trusted_proxies"),
        ([".", "--trusted-proxy", "a proxy"], "name an address, a network or unix"),
        (["nowhere"], "does not exist"),
    ],
)
def test_options_that_mean_nothing_are_refused(maps: Path, arguments: list[str], said: str) -> None:
    ended = subprocess.run([*_SERVE, *arguments], cwd=maps, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert said in ended.stderr
