"""Services where the reference mixes up requests or loses layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.fakes.catalogue import BLANK, GEODETIC_NW, WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import client
from tilekeep.application.tile_maker import InStore, WantedBlock
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.tile import TileKey
from tilekeep.entrypoints.wsgi.options import WmtsOptions


def test_the_tms_document_lists_every_grid_of_a_permitted_layer() -> None:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, GEODETIC_NW)
    layers.add("secret", WEBMERCATOR)

    def hook(*_: Any, **__: Any) -> dict[str, Any]:
        return {"authorized": "partial", "layers": {"osm": {"tile": True}}}

    answer = client(layers).get("/tms/1.0.0", environ={"mapproxy.authorize": hook})

    hrefs = [
        tile_map.attrib["href"].rpartition("/tms/1.0.0/")[2] for tile_map in ET.fromstring(answer.data).iter("TileMap")
    ]
    assert hrefs == ["osm/EPSG3857", "osm/EPSG4326"]


@pytest.mark.parametrize(
    ("outer", "expected"), [pytest.param("2020", b"2020", id="chosen"), pytest.param("default", b"2021", id="default")]
)
def test_a_request_keeps_its_dimensions_while_another_one_is_answered(outer: str, expected: bytes) -> None:
    layers = FakeLayers()
    tiles = layers.add("osm", WEBMERCATOR, dimensions=(Dimension("time", ("2020", "2021", "2022"), "2021"),))
    for year in ("2020", "2021", "2022"):
        tiles.put((2, 0, 1), year.encode(), dimensions=(("time", year),))
    template = "/{Layer}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}"
    web = client(layers, wmts=WmtsOptions(restful_template=template))
    between: list[bytes] = []

    def hook(*_: Any, **__: Any) -> dict[str, Any]:
        between.append(web.get("/wmts/osm/2022/GLOBAL_WEBMERCATOR/02/0/1.png").data)
        return {"authorized": "full"}

    answer = web.get(f"/wmts/osm/{outer}/GLOBAL_WEBMERCATOR/02/0/1.png", environ={"mapproxy.authorize": hook})

    assert between == [b"2022"]
    assert answer.data == expected


class _MakesWhatVanishes:
    """Says that tiles are in the store now, which somebody empties at the same moment."""

    def make(self, block: WantedBlock, deadline: Deadline) -> Mapping[TileKey, InStore]:
        return dict.fromkeys(block.keys, InStore())


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("/tms/1.0.0/osm/EPSG3857/0/0/1.png", id="TMS"),
        pytest.param("/tiles/osm/EPSG3857/1/0/0.png", id="tiles"),
        pytest.param("/wmts/osm/GLOBAL_WEBMERCATOR/01/0/0.png", id="WMTS REST"),
        pytest.param(
            "/service?service=WMTS&request=GetTile&version=1.0.0&layer=osm&style=&tilematrixset=GLOBAL_WEBMERCATOR"
            "&tilematrix=01&tilerow=0&tilecol=0&format=image%2Fpng",
            id="WMTS KVP",
        ),
    ],
)
def test_what_nobody_may_keep_is_marked_so_in_every_service(address: str) -> None:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, maker=_MakesWhatVanishes())

    answer = client(layers).get(address, If_None_Match="*")

    assert (answer.status_code, answer.data) == (200, BLANK)
    assert answer.headers["Cache-Control"] == "no-cache, no-store"
    assert "ETag" not in answer.headers
