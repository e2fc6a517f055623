"""Tiles are marked as stale where data has changed, and made anew when they are wanted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.test import create_environ

import tilekeep
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import encoded
from tests.integration.support.seeding import container_of, seed_and_clean
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.staleness import MARKED_STALE
from tilekeep.domain.tile import NewTile, TileCoord, TileKey

CONFIGURATION = """
services: {{tms: }}
layers: [{{name: web, title: Web, sources: [web]}}, {{name: made, title: Made, sources: [made]}}]
globals:
  cache: {{meta_size: [1, 1], meta_buffer: 0, failure_seconds: 0}}
  grid: {{tile_size: [16, 16]}}
grids: {{utm: {{srs: 'EPSG:25832', bbox: [200000, 5200000, 900000, 6200000], origin: nw, num_levels: 5}}}}
caches:
  web: {{grids: [GLOBAL_WEBMERCATOR], sources: [any], cache: {cache}}}
  made: {{grids: [GLOBAL_WEBMERCATOR, utm], sources: [web], cache: {{type: file, directory_layout: tms}}}}
  other: {{grids: [GLOBAL_WEBMERCATOR], sources: [any], cache: {{type: file, directory_layout: tms}}}}
sources: {{any: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}}}
"""
FILES = "{type: file, directory_layout: tms}"
AWAY = "{type: redis, host: 127.0.0.1, port: 1}"
TASKS = """
seeds:
  a: {caches: [web, made, other], grids: [GLOBAL_WEBMERCATOR], levels: {to: 3}}
  b: {caches: [made], grids: [utm], levels: {to: 3}}
"""


@dataclass
class Place:
    """A configuration whose caches are full."""

    directory: Path
    upstream: UpstreamServer

    @property
    def configuration(self) -> Path:
        return self.directory / "mapproxy.yaml"

    def marked(self, cache: str, grid_key: str = "GLOBAL_WEBMERCATOR") -> set[TileCoord]:
        store = container_of(self.configuration).use_cases.caches().store(cache, grid_key)
        return {key.coord for z in range(4) for key, info in store.list(z) if info.stored_at <= MARKED_STALE}

    def stored(self, cache: str) -> int:
        store = container_of(self.configuration).use_cases.caches().store(cache, "GLOBAL_WEBMERCATOR")
        return sum(1 for z in range(4) for _ in store.list(z))


def draw(request: Received) -> Reply:
    return image_reply(_image((int(request.parameters["width"]), int(request.parameters["height"]))))


@cache
def _image(size: tuple[int, int]) -> bytes:
    return encoded(Image.new("RGB", size, (90, 140, 200)), "PNG")


def full(folder: Path, upstream: UpstreamServer, kind: str = FILES) -> Place:
    (folder / "mapproxy.yaml").write_text(CONFIGURATION.format(url=upstream.url, cache=kind))
    (folder / "seed.yaml").write_text(TASKS)
    caches = container_of(folder / "mapproxy.yaml").use_cases.caches()
    for stored in (stored for stored in caches.stores() if kind != AWAY or stored.tile_set.cache != "web"):
        for z in range(4):
            columns, rows = stored.grid.matrix_size(z)
            keys = [TileKey(TileCoord(z, x, y)) for x in range(columns) for y in range(rows)]
            stored.store.write([NewTile(key, _image((16, 16)), "image/png") for key in keys], time.time())
    return Place(folder, upstream)


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw)
        yield server


def test_a_list_of_tiles_is_marked_at_all_levels_and_in_all_that_is_made_of_it(
    tmp_path: Path, upstream: UpstreamServer
) -> None:
    place = full(tmp_path, upstream)
    (tmp_path / "expired.list").write_text("3/4/2\n")

    told = tilekeep_command(
        "invalidate", "mapproxy.yaml", "--caches", "web", "--tiles", "expired.list", "--json", directory=tmp_path
    )

    expected = {TileCoord(3, 4, 2), TileCoord(2, 2, 1), TileCoord(1, 1, 0), TileCoord(0, 0, 0)}
    assert told.returncode == 0, told.stderr
    assert place.marked("web") == place.marked("made") == expected
    assert place.marked("other") == set()
    assert {coord.z for coord in place.marked("made", "utm")} == {0, 1, 2, 3}
    facts = {(one["cache"], one["grid"]): one for one in json.loads(told.stdout)["caches"]}
    assert facts["web", "GLOBAL_WEBMERCATOR"]["marked"] == 4
    assert facts["made", "utm"]["made_of"] == "web"


@pytest.mark.parametrize(
    "kind",
    [
        FILES,
        "{type: sqlite}",
        "{type: mbtiles}",
        "{type: geopackage}",
        "{type: compact, version: 2}",
        "{type: tiers, tiers: [{type: memory}, {type: mbtiles}]}",
    ],
    ids=["file", "sqlite", "mbtiles", "geopackage", "compact", "tiers"],
)
def test_marked_tiles_are_made_anew_when_they_are_asked_for_without_any_age_limit(
    tmp_path: Path, upstream: UpstreamServer, kind: str
) -> None:
    place = full(tmp_path, upstream, kind)
    tilekeep.invalidate(
        str(place.configuration), caches=["web"], coverages=[{"bbox": [0, 0, 90, 80], "srs": "EPSG:4326"}]
    )
    upstream.forget()
    application = tilekeep.make_wsgi_app(str(place.configuration))

    statuses = [_asked(application, path) for path in ["3/5/2", "3/5/2", "3/1/1"]]

    assert statuses == ["200 OK"] * 3
    assert len(upstream.requests) == 1, "a tile in the box once, one outside never"
    assert place.stored("web") == 1 + 4 + 16 + 64


def test_a_marked_tile_is_shown_while_its_source_fails(tmp_path: Path, upstream: UpstreamServer) -> None:
    place = full(tmp_path, upstream)
    tilekeep.invalidate(str(place.configuration))
    upstream.on("/wms", Reply(500))
    application = tilekeep.make_wsgi_app(str(place.configuration))

    assert _asked(application, "3/5/2") == "200 OK"


def test_seeding_makes_marked_tiles_anew(tmp_path: Path, upstream: UpstreamServer) -> None:
    place = full(tmp_path, upstream)
    tilekeep.invalidate(str(place.configuration), caches=["web"], levels=[2], derived=False)
    upstream.forget()

    seed_and_clean(place.configuration, tmp_path / "seed.yaml")

    assert len(upstream.requests) == 16
    assert place.marked("web") == set()


def test_polygons_limit_what_is_marked_and_levels_do_too(tmp_path: Path, upstream: UpstreamServer) -> None:
    place = full(tmp_path, upstream)
    triangle = {"type": "Polygon", "coordinates": [[[1, 1], [170, 1], [1, 80], [1, 1]]]}
    (tmp_path / "area.geojson").write_text(json.dumps(triangle))

    tilekeep_command(
        "invalidate", "mapproxy.yaml", "--area", "area.geojson", "--levels", "1-2", "--no-derived", directory=tmp_path
    )

    assert place.marked("other") == {
        TileCoord(1, 1, 0),
        *(TileCoord(2, x, y) for x, y in ((2, 0), (2, 1), (3, 1))),
    }


def test_a_dry_run_counts_and_marks_nothing(tmp_path: Path, upstream: UpstreamServer) -> None:
    place = full(tmp_path, upstream)

    told = tilekeep_command("invalidate", "mapproxy.yaml", "--everywhere", "--dry-run", directory=tmp_path)

    assert "web GLOBAL_WEBMERCATOR: 85 tiles would be marked" in told.stdout
    assert place.marked("web") == set()


def test_what_is_marked_already_is_not_marked_again(tmp_path: Path, upstream: UpstreamServer) -> None:
    place = full(tmp_path, upstream)
    tilekeep.invalidate(str(place.configuration), caches=["other"], levels=[1])

    (again,) = tilekeep.invalidate(str(place.configuration), caches=["other"], levels=[1, 2])

    assert [(level.level, level.marked, level.already) for level in again.levels] == [(1, 0, 4), (2, 16, 0)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say where data has changed"),
        (["--everywhere", "--bbox", "0,0,1,1"], "say where data has changed"),
        (["--bbox", "1,1,0,0"], "is not west,south,east,north"),
        (["--everywhere", "--levels", "deep"], "are no levels"),
        (["--everywhere", "--caches", "webb"], "there is no cache 'webb'; is 'web' meant?"),
        (["--bbox", "0,0,1,1", "--srs", "nonsense"], "NONSENSE is not known"),
    ],
)
def test_a_wrong_call_is_refused(tmp_path: Path, upstream: UpstreamServer, arguments: list[str], said: str) -> None:
    (tmp_path / "mapproxy.yaml").write_text(CONFIGURATION.format(url=upstream.url, cache=FILES))

    told = tilekeep_command("invalidate", "mapproxy.yaml", *arguments, directory=tmp_path)

    assert told.returncode == 2
    assert said in told.stderr


def test_where_nothing_has_changed_nothing_is_to_be_done(tmp_path: Path, upstream: UpstreamServer) -> None:
    place = full(tmp_path, upstream)
    (tmp_path / "empty").write_text("")

    told = tilekeep_command("invalidate", "mapproxy.yaml", "--tiles", "empty", directory=tmp_path)
    as_json = tilekeep_command("invalidate", "mapproxy.yaml", "--tiles", "empty", "--json", directory=tmp_path)
    mistaken = tilekeep_command(
        "invalidate", "mapproxy.yaml", "--caches", "webb", "--tiles", "empty", directory=tmp_path
    )

    assert (told.returncode, told.stdout.startswith("nothing was to do")) == (0, True)
    assert (as_json.returncode, json.loads(as_json.stdout)["caches"]) == (0, [])
    assert mistaken.returncode == 2
    assert place.marked("web") == set()
    assert tilekeep.invalidate(str(place.configuration), coverages=[]) == []


def test_a_list_without_tiles_does_not_keep_others_from_being_obeyed(tmp_path: Path, upstream: UpstreamServer) -> None:
    place = full(tmp_path, upstream)
    (tmp_path / "empty").write_text("")
    lists = [{"expire_tiles": str(tmp_path / "empty")}, {"bbox": [1, 1, 2, 2], "srs": "EPSG:4326"}]

    (done,) = tilekeep.invalidate(str(place.configuration), caches=["other"], levels=[2], coverages=lists)

    assert (done.marked, place.marked("other")) == (1, {TileCoord(2, 2, 1)})


def test_a_store_that_refuses_keeps_no_other_from_being_marked(tmp_path: Path, upstream: UpstreamServer) -> None:
    place = full(tmp_path, upstream, AWAY)

    told = tilekeep_command("invalidate", "mapproxy.yaml", "--everywhere", directory=tmp_path)

    assert told.returncode == 1
    assert "ERROR: web GLOBAL_WEBMERCATOR:" in told.stderr
    assert len(place.marked("other")) == 85


def test_python_callers_hear_of_mistakes(tmp_path: Path, upstream: UpstreamServer) -> None:
    place = Place(tmp_path, upstream)
    place.configuration.write_text(CONFIGURATION.format(url=upstream.url, cache=FILES))

    with pytest.raises(ConfigurationError):
        tilekeep.invalidate(str(place.configuration), coverages=[{"bbox": [0, 0, 1, 1]}])
    with pytest.raises(ConfigurationError, match="there is no cache"):
        tilekeep.invalidate(str(place.configuration), caches=["none"])


def _asked(application: object, tile: str) -> str:
    """The status of a tile; rows are counted from the north."""
    z, x, y = map(int, tile.split("/"))
    statuses: list[str] = []
    environ = create_environ(f"/tiles/web/EPSG3857/{z}/{x}/{y}.png")
    for _ in application(environ, lambda status, headers: statuses.append(status)):  # type: ignore[operator]
        pass
    return statuses[-1]
