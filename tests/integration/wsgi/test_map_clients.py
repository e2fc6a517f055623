"""GDAL and OWSLib read the services out of their documents alone."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from owslib.tms import TileMapService
from owslib.wmts import WebMapTileService
from PIL import Image

from tests.fakes.catalogue import GEODETIC, GEODETIC_NW, UTM_GRID, WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import application
from tests.integration.support.served_application import Served, served
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid

LEVELS = 3


def colour(z: int, x: int, y: int) -> tuple[int, int, int]:
    """Each tile has a colour of its own."""
    return 70 * z, 60 * x, 60 * y


def png(rgb: tuple[int, int, int]) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (256, 256), rgb).save(body, "PNG")
    return body.getvalue()


def add(layers: FakeLayers, name: str, grid: TileGrid, geographic_extent: BBox) -> None:
    tiles = layers.add(name, grid, geographic_extent=geographic_extent)
    for z in range(LEVELS):
        columns, rows = grid.matrix_size(z)
        for x in range(columns):
            for y in range(rows):
                tiles.put((z, x, y), png(colour(z, x, y)))


@pytest.fixture(scope="module")
def services() -> Iterator[Served]:
    layers = FakeLayers()
    world = BBox(-180.0, -90.0, 180.0, 90.0)
    add(layers, "osm", WEBMERCATOR, world)
    add(layers, "north", GEODETIC_NW, world)
    add(layers, "south", GEODETIC, world)
    add(layers, "local", UTM_GRID, BBox(4.5, 46.8, 15.2, 56.1))
    with served(application(layers)) as server:
        yield server


@pytest.fixture
def read_by_gdal(
    services: Served, tmp_path: Path, require_program: Callable[[str], Path]
) -> Callable[[str, int, int], Image.Image]:
    """A function that has GDAL read a data set in a size, and fails at the first tile it could not get."""
    program = require_program("gdal_translate")

    def read(dataset: str, width: int, height: int) -> Image.Image:
        services.requests.clear()
        size = ["-outsize", str(width), str(height)]
        command = [str(program), "-q", "-of", "PNG", *size, dataset.replace("URL", services.url), "map.png"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert {status for status, _ in services.requests} == {"200 OK"}
        return Image.open(tmp_path / "map.png").convert("RGB")

    return read


KVP = "WMTS:URL/service?service=WMTS&request=GetCapabilities"
REST = "WMTS:URL/wmts/1.0.0/WMTSCapabilities.xml"


@pytest.mark.service("gdal_translate")
@pytest.mark.parametrize(
    ("dataset", "size", "corners"),
    [
        pytest.param(f"{KVP},layer=osm", (512, 512), [(1, 0, 0), (1, 1, 1)], id="WMTS by parameters"),
        pytest.param(f"{REST},layer=osm", (512, 512), [(1, 0, 0), (1, 1, 1)], id="WMTS by path"),
        pytest.param(f"{REST},layer=north", (512, 256), [(1, 0, 0), (1, 1, 0)], id="WMTS in degrees"),
        pytest.param(f"{REST},layer=local", (300, 300), [(1, 0, 0), (1, 1, 1)], id="WMTS in a local SRS"),
        pytest.param("URL/tms/1.0.0/osm/EPSG3857", (512, 512), [(1, 0, 0), (1, 1, 1)], id="TMS"),
        pytest.param("URL/tms/1.0.0/south/EPSG4326", (512, 256), [(1, 0, 0), (1, 1, 0)], id="TMS in degrees"),
        pytest.param("URL/tms/1.0.0/local/EPSG25832", (300, 300), [(1, 0, 0), (1, 1, 1)], id="TMS in a local SRS"),
    ],
)
def test_gdal_sees_every_tile_in_its_place(
    read_by_gdal: Callable[[str, int, int], Image.Image],
    dataset: str,
    size: tuple[int, int],
    corners: list[tuple[int, int, int]],
) -> None:
    image = read_by_gdal(dataset, *size)

    width, height = size
    upper_left = image.getpixel((width // 8, height // 8))
    lower_right = image.getpixel((width - width // 4, height - height // 4))
    assert [upper_left, lower_right] == [colour(*corner) for corner in corners]


@pytest.mark.parametrize("path", ["/service?", "/wmts/1.0.0/WMTSCapabilities.xml"])
def test_owslib_reads_wmts(services: Served, path: str) -> None:
    service = WebMapTileService(services.url + path)

    tile = service.gettile(
        layer="osm", tilematrixset="GLOBAL_WEBMERCATOR", tilematrix="02", row=1, column=3, format="image/png"
    )

    assert list(service.contents) == ["osm", "north", "local"]
    assert service.contents["osm"].boundingBoxWGS84 == (-180.0, -85.0511287798066, 180.0, 85.0511287798066)
    with Image.open(io.BytesIO(tile.read())) as image:
        assert image.getpixel((0, 0)) == colour(2, 3, 1)


def test_owslib_reads_tms(services: Served) -> None:
    service = TileMapService(f"{services.url}/tms/1.0.0/")

    address = f"{services.url}/tms/1.0.0/osm/EPSG3857"
    tile = service.gettile(x=0, y=1, z=0, id=address, mimetype="image/png")
    assert service.contents[address].srs == "OSGEO:41001"
    with Image.open(io.BytesIO(tile.read())) as image:
        assert image.getpixel((0, 0)) == colour(1, 0, 0)
