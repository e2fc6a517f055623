"""GDAL finds out where maps in TIFF lie, in every version of WMS and several SRS, whatever the order of the axes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client

from tests.integration.maps.grids import Box
from tilekeep import make_wsgi_app

pytestmark = pytest.mark.service("gdalinfo")

CONFIG = """
    services:
      wms:
        srs: ['EPSG:4326', 'CRS:84', 'EPSG:3857', 'EPSG:900913', 'EPSG:25832', 'EPSG:31467', 'EPSG:2154']
        image_formats: [image/png, image/GeoTIFF, image/tiff]
    layers: [{name: world, title: World, sources: [world]}]
    caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn]}}
    sources: {drawn: {type: world}}
"""

# The SRS, a box in x/y order, the number by which GDAL knows the SRS.
PLACES: list[tuple[str, Box, int]] = [
    ("EPSG:4326", (5.0, 45.0, 15.0, 55.0), 4326),
    ("EPSG:3857", (556597.0, 5621521.0, 1669792.0, 7361866.0), 3857),
    ("EPSG:900913", (556597.0, 5621521.0, 1669792.0, 7361866.0), 3857),
    ("EPSG:25832", (300000.0, 5100000.0, 900000.0, 6000000.0), 25832),
    ("EPSG:31467", (3300000.0, 5300000.0, 3900000.0, 6000000.0), 31467),
    ("EPSG:2154", (300000.0, 6200000.0, 1000000.0, 7000000.0), 2154),
]
NORTH_FIRST = {"EPSG:4326", "EPSG:31467"}
SIZE = (120, 90)

FORMATS = [
    (version, media_type)
    for version in ("1.0.0", "1.1.0", "1.1.1", "1.3.0")
    for media_type in (("GEOTIFF", "TIFF") if version == "1.0.0" else ("image/GeoTIFF", "image/tiff"))
]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Client:
    path = tmp_path_factory.mktemp("geotiff") / "mapproxy.yaml"
    path.write_text(dedent(CONFIG))
    return Client(make_wsgi_app(str(path)))


def get_map(version: str, srs: str, box: Box, media_type: str) -> str:
    is_latest = version == "1.3.0"
    written = (box[1], box[0], box[3], box[2]) if is_latest and srs in NORTH_FIRST else box
    given = {
        "service": "WMS",
        "request": "map" if version == "1.0.0" else "GetMap",
        "wmtver" if version == "1.0.0" else "version": version,
        "layers": "world",
        "styles": "",
        "crs" if is_latest else "srs": srs,
        "bbox": ",".join(map(repr, written)),
        "width": str(SIZE[0]),
        "height": str(SIZE[1]),
        "format": media_type,
    }
    return "/service?" + urlencode(given)


def described(body: bytes, gdalinfo: Path, directory: Path) -> dict[str, Any]:
    path = directory / "map.tif"
    path.write_bytes(body)
    answer: dict[str, Any] = json.loads(
        subprocess.run([gdalinfo, "-json", path], capture_output=True, check=True).stdout
    )
    return answer


@pytest.mark.parametrize(("srs", "box", "number"), PLACES, ids=[place[0] for place in PLACES])
@pytest.mark.parametrize(("version", "media_type"), FORMATS)
def test_gdal_finds_reference_system_and_corners(
    web: Client,
    require_program: Callable[[str], Path],
    tmp_path: Path,
    version: str,
    media_type: str,
    srs: str,
    box: Box,
    number: int,
) -> None:
    answer = web.get(get_map(version, srs, box, media_type))

    assert answer.status_code == 200, answer.text
    assert answer.content_type in {"image/GeoTIFF", "image/tiff"}
    info = described(answer.data, require_program("gdalinfo"), tmp_path)
    assert f'ID["EPSG",{number}]' in info["coordinateSystem"]["wkt"].rsplit("\n", 1)[-1]
    left, bottom, right, top = box
    assert info["cornerCoordinates"]["upperLeft"] == pytest.approx([left, top])
    assert info["cornerCoordinates"]["lowerRight"] == pytest.approx([right, bottom])
    assert tuple(info["size"]) == SIZE


def test_places_on_the_map_are_where_they_are(
    web: Client, require_program: Callable[[str], Path], tmp_path: Path
) -> None:
    """The same place has the same colour in each map: in Corsica, and in the sea beside it."""
    colors = set()
    for srs, box, _ in PLACES[:4]:
        body = web.get(get_map("1.3.0", srs, _around_corsica(srs, box), "image/tiff")).data
        path = tmp_path / "map.tif"
        path.write_bytes(body)
        colors.add(tuple(_color_at(require_program("gdallocationinfo"), path, place) for place in (LAND, SEA)))

    assert len(colors) == 1
    land, sea = colors.pop()
    assert land != sea


#: Longitude and latitude.
LAND, SEA = ("9.1", "42.2"), ("7.5", "42.2")


def _around_corsica(srs: str, box: Box) -> Box:
    return {
        "EPSG:4326": (6.0, 41.0, 11.0, 44.0),
        "EPSG:25832": (250000.0, 4540000.0, 660000.0, 4880000.0),
    }.get(srs, (667916.0, 5011000.0, 1224514.0, 5465000.0))


def _color_at(gdallocationinfo: Path, path: Path, place: tuple[str, str]) -> str:
    command = [gdallocationinfo, "-valonly", "-wgs84", path, *place]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout
