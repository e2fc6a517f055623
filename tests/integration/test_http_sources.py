"""Sources over real HTTP keep the promises of the port too, and parallel misses reuse connections."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.map_source_suite import VALIDATORS, WORLD, MapSourceSuite
from tests.contract.test_map_sources import GRID
from tests.fakes.exchanges import exchange
from tests.integration.support.http import CLOCK, http_client
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply
from tilekeep.adapters.sources.tile import TileSource
from tilekeep.adapters.sources.wms import WmsSource
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.map_query import Fetched, SourceTraits, Upstream
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_url import TileUrlTemplate
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.map_source import MapSource

IMAGE = b"\x89PNG not really"


def conditional(request: Received) -> Reply:
    headers = {"ETag": VALIDATORS.etag or "", "Last-Modified": VALIDATORS.last_modified or ""}
    if request.headers.get("if-none-match") == VALIDATORS.etag:
        return Reply(304, headers=headers)
    return Reply(body=IMAGE, headers=headers | {"Content-Type": "image/png"})


class OverHttp(MapSourceSuite):
    path: str

    @pytest.fixture(autouse=True)
    def server(self) -> Iterator[None]:
        with UpstreamServer() as self.upstream:
            yield

    def source(self) -> MapSource:
        raise NotImplementedError

    def working(self) -> MapSource:
        self.upstream.on(self.path, image_reply(IMAGE))
        return self.source()

    def conditional(self) -> MapSource:
        self.upstream.on(self.path, conditional)
        return self.source()

    def failing(self) -> MapSource:
        self.upstream.on(self.path, Reply(500))
        return self.source()


class TestWmsOverHttp(OverHttp):
    path = "/wms"

    def source(self) -> WmsSource:
        return WmsSource(
            exchange(http_client(), upstream=Upstream(self.upstream.host), timeout_seconds=10.0, clock=CLOCK),
            request=WmsRequestTemplate.from_options(
                f"{self.upstream.url}/wms?key=hunter2", {"layers": "ä,b", "sld_body": "<sld/>"}
            ),
            traits=SourceTraits(meta_tiles=True),
            method="GET",
        )

    def test_the_server_understands_the_request(self) -> None:
        self.working().get(WORLD, Purpose.SERVE, NO_DEADLINE)

        (request,) = self.upstream.requests
        assert request.parameters["layers"] == "ä,b"
        assert request.parameters["sld_body"] == "<sld/>"
        assert request.parameters["srs"] == "EPSG:3857"
        assert request.parameters["key"] == "hunter2"

    def test_an_exception_document_under_status_200_is_no_map(self) -> None:
        document = Reply(body=b"<ServiceException/>", headers={"Content-Type": "application/vnd.ogc.se_xml"})
        self.upstream.on(self.path, document)

        with pytest.raises(SourceContentError, match="ServiceException"):
            self.source().get(WORLD, Purpose.SERVE, NO_DEADLINE)


class TestTilesOverHttp(OverHttp):
    path = "/0/0/0.png"

    def source(self) -> TileSource:
        return TileSource(
            exchange(
                http_client(pool_size=4), upstream=Upstream(self.upstream.host), timeout_seconds=10.0, clock=CLOCK
            ),
            template=TileUrlTemplate(f"{self.upstream.url}/%(z)s/%(x)s/%(y)s.png?key=hunter2"),
            grid=GRID,
            traits=SourceTraits(meta_tiles=False),
        )

    def test_eight_misses_at_a_time_reuse_the_pooled_connections(self) -> None:
        coords = [TileCoord(3, x, y) for x in range(8) for y in range(2)]
        for z, x, y in coords:
            self.upstream.on(f"/{z}/{x}/{y}.png", image_reply(f"{x} {y}".encode(), delay_seconds=0.02))
        source = self.source()

        with ThreadPoolExecutor(8) as threads:
            queries = [WORLD._replace(bbox=GRID.tile_bbox(coord)) for coord in coords]
            answers = list(threads.map(lambda query: source.get(query, Purpose.SERVE, NO_DEADLINE), queries))

        assert answers == [Fetched(f"{x} {y}".encode(), "image/png") for _, x, y in coords]
        assert self.upstream.connections <= 4
