"""Map clients that people use draw maps of Tilekeep from its documents alone: QGIS, GDAL and OWSLib."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote

import pytest
from owslib.util import ServiceException  # type: ignore[import-untyped]
from owslib.wms import WebMapService  # type: ignore[import-untyped]
from PIL import Image

from tests.integration.maps.asked import get_map
from tests.integration.maps.configuration import configuration, write_files
from tests.integration.maps.grids import DEGREES_NW, MERCATOR, UTM, Box
from tests.integration.services.mapserver import MapServer
from tests.integration.services.qgis import Picture, Rendered, qgis_python, render
from tests.integration.support.answers import ask
from tests.integration.support.pixel_difference import SAME, Tolerance, difference
from tests.integration.support.served_application import served
from tilekeep import make_wsgi_app

PNG = "image/png"
_SIZE = (512, 512)

# Stored pixels of Central Europe.
_MERCATOR = MERCATOR.box(4, _SIZE, 8 * 256, 5 * 256)
_DEGREES = DEGREES_NW.box(3, _SIZE, 8 * 256, 1 * 256)
_LOCAL_STORED = UTM.box(1, _SIZE, 1 * 256, 1 * 256)

# A box whose pixels are a kilometre wide.
_LOCAL: Box = (300000.0, 5400000.0, 812000.0, 5912000.0)

#: QGIS puts tiles together as images that it scales: a pixel at the seam of four tiles may be off by one.
_PUT_TOGETHER = Tolerance(mean=0.001, far=1, share=0.0)

#: Pixels that are no round number wide become one more in QGIS, which scales all others by as much.
_SCALED = Tolerance(mean=2.0, far=64, share=0.01)


class World(NamedTuple):
    """Tilekeep on a real map server, and the parameters of every request so far by lower-case name."""

    url: str
    requests: list[Mapping[str, str]]

    def maps_asked_for(self) -> list[Mapping[str, str]]:
        """The GetMap requests."""
        return [given for given in self.requests if given.get("request", "").lower() == "getmap"]


@pytest.fixture(scope="module")
def world(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if not mapserver_of_session.running:
        mapserver_of_session.start()
    directory = tmp_path_factory.mktemp("clients")
    write_files(directory)
    config = directory / "mapproxy.yaml"
    config.write_text(configuration(mapserver_of_session.fcgi_url))
    app = make_wsgi_app(str(config))
    requests: list[Mapping[str, str]] = []

    def recorded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        pairs = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        requests.append({name.lower(): value for name, value in pairs})
        return app(environ, start_response)

    with served(recorded) as server:
        yield World(server.url, requests)


def wms(layers: str, srs: str, version: str | None = None) -> str:
    """A WMS as QGIS keeps it; the version is that of the capabilities it asks for."""
    url = "URL/service" if version is None else f"URL/service?VERSION={version}"
    return f"crs={srs}&format={PNG}&layers={layers}&styles&url={quote(url, safe=':/')}"


def wmts(layer: str, srs: str, matrix_set: str, document: str) -> str:
    fixed = f"crs={srs}&format={PNG}&layers={layer}&styles=default&tileMatrixSet={matrix_set}"
    return f"{fixed}&url={quote(document, safe=':/')}"


def xyz(template: str) -> str:
    return f"type=xyz&zmin=0&zmax=18&url={quote(template, safe=':/')}"


class Shown(NamedTuple):
    """A layer in QGIS, and what the same part of it is when asked for directly."""

    uri: str
    srs: str
    box: Box
    direct: str | tuple[str, range, range]
    tolerance: Tolerance = SAME
    version: str | None = None


_KVP = "URL/service?SERVICE=WMTS&REQUEST=GetCapabilities"
_REST = "URL/wmts/1.0.0/WMTSCapabilities.xml"
_TILES = ("/tiles/mercator/EPSG3857/4/{x}/{y}.png?origin=nw", range(8, 10), range(5, 7))
_LOCAL_TILES = ("/tiles/local/EPSG25832/1/{x}/{y}.png?origin=nw", range(1, 3), range(1, 3))

IN_QGIS = {
    "WMS 1.3.0": Shown(
        wms("mercator", "EPSG:3857"),
        "EPSG:3857",
        _MERCATOR,
        get_map("mercator", "EPSG:3857", _MERCATOR, _SIZE, image_format=PNG),
        version="1.3.0",
    ),
    "WMS 1.1.1": Shown(
        wms("mercator", "EPSG:3857", "1.1.1"),
        "EPSG:3857",
        _MERCATOR,
        get_map("mercator", "EPSG:3857", _MERCATOR, _SIZE, image_format=PNG),
        version="1.1.1",
    ),
    "WMS 1.3.0, latitude first": Shown(
        wms("degrees", "EPSG:4326"),
        "EPSG:4326",
        _DEGREES,
        get_map("degrees", "EPSG:4326", _DEGREES, _SIZE, image_format=PNG),
        version="1.3.0",
    ),
    "WMS 1.1.1, longitude first": Shown(
        wms("degrees", "EPSG:4326", "1.1.1"),
        "EPSG:4326",
        _DEGREES,
        get_map("degrees", "EPSG:4326", _DEGREES, _SIZE, image_format=PNG),
        version="1.1.1",
    ),
    "WMS in a local SRS": Shown(
        wms("local", "EPSG:25832"),
        "EPSG:25832",
        _LOCAL,
        get_map("local", "EPSG:25832", _LOCAL, _SIZE, image_format=PNG),
        version="1.3.0",
    ),
    "WMS reprojected by Tilekeep": Shown(
        wms("mercator", "EPSG:25832"),
        "EPSG:25832",
        _LOCAL,
        get_map("mercator", "EPSG:25832", _LOCAL, _SIZE, image_format=PNG),
        version="1.3.0",
    ),
    "WMS of a group": Shown(
        wms("group", "EPSG:3857"),
        "EPSG:3857",
        _MERCATOR,
        get_map("group", "EPSG:3857", _MERCATOR, _SIZE, image_format=PNG, transparent="true"),
        version="1.3.0",
    ),
    "WMTS by path": Shown(
        wmts("mercator", "EPSG:3857", "GLOBAL_WEBMERCATOR", _REST), "EPSG:3857", _MERCATOR, _TILES, _PUT_TOGETHER
    ),
    "WMTS by parameters": Shown(
        wmts("mercator", "EPSG:3857", "GLOBAL_WEBMERCATOR", _KVP), "EPSG:3857", _MERCATOR, _TILES, _PUT_TOGETHER
    ),
    "WMTS in a local SRS": Shown(
        wmts("local", "EPSG:25832", "utm", _REST), "EPSG:25832", _LOCAL_STORED, _LOCAL_TILES, _SCALED
    ),
    "XYZ": Shown(
        xyz("URL/tiles/mercator/EPSG3857/{z}/{x}/{y}.png?origin=nw"), "EPSG:3857", _MERCATOR, _TILES, _PUT_TOGETHER
    ),
    "TMS": Shown(
        xyz("URL/tiles/mercator/EPSG3857/{z}/{x}/{-y}.png?origin=sw"), "EPSG:3857", _MERCATOR, _TILES, _PUT_TOGETHER
    ),
}


class Drawn(NamedTuple):
    """All pictures of QGIS: what became of them, where they are, and the versions of the GetMap requests for each."""

    rendered: dict[str, Rendered]
    files: dict[str, Path]
    versions: dict[str, set[str]]


@pytest.fixture(scope="module")
def in_qgis(world: World, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """QGIS renders each layer in a process of its own, so that nothing is remembered from one to the next."""
    qgis_python()
    directory = tmp_path_factory.mktemp("qgis")
    files = {name: directory / f"{number}.png" for number, name in enumerate(IN_QGIS)}
    rendered: dict[str, Rendered] = {}
    versions: dict[str, set[str]] = {}
    for name, shown in IN_QGIS.items():
        world.requests.clear()
        uri = shown.uri.replace("URL", world.url)
        [rendered[name]] = render([Picture(uri, shown.srs, shown.box, _SIZE, str(files[name]))])
        versions[name] = {given["version"] for given in world.maps_asked_for()}
    return Drawn(rendered, files, versions)


class TestQgis:
    @pytest.mark.parametrize("name", IN_QGIS)
    def test_it_shows_what_tilekeep_delivers(self, world: World, in_qgis: Drawn, name: str) -> None:
        shown = IN_QGIS[name]
        expected = _direct(world, shown.direct)

        rendered = in_qgis.rendered[name]

        assert (rendered.valid, rendered.error, rendered.crs) == (True, "", shown.srs)
        with Image.open(in_qgis.files[name]) as picture:
            assert len(picture.getcolors(1 << 20) or []) > 10
            assert difference(picture, expected, shown.tolerance.far).within(shown.tolerance)

    @pytest.mark.parametrize("name", [name for name, shown in IN_QGIS.items() if shown.version is not None])
    def test_it_speaks_the_version_of_the_capabilities(self, in_qgis: Drawn, name: str) -> None:
        assert in_qgis.versions[name] == {IN_QGIS[name].version}

    def test_it_knows_the_extent_of_a_local_layer(self, in_qgis: Drawn) -> None:
        """QGIS takes that of WMS from the box in degrees or in the SRS, whichever there is."""
        extent = in_qgis.rendered["WMS in a local SRS"].extent

        assert extent == pytest.approx([-46133.17, 5048875.26, 1206211.10, 6301219.54], abs=0.01)

    def test_it_refuses_a_layer_that_is_not_listed(self, world: World, tmp_path: Path) -> None:
        qgis_python()
        uri = wms("nothing", "EPSG:3857").replace("URL", world.url)

        [rendered] = render([Picture(uri, "EPSG:3857", _MERCATOR, _SIZE, str(tmp_path / "none.png"))])

        assert not rendered.valid


_GDAL_1_1_1 = (
    "WMS:URL/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS={layer}&STYLES=&SRS={srs}"
    "&BBOX={box}&FORMAT=image/png&TILESIZE=256&OVERVIEWCOUNT=6"
)
_GDAL_1_3_0 = """<GDAL_WMS>
  <Service name="WMS">
    <Version>1.3.0</Version><ServerUrl>URL/service?</ServerUrl><CRS>{srs}</CRS>
    <ImageFormat>image/png</ImageFormat><Layers>{layer}</Layers><Styles></Styles><BBoxOrder>{order}</BBoxOrder>
  </Service>
  <DataWindow>
    <UpperLeftX>{left}</UpperLeftX><UpperLeftY>{top}</UpperLeftY>
    <LowerRightX>{right}</LowerRightX><LowerRightY>{bottom}</LowerRightY>
    <SizeX>512</SizeX><SizeY>512</SizeY>
  </DataWindow>
  <Projection>{srs}</Projection><BandsCount>4</BandsCount><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY>
</GDAL_WMS>"""


def _gdal_1_1_1(layer: str, srs: str, box: Box) -> str:
    return _GDAL_1_1_1.format(layer=layer, srs=srs, box=",".join(map(str, box)))


def _gdal_1_3_0(layer: str, srs: str, box: Box) -> str:
    left, bottom, right, top = box
    order = "yxYX" if srs == "EPSG:4326" else "xyXY"
    return _GDAL_1_3_0.format(layer=layer, srs=srs, order=order, left=left, bottom=bottom, right=right, top=top)


@pytest.mark.service("gdal_translate")
@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
@pytest.mark.parametrize(
    ("layer", "srs", "box"),
    [
        pytest.param("mercator", "EPSG:3857", _MERCATOR, id="Mercator"),
        pytest.param("degrees", "EPSG:4326", _DEGREES, id="degrees"),
        pytest.param("local", "EPSG:25832", _LOCAL, id="local"),
    ],
)
def test_gdal_reads_maps(
    world: World, tmp_path: Path, require_program: Callable[[str], Path], version: str, layer: str, srs: str, box: Box
) -> None:
    """In the blocks that its driver asks for, each at the resolution of the cache."""
    dataset = (_gdal_1_1_1 if version == "1.1.1" else _gdal_1_3_0)(layer, srs, box).replace("URL", world.url)
    expected = _blocks(world, layer, srs, box)
    left, bottom, right, top = map(repr, box)
    window = ["-projwin", left, top, right, bottom, "-outsize", *map(str, _SIZE)]
    world.requests.clear()

    command = [str(require_program("gdal_translate")), "-of", "PNG", *window, dataset, "map.png"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.count("ERROR")) == (0, 0), done.stderr
    assert {given["version"] for given in world.maps_asked_for()} == {version}
    with Image.open(tmp_path / "map.png") as found:
        assert found.size == _SIZE
        assert difference(found, expected, 0).within(SAME)


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
class TestOwslib:
    @pytest.fixture
    def service(self, world: World, version: str) -> Any:
        return WebMapService(f"{world.url}/service", version=version)

    def test_it_finds_service_layers_and_operations(self, service: Any, version: str) -> None:
        layer = service["described"]

        assert service.identification.version == version
        assert (service.identification.title, service.provider.contact.name) == ("Side by side", "Ada")
        assert {"map", "group", "inner", "group_towns", "deep"} <= set(service.contents)
        assert PNG in service.getOperationByName("GetMap").formatOptions
        assert (layer.title, layer.abstract) == ("Described and linked", "With all metadata")
        assert service["inner"].parent.name == "group"
        assert service["local"].boundingBoxWGS84 == pytest.approx((0.10594674, 45.237542, 20.448891, 56.847873))
        assert set(service["map"].crsOptions) >= {"EPSG:3857", "EPSG:4326", "EPSG:25832"}

    def test_it_gets_a_map(self, world: World, service: Any, version: str) -> None:
        """OWSLib writes boxes in the order of the authority where the version wants it so."""
        image = service.getmap(
            layers=["photo", "land"], styles=["", ""], srs="EPSG:4326", bbox=_DEGREES, size=_SIZE, format=PNG
        )

        direct = ask(world.url + get_map("photo,land", "EPSG:4326", _DEGREES, _SIZE, image_format=PNG))
        assert image.info()["Content-Type"] == PNG
        assert Image.open(io.BytesIO(image.read())).convert("RGBA").tobytes() == direct.pixels().tobytes()

    def test_it_raises_the_exception_of_the_service(self, service: Any, version: str) -> None:
        with pytest.raises(ServiceException, match="unknown layer: nothing"):
            service.getmap(layers=["nothing"], srs="EPSG:3857", bbox=_MERCATOR, size=_SIZE, format=PNG)


def _blocks(world: World, layer: str, srs: str, box: Box) -> Image.Image:
    """The map in blocks of 256 pixels, each with a palette of its own."""
    left, bottom, right, top = box
    across, down = (left + right) / 2, (bottom + top) / 2
    image = Image.new("RGBA", _SIZE)
    for corner, part in {
        (0, 0): (left, down, across, top),
        (256, 0): (across, down, right, top),
        (0, 256): (left, bottom, across, down),
        (256, 256): (across, bottom, right, down),
    }.items():
        image.paste(ask(world.url + get_map(layer, srs, part, (256, 256), image_format=PNG)).pixels(), corner)
    return image


def _direct(world: World, direct: str | tuple[str, range, range]) -> Image.Image:
    """A map, or tiles put together."""
    if isinstance(direct, str):
        return ask(world.url + direct).pixels()
    template, columns, rows = direct
    image = Image.new("RGBA", (256 * len(columns), 256 * len(rows)))
    for x in columns:
        for y in rows:
            tile = ask(world.url + template.format(x=x, y=y)).pixels()
            image.paste(tile, (256 * (x - columns[0]), 256 * (y - rows[0])))
    return image
