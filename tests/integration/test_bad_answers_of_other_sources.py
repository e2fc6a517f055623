"""Every bad answer again, of servers whose documents are in order: WMTS, both parts of OGC API, and ArcGIS.

Of those that give tiles operators and clients are told what they are of tile servers, of those that draw maps what they
are of a WMS; see ``test_bad_answers.py``.
"""

from __future__ import annotations

import io
import itertools
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image
from werkzeug.test import Client

import tilekeep
from tests.integration.support.bad_answers import BAD, LARGEST_BYTES, SLOW, is_told, log_of, stored_tiles
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

SERVER = """
services: {wmts: , ogcapi: {map_srs: ['EPSG:3857']}}
layers: [{name: world, title: World, sources: [world]}]
caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [world], disable_storage: true}}
sources: {world: {type: world}}
"""

CONFIG = """
services: {{tms: }}
globals:
  cache: {{failure_seconds: 0, meta_size: [1, 1], meta_buffer: 0}}
  http: {{client_timeout: {seconds}, max_image_bytes: {bytes}, max_image_pixels: 4000000, headers: {{X-Key: hunter2}}}}
layers:
  - {{name: wmts, title: a, sources: [wmts]}}
  - {{name: ogcapitiles, title: a, sources: [ogcapitiles]}}
  - {{name: ogcapimaps, title: a, sources: [ogcapimaps]}}
  - {{name: arcgis, title: a, sources: [arcgis]}}
caches:
  wmts: {{grids: [GLOBAL_WEBMERCATOR], sources: [w]}}
  ogcapitiles: {{grids: [GLOBAL_WEBMERCATOR], sources: [t]}}
  ogcapimaps: {{grids: [GLOBAL_WEBMERCATOR], sources: [m]}}
  arcgis: {{grids: [GLOBAL_WEBMERCATOR], sources: [a]}}
sources:
  w: {{type: wmts, url: "{url}/wmts/1.0.0/WMTSCapabilities.xml?token=hunter2", layer: world}}
  t:
    type: ogcapitiles
    landingpage_url: "{url}/ogcapi"
    collection: world
    tile_matrix_set_id: WebMercatorQuad
  m: {{type: ogcapimaps, landingpage_url: "{url}/ogcapi", collection: world}}
  a: {{type: arcgis, req: {{url: "{url}/arcgis/rest/services/a/MapServer", layers: show:0, token: hunter2}}}}
"""

#: The kinds of sources, and what messages call those that draw maps.
KINDS = {"wmts": None, "ogcapitiles": None, "ogcapimaps": "OGC API Maps", "arcgis": "ArcGIS"}

_columns = itertools.count()


class BadImages:
    """A server with good documents, which gives a bad answer wherever an image is asked for."""

    def __init__(self, upstream: UpstreamServer, folder: Path) -> None:
        (folder / "mapproxy.yaml").write_text(SERVER)
        self._good = Client(tilekeep.make_wsgi_app(str(folder / "mapproxy.yaml")))
        self.bad = BAD["500"]
        self.upstream = upstream
        upstream.on_other_paths(self._answer)

    def _answer(self, request: Received) -> Reply:
        if request.path.startswith("/arcgis/"):
            return self.bad.reply(_size(request.parameters["size"]), request)
        answer = self._good.get(request.target, base_url=self.upstream.url)
        if answer.mimetype.startswith("image/"):
            return self.bad.reply(Image.open(io.BytesIO(answer.data)).size, request)
        return Reply(answer.status_code, answer.data, {"Content-Type": answer.content_type})


def _size(text: str) -> tuple[int, int]:
    width, height = map(int, text.split(","))
    return width, height


class Asked(NamedTuple):
    """An application over that server, and the folder of its caches."""

    web: Client
    folder: Path

    @staticmethod
    def over(folder: Path, url: str, seconds: float) -> Asked:
        (folder / "mapproxy.yaml").write_text(CONFIG.format(url=url, seconds=seconds, bytes=LARGEST_BYTES))
        return Asked(Client(tilekeep.make_wsgi_app(str(folder / "mapproxy.yaml"))), folder)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BadImages]:
    with UpstreamServer() as upstream:
        yield BadImages(upstream, tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="module")
def patient(server: BadImages, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return Asked.over(tmp_path_factory.mktemp("patient"), server.upstream.url, 30.0)


@pytest.fixture(scope="module")
def impatient(server: BadImages, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return Asked.over(tmp_path_factory.mktemp("impatient"), server.upstream.url, 0.4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BAD)
def test_the_operator_reads_why_and_clients_are_told_no_more_than_that_it_failed(
    server: BadImages, patient: Asked, impatient: Asked, caplog: pytest.LogCaptureFixture, kind: str, name: str
) -> None:
    server.bad = BAD[name]
    application = impatient if name in SLOW else patient
    caplog.set_level(logging.INFO)

    answer = application.web.get(f"/tiles/{kind}/EPSG3857/9/{next(_columns)}/8.png")

    called, bad = KINDS[kind], BAD[name]
    said, told = (bad.log[1], bad.client[1]) if called is None else (bad.log[0], bad.client[0])
    is_told(answer, told.replace("WMS", str(called)))
    log = log_of(caplog)
    for part in said.replace("WMS", str(called)).split("{url}"):
        assert part in log, log
    assert server.upstream.host in log
    assert "hunter2" not in log
    assert stored_tiles(application.folder) == []
