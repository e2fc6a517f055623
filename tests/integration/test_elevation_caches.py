"""Elevations in 16 bits from the upstream through caches to clients: every value arrives as it was."""

from __future__ import annotations

import io
import json
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.test import Client, TestResponse

from tests.contract.pictures import bytes_of
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

HALF = 20037508.342789244

CONFIG = """
services:
  wmts:
  wms: {{srs: ['EPSG:3857', 'EPSG:4326'], image_formats: [image/png, image/tiff, image/jpeg]}}
layers:
  - {{name: png, title: PNG, sources: [png]}}
  - {{name: single, title: Tile by tile, sources: [single]}}
  - {{name: tiff, title: TIFF, sources: [tiff]}}
  - {{name: geotiff, title: GeoTIFF, sources: [geotiff]}}
  - {{name: other, title: In another grid, sources: [other]}}
  - {{name: partly, title: In a part of the world, sources: [partly]}}
  - {{name: pair, title: One over the other, sources: [pair]}}
grids:
  large: {{base: GLOBAL_WEBMERCATOR, tile_size: [512, 512]}}
caches:
  png: {{grids: [GLOBAL_WEBMERCATOR], sources: [dem], image: {{mode: I, resampling_method: nearest}}}}
  single: {{grids: [GLOBAL_WEBMERCATOR], sources: [dem], meta_size: [1, 1], meta_buffer: 0}}
  tiff: {{grids: [GLOBAL_WEBMERCATOR], sources: [dem], format: image/tiff, image: {{mode: I}}}}
  geotiff:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [dem]
    format: image/geotiff
    request_format: image/tiff
    image: {{mode: I}}
  other: {{grids: [large], sources: [png], image: {{mode: I, resampling_method: nearest}}}}
  partly: {{grids: [GLOBAL_WEBMERCATOR], sources: [east], image: {{mode: I}}}}
  pair: {{grids: [GLOBAL_WEBMERCATOR], sources: [dem, east], image: {{mode: I}}}}
sources:
  dem: {{type: wms, req: {{url: "{url}/dem", layers: a}}}}
  east:
    type: wms
    req: {{url: "{url}/higher", layers: a}}
    coverage: {{bbox: [0, -20037508.4, 20037508.4, 20037508.4], srs: 'EPSG:3857'}}
"""

#: Pixels of the whole world at the level that is looked at.
LEVEL, WORLD = 3, 256 << 3


def value_at(column: int, row: int, plus: int = 0) -> int:
    """The elevation of a pixel of the world at the level that is looked at; 0 outside of it."""
    if not (0 <= column < WORLD and 0 <= row < WORLD):
        return 0
    return 1000 + (column * 31 + row * 17) % 60_000 + plus


def _drawn(request: Received, plus: int = 0) -> Reply:
    """The pixels in the box, which are those of the level."""
    parameters = request.parameters
    width, height = int(parameters["width"]), int(parameters["height"])
    left, _, _, top = map(float, parameters["bbox"].split(","))
    column, row = (round((edge + HALF) / (2 * HALF) * WORLD) for edge in (left, -top))
    values = [value_at(column + x, row + y, plus) for y in range(height) for x in range(width)]
    image = Image.frombytes("I;16", (width, height), struct.pack(f"<{len(values)}H", *values))
    kind = parameters["format"].partition("/")[2]
    return Reply(body=bytes_of(image, kind.upper()), headers={"Content-Type": f"image/{kind}"})


@pytest.fixture
def client(tmp_path: Path) -> Client:
    with UpstreamServer() as upstream:
        upstream.on("/dem", _drawn)
        upstream.on("/higher", lambda request: _drawn(request, plus=2000))
        config = tmp_path / "mapproxy.yaml"
        config.write_text(CONFIG.format(url=upstream.url))
        yield Client(make_wsgi_app(str(config)))


def opened(answer: TestResponse) -> Image.Image:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    image = Image.open(io.BytesIO(answer.data))
    image.load()
    return image


def assert_values(image: Image.Image, column: int, row: int, plus: int = 0) -> None:
    """Whether ``image`` shows the pixels from this one on."""
    found = image.convert("I")
    for y in range(0, image.height, 5):
        for x in range(0, image.width, 3):
            assert found.getpixel((x, y)) == value_at(column + x, row + y, plus), (x, y)


@pytest.mark.parametrize("layer", ["png", "single"])
def test_tiles_have_the_values_of_the_source(client: Client, layer: str) -> None:
    for _ in ("made", "stored"):
        image = opened(client.get(f"/wmts/{layer}/GLOBAL_WEBMERCATOR/{LEVEL}/5/2.png"))

        assert image.mode == "I;16"
        assert_values(image, 5 * 256, 2 * 256)


def test_so_have_tiles_in_tiff(client: Client) -> None:
    image = opened(client.get(f"/wmts/tiff/GLOBAL_WEBMERCATOR/{LEVEL}/5/2.tiff"))

    assert (image.format, image.mode) == ("TIFF", "I;16")
    assert_values(image, 5 * 256, 2 * 256)


@pytest.mark.service
def test_gdal_knows_where_tiles_in_geotiff_lie(
    client: Client, tmp_path: Path, require_program: Callable[[str], Path]
) -> None:
    answer = client.get(f"/wmts/geotiff/GLOBAL_WEBMERCATOR/{LEVEL}/5/2.geotiff")
    [stored] = [path for path in tmp_path.rglob("*.geotiff") if path.read_bytes() == answer.data]

    done = subprocess.run([require_program("gdalinfo"), "-json", stored], capture_output=True, check=True)

    info = json.loads(done.stdout)
    width = 2 * HALF / (1 << LEVEL)
    assert info["cornerCoordinates"]["upperLeft"] == pytest.approx([-HALF + 5 * width, HALF - 2 * width])
    assert info["cornerCoordinates"]["lowerRight"] == pytest.approx([-HALF + 6 * width, HALF - 3 * width])
    assert 'ID["EPSG",3857]' in info["coordinateSystem"]["wkt"].rsplit("\n", 1)[-1]
    assert info["bands"][0]["type"] == "UInt16"
    assert_values(opened(answer), 5 * 256, 2 * 256)


def test_tiles_put_together_for_another_grid_have_them_too(client: Client) -> None:
    image = opened(client.get(f"/wmts/other/large/{LEVEL - 1}/2/1.png"))

    assert image.size == (512, 512)
    assert_values(image, 2 * 512, 512)


def test_beyond_the_area_of_a_source_there_is_nothing(client: Client) -> None:
    image = opened(client.get(f"/wmts/partly/GLOBAL_WEBMERCATOR/{LEVEL}/3/2.png"))
    east = opened(client.get(f"/wmts/partly/GLOBAL_WEBMERCATOR/{LEVEL}/4/2.png"))

    assert image.getextrema() == (0, 0)
    assert_values(east, 4 * 256, 2 * 256, plus=2000)


def test_elevations_over_each_other_stay_elevations(client: Client) -> None:
    assert_values(opened(client.get(f"/wmts/pair/GLOBAL_WEBMERCATOR/{LEVEL}/5/2.png")), 5 * 256, 2 * 256, plus=2000)


@pytest.mark.parametrize("media_type", ["image/png", "image/tiff"])
@pytest.mark.parametrize("transparent", ["true", "false"])
def test_maps_along_the_pixels_have_them(client: Client, media_type: str, transparent: str) -> None:
    pixel = 2 * HALF / WORLD
    left, top = -HALF + 900 * pixel, HALF - 300 * pixel
    box = f"{left},{top - 200 * pixel},{left + 300 * pixel},{top}"

    image = opened(
        client.get(
            "/service?SERVICE=WMS&REQUEST=GetMap&VERSION=1.1.1&LAYERS=png&STYLES=&SRS=EPSG:3857"
            f"&BBOX={box}&WIDTH=300&HEIGHT=200&FORMAT={media_type}&TRANSPARENT={transparent}"
        )
    )

    assert image.mode == "I;16"
    assert_values(image, 900, 300)


def test_maps_in_another_reference_system_have_values_that_were_there(client: Client) -> None:
    image = opened(
        client.get(
            "/service?SERVICE=WMS&REQUEST=GetMap&VERSION=1.1.1&LAYERS=png&STYLES=&SRS=EPSG:4326"
            "&BBOX=10,40,50,70&WIDTH=200&HEIGHT=150&FORMAT=image/png"
        )
    )

    assert image.mode == "I;16"
    low, high = image.getextrema()
    assert low >= 1000
    assert high > 30_000


def test_a_picture_of_them_is_grey(client: Client) -> None:
    image = opened(
        client.get(
            "/service?SERVICE=WMS&REQUEST=GetMap&VERSION=1.1.1&LAYERS=png&STYLES=&SRS=EPSG:3857"
            "&BBOX=0,0,5e6,5e6&WIDTH=100&HEIGHT=100&FORMAT=image/jpeg"
        )
    )

    assert image.mode in {"RGB", "L"}
