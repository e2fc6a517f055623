"""Map clients find the legends of Tilekeep in its documents and show what MapServer has drawn: QGIS and OWSLib.

GDAL, which knows no legends, reads maps of the old versions.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from owslib.wms import WebMapService  # type: ignore[import-untyped]
from PIL import Image

from tests.integration.maps.asked import get_map
from tests.integration.maps.configuration_of_documents import configuration, write_files
from tests.integration.maps.grids import MERCATOR
from tests.integration.services.mapserver import MapServer
from tests.integration.services.qgis import Picture, qgis_python, render
from tests.integration.support.answers import ask
from tests.integration.support.pixel_difference import SAME, difference
from tests.integration.support.served_application import served
from tilekeep import make_wsgi_app

BOX = MERCATOR.box(5, (256, 256), 4200, 2700)


@pytest.fixture(scope="module")
def url(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not mapserver_of_session.running:
        mapserver_of_session.start()
    directory = tmp_path_factory.mktemp("clients")
    write_files(directory)
    config = directory / "mapproxy.yaml"
    config.write_text(configuration(mapserver_of_session.fcgi_url, "http://127.0.0.1:9", "usual"))
    with served(make_wsgi_app(str(config))) as server:
        yield server.url


def drawn_by_mapserver(mapserver: MapServer, layer: str) -> Image.Image:
    request = (
        f"{mapserver.fcgi_url}?service=WMS&version=1.1.1&request=GetLegendGraphic&layer={layer}"
        "&format=image/png&sld_version=1.1.0&styles=&transparent=True"
    )
    return ask(request).pixels()


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
class TestOwslib:
    def test_it_finds_a_legend_and_its_size(self, url: str, mapserver: MapServer, version: str) -> None:
        service = WebMapService(f"{url}/service", version=version)

        style = service["drawn"].styles["default"]

        legend = ask(style["legend"]).pixels()
        expected = drawn_by_mapserver(mapserver, "land")
        assert difference(legend, expected, 0).within(SAME)
        if version == "1.3.0":
            assert (style["legend_width"], style["legend_height"]) == tuple(map(str, legend.size))

    def test_it_knows_that_there_are_legends(self, url: str, version: str) -> None:
        service = WebMapService(f"{url}/service", version=version)

        names = {operation.name.rpartition("}")[2] for operation in service.operations}
        assert "GetLegendGraphic" in names
        assert "default" not in service["photo"].styles


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_qgis_shows_the_legend_of_a_layer(url: str, mapserver: MapServer, tmp_path: Path, version: str) -> None:
    qgis_python()
    address = quote(f"{url}/service?VERSION={version}", safe=":/")
    uri = f"crs=EPSG:3857&format=image/png&layers=drawn&styles&url={address}"
    picture = Picture(uri, "EPSG:3857", BOX, None, str(tmp_path / "legend.png"))

    [rendered] = render([picture])

    assert (rendered.valid, rendered.error) == (True, "")
    with Image.open(picture.file) as found:
        assert difference(found.convert("RGBA"), drawn_by_mapserver(mapserver, "land"), 0).within(SAME)


@pytest.mark.service("gdal_translate")
def test_gdal_reads_maps_of_1_1_0(url: str, tmp_path: Path, require_program: Callable[[str], Path]) -> None:
    left, bottom, right, top = map(repr, BOX)
    dataset = (
        f"WMS:{url}/service?SERVICE=WMS&VERSION=1.1.0&REQUEST=GetMap&LAYERS=map&STYLES=&SRS=EPSG:3857"
        f"&BBOX={left},{bottom},{right},{top}&FORMAT=image/png&TILESIZE=256&OVERVIEWCOUNT=2"
    )
    window = ["-projwin", left, top, right, bottom, "-outsize", "256", "256"]

    command = [str(require_program("gdal_translate")), "-of", "PNG", *window, dataset, "map.png"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.count("ERROR")) == (0, 0), done.stderr
    expected = ask(url + get_map("map", "EPSG:3857", BOX, (256, 256), version="1.1.0", image_format="image/png"))
    found = Image.open(io.BytesIO((tmp_path / "map.png").read_bytes()))
    assert difference(found, expected.pixels(), 0).within(SAME)
