"""Vector tiles and other tiles nobody looks into, from a tile server through caches to clients."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from tests.contract.vector_tiles import vector_tile
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep.config.problems import ConfigurationProblems
from tilekeep.domain.opaque_format import VECTOR_TILE
from tilekeep.entrypoints.cli.scrub import command as scrub
from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

CONFIG = """
services: {{tms: , wmts: }}
globals: {{cache: {{failure_seconds: 0}}}}
layers:
  - {{name: vector, title: Vector tiles, sources: [vector]}}
  - {{name: database, title: In a file of MBTiles, sources: [database]}}
  - {{name: bundles, title: In bundles, sources: [bundles]}}
  - {{name: above, title: Of another cache, sources: [above]}}
  - {{name: unstored, title: Passed on only, sources: [unstored]}}
  - {{name: terrain, title: Heights, sources: [terrain]}}
  - {{name: shelf, title: What others store, sources: [shelf]}}
caches:
  shelf: {{grids: [GLOBAL_WEBMERCATOR], sources: [], format: mvt}}
  vector: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles], format: mvt, refresh_before: {{seconds: 1000000}}}}
  database:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [tiles]
    format: pbf
    cache: {{type: mbtiles, filename: ./database.mbtiles}}
    vector_layers: [{{id: roads, fields: {{name: String}}}}]
  bundles: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles], format: mvt, cache: {{type: compact, version: 2}}}}
  above: {{grids: [GLOBAL_WEBMERCATOR], sources: [vector], format: pbf}}
  unstored: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles], format: mvt, disable_storage: true}}
  terrain: {{grids: [GLOBAL_WEBMERCATOR], sources: [heights], format: application/vnd.quantized-mesh}}
sources:
  tiles: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: '{url}/tiles/%(z)s/%(x)s/%(y)s.%(format)s'}}
  heights: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: '{url}/heights/%(z)s/%(x)s/%(y)s.%(format)s'}}
"""

TILE = vector_tile("roads", "water", features=40)
PLAIN = {"Accept-Encoding": "identity"}
PACKED = {"Accept-Encoding": "gzip, br"}


class Kitchen(NamedTuple):
    """A scripted tile server, Tilekeep in front of it, and where its caches lie."""

    upstream: UpstreamServer
    client: Client
    directory: Path

    def serves(self, body: bytes = TILE, media_type: str = "application/x-protobuf", **headers: str) -> None:
        reply = Reply(body=body, headers={"Content-Type": media_type, **headers})
        for extension in ("mvt", "pbf"):
            self.upstream.on(f"/tiles/3/5/2.{extension}", reply)


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    with UpstreamServer() as upstream:
        config = tmp_path / "mapproxy.yaml"
        config.write_text(CONFIG.format(url=upstream.url))
        made = Kitchen(upstream, Client(make_wsgi_app(str(config))), tmp_path)
        made.serves()
        yield made


BY_PARAMETERS = (
    "SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vector&STYLE=&TILEMATRIXSET=GLOBAL_WEBMERCATOR&TILEMATRIX=3"
)

ADDRESSES = [
    "/wmts/vector/GLOBAL_WEBMERCATOR/3/5/2.mvt",
    "/tms/1.0.0/vector/EPSG3857/2/5/5.mvt",
    "/tiles/vector/EPSG3857/3/5/2.mvt?origin=nw",
    f"/service?{BY_PARAMETERS}&TILEROW=2&TILECOL=5&FORMAT=application/vnd.mapbox-vector-tile",
    "/wmts/database/GLOBAL_WEBMERCATOR/3/5/2.pbf",
    "/wmts/bundles/GLOBAL_WEBMERCATOR/3/5/2.mvt",
    "/wmts/above/GLOBAL_WEBMERCATOR/3/5/2.pbf",
    "/wmts/unstored/GLOBAL_WEBMERCATOR/3/5/2.mvt",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_service_and_store_gives_the_tile(kitchen: Kitchen, address: str) -> None:
    for _ in ("made", "stored"):
        plain = kitchen.client.get(address, headers=PLAIN)
        packed = kitchen.client.get(address, headers=PACKED)

        assert (plain.status_code, plain.content_type, plain.data) == (200, VECTOR_TILE, TILE)
        assert "Content-Encoding" not in plain.headers
        assert (packed.status_code, packed.content_type) == (200, VECTOR_TILE)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == TILE
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(TILE)
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert "Accept-Encoding" in packed.headers["Vary"]


def test_the_source_is_asked_once_by_its_own_extension(kitchen: Kitchen) -> None:
    for _ in range(3):
        kitchen.client.get(ADDRESSES[0], headers=PACKED)
        kitchen.client.get(ADDRESSES[4], headers=PACKED)

    assert [request.path for request in kitchen.upstream.requests] == ["/tiles/3/5/2.mvt", "/tiles/3/5/2.pbf"]


def test_both_forms_have_tags_of_their_own_that_are_honoured(kitchen: Kitchen) -> None:
    tags = {}
    for form in (PLAIN, PACKED):
        kitchen.client.get(ADDRESSES[0], headers=form)
        answer = kitchen.client.get(ADDRESSES[0], headers=form)
        tags[form["Accept-Encoding"]] = tag = answer.headers["ETag"]

        again = kitchen.client.get(ADDRESSES[0], headers={**form, "If-None-Match": tag})

        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "Accept-Encoding" in again.headers["Vary"]
        since = kitchen.client.get(ADDRESSES[0], headers={**form, "If-Modified-Since": answer.headers["Last-Modified"]})
        assert since.status_code == 304
    assert len(set(tags.values())) == 2


def test_tiles_lie_compressed_under_their_extension(kitchen: Kitchen) -> None:
    kitchen.client.get(ADDRESSES[0])

    stored = kitchen.directory / "cache_data/vector_EPSG3857/03/000/000/005/000/000/002.mvt"
    assert gzip.decompress(stored.read_bytes()) == TILE


def test_mbtiles_have_them_as_their_standard_says(kitchen: Kitchen) -> None:
    kitchen.client.get(ADDRESSES[4])

    with sqlite3.connect(kitchen.directory / "database.mbtiles") as database:
        [(body,)] = database.execute("SELECT tile_data FROM tiles").fetchall()
        metadata = dict(database.execute("SELECT name, value FROM metadata").fetchall())
    assert gzip.decompress(body) == TILE
    assert metadata["format"] == "pbf"
    assert json.loads(metadata["json"]) == {"vector_layers": [{"id": "roads", "fields": {"name": "String"}}]}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(gzip.compress(TILE), {}, id="compressed without saying so"),
        pytest.param(gzip.compress(TILE), {"Content-Encoding": "gzip"}, id="compressed on the way"),
        pytest.param(gzip.compress(gzip.compress(TILE)), {"Content-Encoding": "gzip"}, id="both"),
    ],
)
def test_compressed_tiles_arrive_as_they_are(kitchen: Kitchen, body: bytes, headers: dict[str, str]) -> None:
    kitchen.serves(body, **headers)

    assert kitchen.client.get(ADDRESSES[0], headers=PLAIN).data == TILE
    assert gzip.decompress(kitchen.client.get(ADDRESSES[0], headers=PACKED).data) == TILE


def test_a_tile_put_there_plain_by_another_program_is_delivered(kitchen: Kitchen) -> None:
    place = kitchen.directory / "cache_data/vector_EPSG3857/03/000/000/005/000/000"
    place.mkdir(parents=True)
    (place / "002.mvt").write_bytes(TILE)

    for form in (PLAIN, PACKED):
        answer = kitchen.client.get(ADDRESSES[0], headers=form)
        assert (answer.data, answer.headers.get("Content-Encoding")) == (TILE, None)
    assert kitchen.upstream.requests == []


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        pytest.param(Reply(body=b"", headers={"Content-Type": "application/x-protobuf"}), 200, id="no bytes"),
        pytest.param(Reply(status=204), 200, id="no content"),
    ],
)
def test_a_tile_without_layers_is_a_tile(kitchen: Kitchen, reply: Reply, status: int) -> None:
    kitchen.upstream.on("/tiles/3/5/2.mvt", reply)

    for _ in ("made", "stored"):
        answer = kitchen.client.get(ADDRESSES[0], headers=PLAIN)
        assert (answer.status_code, answer.data, answer.content_type) == (status, b"", VECTOR_TILE)
    assert len(kitchen.upstream.requests) == 1


BAD = [
    pytest.param(Reply(body=b"<html>busy</html>", headers={"Content-Type": "text/html"}), id="HTML"),
    pytest.param(Reply(body=b"<html>busy</html>", headers={"Content-Type": "application/x-protobuf"}), id="a lie"),
    pytest.param(Reply(body=TILE[:-9], headers={"Content-Type": "application/x-protobuf"}), id="cut"),
    pytest.param(Reply(body=gzip.compress(TILE)[:-9]), id="cut while compressed"),
    pytest.param(Reply(body=TILE, headers={"Content-Type": "image/png"}), id="declared as an image"),
    pytest.param(Reply(status=503, body=b"busy"), id="an error"),
]


@pytest.mark.parametrize("reply", BAD)
def test_bad_answers_are_errors_and_never_stored(kitchen: Kitchen, reply: Reply) -> None:
    kitchen.upstream.on("/tiles/3/5/2.mvt", reply)

    answer = kitchen.client.get(ADDRESSES[0])

    assert answer.status_code == 500
    assert kitchen.upstream.url not in answer.get_data(as_text=True)
    assert list((kitchen.directory / "cache_data").rglob("*.mvt")) == []


def test_the_source_is_asked_conditionally(kitchen: Kitchen) -> None:
    """A tile that is as old as it may be, and has not changed."""

    def scripted(request: Received) -> Reply:
        if request.headers.get("if-none-match") == '"v1"':
            return Reply(status=304, headers={"ETag": '"v1"'})
        return Reply(body=TILE, headers={"ETag": '"v1"', "Content-Type": "application/x-protobuf"})

    kitchen.upstream.on("/tiles/3/5/2.mvt", scripted)
    config = kitchen.directory / "mapproxy.yaml"
    config.write_text(config.read_text().replace("seconds: 1000000", "seconds: 0"))
    client = Client(make_wsgi_app(str(config)))

    answers = [client.get(ADDRESSES[0], headers=PLAIN) for _ in range(2)]

    assert [answer.data for answer in answers] == [TILE, TILE]
    assert [request.headers.get("if-none-match") for request in kitchen.upstream.requests] == [None, '"v1"']


def test_other_formats_pass_through(kitchen: Kitchen) -> None:
    mesh = bytes(range(200))
    kitchen.upstream.on(
        "/heights/3/5/2.terrain", Reply(body=mesh, headers={"Content-Type": "application/octet-stream"})
    )

    answer = kitchen.client.get("/wmts/terrain/GLOBAL_WEBMERCATOR/3/5/2.terrain", headers=PLAIN)

    assert (answer.status_code, answer.content_type, answer.data) == (200, "application/vnd.quantized-mesh", mesh)


def test_what_declares_something_else_does_not(kitchen: Kitchen) -> None:
    kitchen.upstream.on("/heights/3/5/2.terrain", Reply(body=b"<e/>", headers={"Content-Type": "text/xml"}))

    assert kitchen.client.get("/wmts/terrain/GLOBAL_WEBMERCATOR/3/5/2.terrain").status_code == 500


def test_documents_name_format_and_extension(kitchen: Kitchen) -> None:
    wmts = kitchen.client.get("/wmts/1.0.0/WMTSCapabilities.xml").get_data(as_text=True)
    tms = kitchen.client.get("/tms/1.0.0/vector/EPSG3857").get_data(as_text=True)

    assert f"<Format>{VECTOR_TILE}</Format>" in wmts
    assert "/wmts/vector/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.mvt" in wmts
    assert f'mime-type="{VECTOR_TILE}"' in tms
    assert 'extension="mvt"' in tms


def test_where_there_is_no_tile_there_is_no_content(kitchen: Kitchen) -> None:
    answer = kitchen.client.get("/wmts/shelf/GLOBAL_WEBMERCATOR/3/5/2.mvt")

    assert (answer.status_code, answer.data) == (204, b"")
    assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("box", "status"), [([-1e7, -1e7, 3e7, 3e7], 200), ([6e6, 6e6, 7e6, 7e6], 204), ([-2e7, -2e7, -1e7, -1e7], 204)]
)
def test_what_a_client_may_see_in_part_it_does_not_see(kitchen: Kitchen, box: list[float], status: int) -> None:
    """Vector tiles cannot be cut."""

    def hook(service: str, layers: object, **_: object) -> dict[str, object]:
        area = {"geometry": box, "srs": "EPSG:3857"}
        return {"authorized": "partial", "layers": {"vector": {"tile": True, "limited_to": area}}}

    answer = kitchen.client.get(ADDRESSES[0], environ_overrides={"mapproxy.authorize": hook})

    assert answer.status_code == status
    assert status == 200 or "no-store" in answer.headers["Cache-Control"]


def test_decorating_hooks_are_for_images(kitchen: Kitchen) -> None:
    def hook(*_: object, **__: object) -> object:
        raise AssertionError("asked")

    answer = kitchen.client.get(ADDRESSES[0], headers=PLAIN, environ_overrides={"mapproxy.decorate_img": hook})

    assert answer.data == TILE


def test_scrubbing_finds_what_is_no_tile(kitchen: Kitchen) -> None:
    place = kitchen.directory / "cache_data/vector_EPSG3857/03/000/000/005/000/000"
    place.mkdir(parents=True)
    (place / "002.mvt").write_bytes(TILE[:-5])
    (place / "003.mvt").write_bytes(gzip.compress(TILE))
    (place / "004.mvt").write_bytes(gzip.compress(TILE)[:-5])

    done = CliRunner().invoke(scrub, [str(kitchen.directory / "mapproxy.yaml"), "--caches", "vector"])

    assert "vector GLOBAL_WEBMERCATOR: 3 tiles, 2 bad" in done.output
    assert "3/5/2: no vector tile: it is cut" in done.output


def test_grids_of_a_cache_and_its_source_have_to_have_the_same_tiles(kitchen: Kitchen) -> None:
    config = kitchen.directory / "mapproxy.yaml"
    above = "above: {grids: [GLOBAL_WEBMERCATOR], "
    config.write_text(config.read_text().replace(above, above.replace("GLOBAL_WEBMERCATOR", "GLOBAL_GEODETIC")))

    with pytest.raises(
        ConfigurationProblems, match=r"caches\.above\.sources: tiles of this format are passed on as they"
    ):
        make_wsgi_app(str(config))


def test_tilejson_tells_of_what_is_inside(kitchen: Kitchen) -> None:
    document = json.loads(kitchen.client.get("/tilejson/database.json").data)

    [template] = document["tiles"]
    assert document["vector_layers"] == [{"id": "roads", "fields": {"name": "String"}}]
    address = template.removeprefix("http://localhost").format(z=3, x=5, y=2)
    assert kitchen.client.get(address, headers=PLAIN).data == TILE
