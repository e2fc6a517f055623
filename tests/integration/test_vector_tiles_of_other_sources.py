"""Vector tiles of servers that describe themselves (WMTS, here another Tilekeep, and OGC API Tiles) and of archives."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from tests.contract.vector_tiles import vector_tile
from tests.integration.services.process import Server
from tests.integration.support.upstream_server import Reply, UpstreamServer
from tilekeep.adapters.storage.pmtiles.writing import ArchiveDescription, write_archive
from tilekeep.domain.opaque_format import VECTOR_TILE
from tilekeep.domain.tile import TileCoord
from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

TILE = vector_tile("roads", "water", features=40)

BEHIND = """
services: {{wmts: }}
layers: [{{name: roads, title: Roads, sources: [roads]}}, {{name: photo, title: Photo, sources: [photo]}}]
caches:
  roads: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles], format: mvt}}
  photo: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles]}}
sources: {{tiles: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: "{url}/tiles/%(z)s/%(x)s/%(y)s.%(format)s"}}}}
"""

CONFIG = """
services: {{wmts: }}
globals: {{cache: {{failure_seconds: 0}}}}
layers: [{{name: roads, title: Roads, sources: [roads]}}]
caches: {{roads: {{grids: [GLOBAL_WEBMERCATOR], sources: [server], format: pbf}}}}
sources: {{server: {source}}}
"""

ADDRESS = "/wmts/roads/GLOBAL_WEBMERCATOR/3/5/2.pbf"


def client(directory: Path, source: str) -> Client:
    config = directory / "mapproxy.yaml"
    config.write_text(CONFIG.format(source=source))
    return Client(make_wsgi_app(str(config)))


def document_reply(document: object) -> Reply:
    return Reply(body=json.dumps(document).encode(), headers={"Content-Type": "application/json"})


def plain(client: Client) -> TestResponse:
    return client.get(ADDRESS, headers={"Accept-Encoding": "identity"})


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.fixture
def tiles(upstream: UpstreamServer) -> UpstreamServer:
    upstream.on("/tiles/3/5/2.mvt", Reply(body=TILE, headers={"Content-Type": "application/x-protobuf"}))
    return upstream


class TestWmts:
    def test_its_tiles_are_passed_on(
        self, tiles: UpstreamServer, tilekeep_server: Callable[..., Server], tmp_path: Path
    ) -> None:
        behind = tilekeep_server(BEHIND.format(url=tiles.url), workers=1)
        source = f"{{type: wmts, layer: roads, url: '{behind.url}/wmts/1.0.0/WMTSCapabilities.xml'}}"

        answers = [plain(client(tmp_path, source)) for _ in ("made", "stored")]

        assert [(a.status_code, a.content_type, a.data) for a in answers] == [(200, VECTOR_TILE, TILE)] * 2
        assert len(tiles.requests) == 1

    def test_a_layer_of_images_is_none_of_them(
        self,
        tiles: UpstreamServer,
        tilekeep_server: Callable[..., Server],
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        behind = tilekeep_server(BEHIND.format(url=tiles.url), workers=1)
        source = f"{{type: wmts, layer: photo, url: '{behind.url}/wmts/1.0.0/WMTSCapabilities.xml'}}"

        answer = plain(client(tmp_path, source))

        assert answer.status_code == 500
        assert "the layer has no format" in caplog.text
        assert VECTOR_TILE in caplog.text


MATRICES = [
    {
        "id": str(z),
        "cellSize": 156543.03392804097 / 2**z,
        "pointOfOrigin": [-20037508.342789244, 20037508.342789244],
        "tileWidth": 256,
        "tileHeight": 256,
        "matrixWidth": 2**z,
        "matrixHeight": 2**z,
    }
    for z in range(20)
]
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
OGC = "http://www.opengis.net/def/rel/ogc/1.0"


def described(data_type: str) -> dict[str, object]:
    """The documents of a server, by path."""
    scheme = {"rel": f"{OGC}/tiling-scheme", "type": "application/json", "href": "/tileMatrixSets/WebMercatorQuad"}
    itself = {"rel": "self", "type": "application/json", "href": "/tiles/WebMercatorQuad"}
    item = {"rel": "item", "type": VECTOR_TILE, "href": "/items/{tileMatrix}/{tileRow}/{tileCol}", "templated": True}
    tileset = {"dataType": data_type, "crs": MERCATOR, "links": [scheme, itself]}
    relation = f"{OGC}/tilesets-{data_type}"
    return {
        "/ogc": {"links": [{"rel": relation, "type": "application/json", "href": "/tiles"}]},
        "/tiles": {"tilesets": [tileset]},
        "/tiles/WebMercatorQuad": {**tileset, "links": [*[scheme, itself], item]},
        "/tileMatrixSets/WebMercatorQuad": {"id": "WebMercatorQuad", "crs": MERCATOR, "tileMatrices": MATRICES},
    }


class TestOgcApiTiles:
    @pytest.fixture
    def source(self, upstream: UpstreamServer) -> str:
        upstream.on("/items/3/2/5", Reply(body=TILE, headers={"Content-Type": VECTOR_TILE}))
        return f"{{type: ogcapitiles, landingpage_url: '{upstream.url}/ogc'}}"

    def test_its_tiles_are_passed_on(self, upstream: UpstreamServer, source: str, tmp_path: Path) -> None:
        for path, document in described("vector").items():
            upstream.on(path, document_reply(document))

        answer = plain(client(tmp_path, source))

        assert (answer.status_code, answer.content_type, answer.data) == (200, VECTOR_TILE, TILE)

    def test_tile_sets_of_maps_are_none_of_them(
        self, upstream: UpstreamServer, source: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        for path, document in described("map").items():
            upstream.on(path, document_reply(document))

        answer = plain(client(tmp_path, source))

        assert answer.status_code == 500
        assert "tilesets-vector" in caplog.text


class TestArchives:
    def test_tiles_of_pmtiles_are_passed_on(self, tmp_path: Path) -> None:
        tiles = {TileCoord(3, 5, 2): gzip.compress(TILE)}
        write_archive(str(tmp_path / "roads.pmtiles"), tiles.items(), ArchiveDescription(VECTOR_TILE))

        answer = plain(client(tmp_path, "{type: pmtiles, filename: roads.pmtiles}"))

        assert (answer.status_code, answer.content_type, answer.data) == (200, VECTOR_TILE, TILE)

    @pytest.mark.parametrize("body", [gzip.compress(TILE), TILE], ids=["compressed", "plain"])
    def test_tiles_of_mbtiles_are_passed_on(self, tmp_path: Path, body: bytes) -> None:
        put_mbtiles(tmp_path / "roads.mbtiles", body)

        answer = plain(client(tmp_path, "{type: mbtiles, filename: roads.mbtiles}"))

        assert (answer.status_code, answer.content_type, answer.data) == (200, VECTOR_TILE, TILE)

    def test_images_in_it_are_none_of_them(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        put_mbtiles(tmp_path / "roads.mbtiles", b"\x89PNG\r\n\x1a\n")

        answer = plain(client(tmp_path, "{type: mbtiles, filename: roads.mbtiles}"))

        assert answer.status_code == 500
        assert "no vector tile" in caplog.text


def put_mbtiles(path: Path, body: bytes) -> None:
    """One tile, 3/5/2; rows are counted from the south."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        database.execute("INSERT INTO tiles VALUES (3, 5, 5, ?)", (body,))
