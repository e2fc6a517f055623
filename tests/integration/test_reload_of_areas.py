"""A changed area file is a change of the configuration: it is noticed, and nothing keeps the area of before."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from textwrap import dedent

import pytest
from PIL import Image
from werkzeug.test import Client

from tilekeep import make_wsgi_app
from tilekeep.config.checked_container import checked_container
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.tile import TileCoord, TileKey

CONFIG = """
    services: {tms: {use_grid_names: true}}
    layers:
      - {name: limited, title: Limited at the source, sources: [limited]}
      - {name: above, title: A cache above, sources: [above]}
      - {name: cut, title: Limited at the cache, sources: [cut]}
      - {name: expired, title: Expired, sources: [expired]}
      - {name: plain, title: Plain, sources: [plain]}
    caches:
      limited: {grids: [GLOBAL_WEBMERCATOR], sources: [west], disable_storage: true, image: {transparent: true}}
      above: {grids: [GLOBAL_WEBMERCATOR], sources: [limited], disable_storage: true, image: {transparent: true}}
      cut:
        grids: [GLOBAL_WEBMERCATOR]
        sources: [world]
        image: {transparent: true}
        cache: {type: file, coverage: {union: [{datasource: area.geojson, srs: 'EPSG:4326'}], clip: true}}
      expired: {grids: [GLOBAL_WEBMERCATOR], sources: [listed], disable_storage: true}
      plain: {grids: [GLOBAL_WEBMERCATOR], sources: [world], disable_storage: true}
    sources:
      world: {type: world}
      west: {type: world, coverage: {datasource: area.geojson, srs: 'EPSG:4326', clip: true}}
      listed: {type: world, coverage: {expire_tiles: lists}}
"""

WEST = (-170, -80, -10, 80)
EAST = (10, -80, 170, 80)

#: A quarter of the world: TMS has no level for the whole.
SOUTH_WEST = "/tms/1.0.0/limited/GLOBAL_WEBMERCATOR/0/0/0.png"

LEFT, RIGHT = (64, 128), (192, 128)


def write_area(folder: Path, box: tuple[int, int, int, int]) -> None:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    path = folder / "area.geojson"
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    os.utime(path, ns=(before + 10**9, before + 10**9))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "mapproxy.yaml"
    path.write_text(dedent(CONFIG))
    write_area(tmp_path, WEST)
    (tmp_path / "lists" / "today").mkdir(parents=True)
    (tmp_path / "lists" / "today" / "a.list").write_text("1/0/0\n")
    return path


def container_of(config: Path, before: TilekeepContainer | None = None) -> TilekeepContainer:
    nodes = None if before is None else before.use_cases.caches().kept
    return checked_container(load_settings(str(config), variables={}), nodes)


def shown(image: bytes) -> tuple[bool, bool]:
    """Whether there is something in the west, and in the east."""
    pixels = Image.open(io.BytesIO(image)).convert("RGBA").getchannel("A")
    return pixels.getpixel(LEFT) != 0, pixels.getpixel(RIGHT) != 0


def tile(container: TilekeepContainer, layer: str) -> tuple[bool, bool]:
    tiles = container.use_cases.catalogue().tile_layer(layer, "GLOBAL_WEBMERCATOR").get_tile
    answer = tiles(TileKey(TileCoord(0, 0, 0)), Purpose.SERVE, NO_DEADLINE)
    assert answer.tile is not None
    assert isinstance(answer.tile.body, bytes)
    return shown(answer.tile.body)


@pytest.mark.parametrize("layer", ["limited", "above", "cut"])
def test_the_tiles_of_the_next_container_have_the_new_area(config: Path, layer: str) -> None:
    before = container_of(config)
    assert tile(before, layer) == (True, False)

    write_area(config.parent, EAST)

    assert tile(container_of(config, before), layer) == (False, True)


def test_an_area_that_changed_after_it_was_read_is_new_to_the_next_container(config: Path) -> None:
    before = container_of(config)
    write_area(config.parent, EAST)
    assert tile(before, "limited") == (True, False)

    assert tile(container_of(config, before), "limited") == (False, True)


def test_what_does_not_depend_on_a_changed_area_is_kept(config: Path) -> None:
    before = container_of(config)
    nodes = {name: before.use_cases.caches().node((name, "GLOBAL_WEBMERCATOR")) for name in ("plain", "expired", "cut")}

    write_area(config.parent, EAST)

    after = container_of(config, before)
    kept = {name for name, node in nodes.items() if after.use_cases.caches().node((name, "GLOBAL_WEBMERCATOR")) is node}
    assert kept == {"plain", "expired"}


def test_another_file_in_a_directory_of_lists_makes_the_cache_anew(config: Path) -> None:
    before = container_of(config)
    node = before.use_cases.caches().node(("expired", "GLOBAL_WEBMERCATOR"))

    (config.parent / "lists" / "today" / "b.list").write_text("1/1/1\n")

    assert container_of(config, before).use_cases.caches().node(("expired", "GLOBAL_WEBMERCATOR")) is not node


def test_a_reloading_application_shows_a_changed_area_from_the_next_request_on(config: Path) -> None:
    client = Client(make_wsgi_app(str(config), reloader=True))
    assert shown(client.get(SOUTH_WEST).data) == (True, True)

    write_area(config.parent, EAST)

    assert shown(client.get(SOUTH_WEST).data) == (False, False)


def test_a_broken_area_keeps_the_application_of_before(config: Path) -> None:
    client = Client(make_wsgi_app(str(config), reloader=True))

    (config.parent / "area.geojson").write_text("nothing")

    assert shown(client.get(SOUTH_WEST).data) == (True, True)
