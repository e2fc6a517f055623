"""Caches in memory and in tiers, as they are served, seeded with tiles by others, and scrubbed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers
from PIL import Image
from werkzeug.test import create_environ

from tests.fakes.clock import FakeClock
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer
from tilekeep import make_wsgi_app
from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.tile import NewTile, TileCoord, TileKey
from tilekeep.ports.tile_store import TileStore

CONFIG = """
services: {{tms: }}
globals: {{cache: {{meta_size: [1, 1], meta_buffer: 0}}}}
layers: [{{name: a, title: A, sources: [a]}}]
caches: {{a: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], cache: {{{cache}}}}}}}
sources: {{wms: {{type: wms, req: {{url: '{url}/wms', layers: a}}}}}}
"""
TIERS = """
      type: tiers,
      tiers: [{type: memory, max_age: 30s}, {type: sqlite, directory: fast}, {type: file, directory: slow}]
"""
PATH = "/tms/1.0.0/a/EPSG3857/3/5/2.png"
LEVEL = 4  # TMS counts from the level that has more than one tile
KEY = TileKey(TileCoord(3, 5, 2))


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


@pytest.fixture
def configured(tmp_path: Path, upstream: UpstreamServer) -> Callable[[str], Path]:
    def write(cache: str) -> Path:
        path = tmp_path / "mapproxy.yaml"
        path.write_text(CONFIG.format(cache=cache, url=upstream.url))
        return path

    return write


def get(app: Any, path: str = PATH) -> tuple[str, bytes]:
    status: list[str] = []
    body = b"".join(app(create_environ(path), lambda code, headers: status.append(code)))
    return status[0], body


def picture(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (256, 256), color).save(out, "PNG")
    return out.getvalue()


def stores(config: Path) -> list[TileStore]:
    return [
        stored.store
        for stored in checked_container(load_settings(str(config), variables={})).use_cases.caches().stores()
    ]


def test_a_tile_in_memory_is_fetched_once(configured: Callable[[str], Path], upstream: UpstreamServer) -> None:
    app = make_wsgi_app(str(configured("type: memory")))

    first, second = get(app), get(app)

    assert first == second
    assert first[0] == "200 OK"
    assert len(upstream.requests) == 1


def test_a_served_tile_lies_in_all_tiers_and_comes_from_the_first(
    configured: Callable[[str], Path], upstream: UpstreamServer
) -> None:
    config = configured(TIERS)
    app = make_wsgi_app(str(config))
    status, body = get(app)
    get(app)
    on_disk = stores(config)
    held = [store.read_many([key for key, _ in store.list(LEVEL)]) for store in on_disk]

    for store in on_disk:
        store.remove_level(LEVEL)
    again = get(app)

    assert [[tile.body for tile in tiles.values()] for tiles in held] == [[body], [body]]
    assert again == (status, body)
    assert len(upstream.requests) == 1


def test_tiles_that_others_store_or_refresh_in_the_last_tier_are_served(
    configured: Callable[[str], Path], upstream: UpstreamServer
) -> None:
    config = configured(TIERS)
    clock = FakeClock()
    container = checked_container(load_settings(str(config), variables={}))
    with container.adapters.clock.override(providers.Object(clock)):
        node = container.use_cases.caches().node(("a", "GLOBAL_WEBMERCATOR"))
    _, slow = stores(config)
    slow.write([NewTile(KEY, picture("red"), "image/png")], clock.now())

    before = node.tiles(KEY, Purpose.SERVE, NO_DEADLINE).tile
    slow.write([NewTile(KEY, picture("blue"), "image/png")], clock.now() + 5)
    clock.advance(31)
    after = node.tiles(KEY, Purpose.SERVE, NO_DEADLINE).tile

    assert [tile and tile.body for tile in (before, after)] == [picture("red"), picture("blue")]
    assert upstream.requests == []


def test_scrub_looks_into_each_tier_by_itself(configured: Callable[[str], Path], tmp_path: Path) -> None:
    config = configured(TIERS)
    fast, slow = stores(config)
    fast.write([NewTile(KEY, picture("red"), "image/png")], 1000.0)
    slow.write([NewTile(KEY, picture("red")[:100], "image/png")], 1000.0)

    done = tilekeep_command("scrub", str(config), "--fix", directory=tmp_path)

    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if "bad" in line] == [
        "a GLOBAL_WEBMERCATOR: 1 tiles, 0 bad, 0 removed",
        "a GLOBAL_WEBMERCATOR: 1 tiles, 1 bad, 1 removed",
    ]


def test_scrub_has_nothing_to_look_at_in_memory(configured: Callable[[str], Path], tmp_path: Path) -> None:
    done = tilekeep_command("scrub", str(configured("type: memory")), directory=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
