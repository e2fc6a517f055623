"""The sources and the fake keep the promises of the port."""

from __future__ import annotations

from tests.contract.map_source_suite import HALF, VALIDATORS, WEB_MERCATOR, MapSourceSuite
from tests.fakes.exchanges import exchange
from tests.fakes.http_client import FakeHttpClient
from tests.fakes.map_source import FakeMapSource, answers_with_validators
from tests.fakes.projection import FakeProjection
from tests.fakes.text_imaging import TextImaging
from tests.unit.adapters.sources.upstream import IMAGE, ConditionalHttpClient
from tilekeep.adapters.sources.arcgis import ArcgisSource
from tilekeep.adapters.sources.found_tiles import FoundTilesSource
from tilekeep.adapters.sources.ogcapi_maps import OgcApiMapsSource
from tilekeep.adapters.sources.tile import TileSource
from tilekeep.adapters.sources.wms import WmsSource
from tilekeep.adapters.trusted_exchange import TrustedExchange
from tilekeep.application.sources.cache_or_direct import CacheOrDirect
from tilekeep.application.sources.direct_map import DirectMap
from tilekeep.application.sources.reprojected_source import ReprojectedSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.arcgis_request import ArcgisRequestTemplate
from tilekeep.domain.errors import SourceStatusError
from tilekeep.domain.found_tiles import BracedTemplate, FoundTiles
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageLimits
from tilekeep.domain.map_query import Fetched, SourceTraits
from tilekeep.domain.ogcapi_maps import FoundMaps
from tilekeep.domain.tile_url import TileUrlTemplate
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.http_client import HttpAnswer, HttpClient
from tilekeep.ports.map_source import MapSource

GRID = TileGrid(
    name="world",
    srs=WEB_MERCATOR,
    bbox=BBox(-HALF, -HALF, HALF, HALF),
    tile_size=Size(256, 256),
    resolutions=tuple(2 * HALF / 256 / 2**z for z in range(4)),
    origin="nw",
)


class HttpSourceSuite(MapSourceSuite):
    def over(self, http: HttpClient) -> MapSource:
        raise NotImplementedError

    def working(self) -> MapSource:
        return self.over(FakeHttpClient(IMAGE))

    def conditional(self) -> MapSource:
        return self.over(ConditionalHttpClient())

    def failing(self) -> MapSource:
        return self.over(FakeHttpClient(HttpAnswer(500, {}, b"")))


class TestWmsSource(HttpSourceSuite):
    def over(self, http: HttpClient) -> MapSource:
        return WmsSource(
            exchange(http, max_bytes=1000),
            request=WmsRequestTemplate("http://host/?key=hunter2"),
            traits=SourceTraits(meta_tiles=True),
        )


class TestTileSource(HttpSourceSuite):
    def over(self, http: HttpClient) -> MapSource:
        return TileSource(
            exchange(http, max_bytes=1000),
            template=TileUrlTemplate("http://host/%(z)s/%(x)s/%(y)s?key=hunter2"),
            grid=GRID,
            traits=SourceTraits(meta_tiles=False),
        )


class TestArcgisSource(HttpSourceSuite):
    def over(self, http: HttpClient) -> MapSource:
        return ArcgisSource(
            exchange(http, max_bytes=1000),
            request=ArcgisRequestTemplate("http://host/MapServer?token=hunter2"),
            traits=SourceTraits(meta_tiles=True),
        )


def trusted(http: HttpClient) -> TrustedExchange:
    own = exchange(http, max_bytes=1000)
    return TrustedExchange(own, own, "http://host/")


class TestFoundTilesSource(HttpSourceSuite):
    def over(self, http: HttpClient) -> MapSource:
        template = BracedTemplate("http://host/{TileMatrix}/{TileRow}/{TileCol}?key=hunter2", ("0", "1", "2", "3"))
        return FoundTilesSource(trusted(http), found=FoundTiles(GRID, template), traits=SourceTraits(meta_tiles=False))


class TestOgcApiMapsSource(HttpSourceSuite):
    def over(self, http: HttpClient) -> MapSource:
        return OgcApiMapsSource(
            trusted(http),
            found=FoundMaps({"png": "http://host/map?key=hunter2"}, ((WEB_MERCATOR, "X"),)),
            traits=SourceTraits(meta_tiles=True),
            transparent=False,
            background=None,
        )


class TestReprojectedSource(HttpSourceSuite):
    """Over a WMS that has another SRS."""

    def over(self, http: HttpClient) -> MapSource:
        imaging = TextImaging()
        return ReprojectedSource(
            WmsSource(
                exchange(http, max_bytes=1000),
                request=WmsRequestTemplate("http://host/?key=hunter2"),
                traits=SourceTraits(meta_tiles=True),
                supported_srs=(WEB_MERCATOR,),
            ),
            available=(WEB_MERCATOR,),
            preferred={},
            projection=FakeProjection(),
            imaging=imaging,
            gate=StoreGate(imaging, ImageLimits(1000, 1_000_000), "test"),
            transparent=False,
            resampling="nearest",
        )


class TestDirectMap(HttpSourceSuite):
    def over(self, http: HttpClient) -> MapSource:
        return DirectMap(lambda _: TestWmsSource().over(http), ("a",), alike=None)


class TestCacheOrDirect(HttpSourceSuite):
    def over(self, http: HttpClient) -> MapSource:
        cached = FakeMapSource(Fetched(IMAGE.body, "image/png"))
        direct = TestWmsSource().over(http)
        return CacheOrDirect(cached, direct, resolution=1e9, srs=WEB_MERCATOR, projection=FakeProjection())


class TestFakeMapSource(MapSourceSuite):
    def working(self) -> MapSource:
        return FakeMapSource(Fetched(IMAGE.body, "image/png"))

    def conditional(self) -> MapSource:
        return FakeMapSource(answers_with_validators(Fetched(IMAGE.body, "image/png", VALIDATORS)))

    def failing(self) -> MapSource:
        return FakeMapSource(SourceStatusError("status 500 from http://fake/", status=500))
