"""What is to be seeded may be said on the command line: areas, lists of tiles, logs of web servers."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

import tilekeep
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import encoded
from tests.integration.support.seeding import container_of
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.tile import TileCoord

CONFIGURATION = """
services: {{tms: , wmts: {{restful: true, kvp: true}}, wms: }}
layers:
  - {{name: web, title: Web, sources: [web]}}
  - {{name: dated, title: Dated, sources: [dated], dimensions: {{time: {{values: ['2024', '2025'], default: '2025'}}}}}}
globals:
  cache: {{meta_size: [2, 2], meta_buffer: 0, failure_seconds: 0}}
caches:
  web: {{grids: [GLOBAL_WEBMERCATOR], sources: [any], cache: {{type: file, directory_layout: tms}}}}
  dated: {{grids: [GLOBAL_WEBMERCATOR], sources: [any], cache: {{type: file, directory_layout: tms}}}}
sources: {{any: {{type: wms, forward_req_params: [time], req: {{url: "{url}/wms", layers: all}}}}}}
"""
LINE = '192.0.2.7 - - [10/Oct/2025:13:55:36 +0000] "GET {} HTTP/1.1" {} 2326 "-" "Mozilla/5.0"\n'


@dataclass
class Place:
    """A directory with a configuration, and the server that is asked."""

    directory: Path
    upstream: UpstreamServer

    @property
    def configuration(self) -> str:
        return str(self.directory / "mapproxy.yaml")

    def stored(self, cache: str = "web") -> set[TileCoord]:
        store = container_of(self.directory / "mapproxy.yaml").use_cases.caches().store(cache, "GLOBAL_WEBMERCATOR")
        return {key.coord for z in range(20) for key, _ in store.list(z)}


def draw(request: Received) -> Reply:
    return image_reply(_image((int(request.parameters["width"]), int(request.parameters["height"]))))


@cache
def _image(size: tuple[int, int]) -> bytes:
    return encoded(Image.new("RGB", size, (90, 140, 200)), "PNG")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw)
        (tmp_path / "mapproxy.yaml").write_text(CONFIGURATION.format(url=upstream.url))
        yield Place(tmp_path, upstream)


def block(z: int, x: int, y: int) -> set[TileCoord]:
    """The tiles of the block that begins with a tile."""
    return {TileCoord(z, x + dx, y + dy) for dx in range(2) for dy in range(2)}


def test_the_tiles_of_a_list_are_seeded_at_the_levels_that_are_named(place: Place) -> None:
    (place.directory / "expired.list").write_text("12/2200/1343\n12/2201/1343\n12/2200/1343\n")

    ran = tilekeep_command(
        *["seed", "-f", "mapproxy.yaml", "--caches", "web", "--tiles", "expired.list", "--levels", "11-12"],
        directory=place.directory,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert place.stored() == block(12, 2200, 1342) | block(11, 1100, 670)
    assert len(place.upstream.requests) == 2


def test_polygons_of_geojson_are_seeded_without_gdal(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyogrio", None)
    triangle = {"type": "Polygon", "coordinates": [[[1, 1], [170, 1], [1, 80], [1, 1]]]}
    (place.directory / "area.geojson").write_text(json.dumps({"type": "Feature", "geometry": triangle}))
    coverage = {"datasource": str(place.directory / "area.geojson"), "srs": "EPSG:4326"}

    tilekeep.seed(place.configuration, caches=["web"], coverages=[coverage], levels=[3], concurrency=1)

    assert place.stored() == block(3, 4, 0) | block(3, 4, 2) | block(3, 6, 2)


def test_areas_and_levels_take_the_place_of_those_of_a_file(place: Place) -> None:
    (place.directory / "seed.yaml").write_text(
        "seeds: {s: {caches: [web], levels: [9], coverages: [far]}}\n"
        "coverages: {far: {bbox: [100, 10, 110, 20], srs: 'EPSG:4326'}}\n"
    )
    box = {"bbox": [-170, 10, -160, 20], "srs": "EPSG:4326"}

    tilekeep.seed(place.configuration, str(place.directory / "seed.yaml"), coverages=[box], levels=[2], concurrency=1)

    assert place.stored() == block(2, 0, 0)


WMS_TILE = (
    "/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=web&STYLES=&SRS=EPSG:3857&TILED=true&FORMAT=image/png"
    "&WIDTH=256&HEIGHT=256&BBOX=0,0,10018754.17139462,10018754.17139462"
)


@pytest.mark.parametrize(
    ("address", "tiles"),
    [
        pytest.param("/tiles/web/EPSG3857/5/10/12.png", block(5, 10, 12), id="tiles"),
        pytest.param("/tms/1.0.0/web/EPSG3857/4/10/12.png", block(5, 10, 18), id="tms"),
        pytest.param("/wmts/web/GLOBAL_WEBMERCATOR/5/10/12.png", block(5, 10, 12), id="wmts"),
        pytest.param(
            "/service?service=WMTS&request=GetTile&version=1.0.0&layer=web&style=&tilematrixset=GLOBAL_WEBMERCATOR"
            "&tilematrix=05&tilerow=12&tilecol=10&format=image%2Fpng",
            block(5, 10, 12),
            id="wmts-by-parameters",
        ),
        pytest.param(WMS_TILE, block(2, 2, 0), id="wms-tiled"),
        pytest.param(
            "https://maps.example/maps/tiles/web/EPSG3857/5/10/12.png?v=3", block(5, 10, 12), id="behind-proxy"
        ),
    ],
)
def test_tiles_of_every_service_are_found_in_logs(place: Place, address: str, tiles: set[TileCoord]) -> None:
    (place.directory / "access.log").write_text(LINE.format(address, 200))

    tilekeep.seed(place.configuration, access_logs=[str(place.directory / "access.log")], concurrency=1)

    assert place.stored() == tiles


def test_each_block_that_people_asked_for_is_made_once_and_nothing_else(place: Place) -> None:
    lines = [LINE.format(f"/tiles/web/EPSG3857/6/{10 + x}/20.png", 200) for x in (0, 1, 1, 0, 7)]
    lines += [LINE.format("/tiles/web/EPSG3857/6/40/40.png", 404), LINE.format("/favicon.ico", 200), "nonsense\n"]
    lines += [LINE.format("/tiles/web/EPSG3857/2/0/0.png", 304), LINE.format("/tiles/none/EPSG3857/2/0/0.png", 200)]
    with gzip.open(place.directory / "access.log.gz", "wt") as log:
        log.writelines(lines)

    ran = tilekeep_command("seed", "-f", "mapproxy.yaml", "--access-log", "access.log.gz", directory=place.directory)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "access log: 10 lines, of which 6 ask for tiles" in ran.stdout
    assert place.stored() == block(6, 10, 20) | block(6, 16, 20) | block(2, 0, 0)
    assert len(place.upstream.requests) == 3


def test_dimensions_and_levels_of_logged_tiles_are_kept_apart(place: Place) -> None:
    log = place.directory / "access.log"
    log.write_text(
        "/wmts/dated/2024/GLOBAL_WEBMERCATOR/1/0/0.png\n"
        + LINE.format("/tiles/dated/EPSG3857/3/0/0.png", 200)
        + LINE.format("/tiles/dated/EPSG3857/4/0/0.png", 200)
    )

    tilekeep.seed(place.configuration, access_logs=[str(log)], levels=[3], concurrency=1)

    assert place.stored("dated") == block(3, 0, 0)
    assert {request.parameters["time"] for request in place.upstream.requests} == {"2025"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--caches", "web", "--access-log", "access.log"], 2, "use one of them"),
        (["--access-log", "access.log", "--bbox", "0,0,1,1"], 2, "areas have no effect"),
        (["--caches", "webb"], 2, "cache 'webb' does not exist"),
        (["--caches", "web", "--tiles", "missing"], 2, "missing"),
        ([], 1, "Usage"),
    ],
)
def test_a_wrong_call_is_refused(place: Place, arguments: list[str], code: int, said: str) -> None:
    (place.directory / "access.log").write_text("")

    ran = tilekeep_command("seed", "-f", "mapproxy.yaml", *arguments, directory=place.directory)

    assert (ran.returncode, place.upstream.requests) == (code, [])
    assert said in ran.stdout + ran.stderr


def test_a_list_without_tiles_is_a_task_without_area(place: Place) -> None:
    (place.directory / "expired.list").write_text("")

    ran = tilekeep_command(
        "seed", "-f", "mapproxy.yaml", "--caches", "web", "--tiles", "expired.list", directory=place.directory
    )

    assert ran.returncode == 0
    assert "Empty coverage given for this task" in ran.stdout


def test_python_callers_hear_of_a_log_that_cannot_be_read(place: Place) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        tilekeep.seed(place.configuration, access_logs=[str(place.directory / "none.log")])
