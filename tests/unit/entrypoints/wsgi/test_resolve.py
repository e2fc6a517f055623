"""From an address to a tile, for ``tilekeep explain``: the same reading as in serving."""

from __future__ import annotations

import pytest

from tests.fakes.catalogue import WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import application
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import InvalidRequest, RequestError, TileOutsideGrid, UnknownLayer
from tilekeep.domain.tile import TileCoord, TileKey

KVP = (
    "service=WMTS&request=GetTile&version=1.0.0&layer=osm&style=&tilematrixset=GLOBAL_WEBMERCATOR"
    "&tilematrix=02&tilerow=1&tilecol=0&format=image%2Fpng"
)


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, dimensions=(Dimension("time", ("1", "2"), "2"),))
    return layers


@pytest.mark.parametrize(
    ("address", "service", "below"),
    [
        pytest.param("/tms/1.0.0/osm/EPSG3857/1/0/2.png", "tms", "/tms/1.0.0/osm/EPSG3857/1/0/2.png", id="path"),
        pytest.param(
            "https://maps.example/a/b/tiles/osm/EPSG3857/2/0/2.png?origin=sw",
            "tiles",
            "/tiles/osm/EPSG3857/2/0/2.png?origin=sw",
            id="address with prefix",
        ),
        pytest.param(
            "http://x/wmts/osm/GLOBAL_WEBMERCATOR/02/0/1.png",
            "wmts",
            "/wmts/osm/GLOBAL_WEBMERCATOR/02/0/1.png",
            id="WMTS",
        ),
        pytest.param(f"http://x/service?{KVP}", "wmts", f"/service?{KVP}", id="WMTS KVP"),
        pytest.param(f"ows?{KVP}", "wmts", f"/ows?{KVP}", id="relative"),
    ],
)
def test_every_way_to_ask_for_a_tile_resolves_to_it(layers: FakeLayers, address: str, service: str, below: str) -> None:
    tile = application(layers).resolve(address)

    assert tile.layer.outline.name == "osm"
    assert tile.grid is WEBMERCATOR
    assert tile.key == TileKey(TileCoord(2, 0, 1), (("time", "2"),))
    assert (tile.service, tile.address) == (service, below)
    assert layers.tiles["osm", "GLOBAL_WEBMERCATOR"].asked == []


@pytest.mark.parametrize(
    ("address", "error"),
    [
        pytest.param("http://x/elsewhere/1.png", InvalidRequest, id="no service"),
        pytest.param("/tms/1.0.0/osm", InvalidRequest, id="a document"),
        pytest.param("/wmts/1.0.0/WMTSCapabilities.xml", InvalidRequest, id="capabilities"),
        pytest.param("/service?service=WMTS&request=GetCapabilities", InvalidRequest, id="capabilities by parameters"),
        pytest.param("/service?service=WMS", InvalidRequest, id="no tile service"),
        pytest.param("/tiles/nothing/0/0/0.png", UnknownLayer, id="unknown layer"),
        pytest.param("/tiles/osm/EPSG3857/0/0/1.png", TileOutsideGrid, id="outside the grid"),
    ],
)
def test_other_addresses_are_refused_with_the_reason(
    layers: FakeLayers, address: str, error: type[RequestError]
) -> None:
    with pytest.raises(error):
        application(layers).resolve(address)
