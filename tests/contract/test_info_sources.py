"""The source, what is put around sources, and the fake keep the promises of the port."""

from __future__ import annotations

from tests.contract.info_source_suite import InfoSourceSuite
from tests.fakes.catalogue import MERCATOR, WGS84
from tests.fakes.exchanges import exchange
from tests.fakes.http_client import FakeHttpClient
from tests.fakes.info_source import FakeInfoSource, text
from tests.fakes.projection import FakeProjection
from tilekeep.adapters.sources.arcgis_info import ArcgisInfoSource
from tilekeep.adapters.sources.wms_info import WmsInfoSource
from tilekeep.application.sources.limited_info import LimitedInfo
from tilekeep.application.sources.reprojected_info import ReprojectedInfo
from tilekeep.application.sources.transformed_info import TransformedInfo
from tilekeep.domain.arcgis_request import ArcgisRequestTemplate
from tilekeep.domain.errors import SourceStatusError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import BoxRegion
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.http_client import HttpAnswer
from tilekeep.ports.info_source import InfoSource


class TestWmsInfoSource(InfoSourceSuite):
    def over(self, answer: HttpAnswer) -> InfoSource:
        template = WmsRequestTemplate("http://host/?key=hunter2", parameters=(("layers", "a"),))
        return WmsInfoSource(exchange(FakeHttpClient(answer), max_bytes=1000), request=template)

    def telling(self, text: str) -> InfoSource:
        return self.over(HttpAnswer(200, {"content-type": "text/plain"}, text.encode()))

    def silent(self) -> InfoSource:
        return self.over(HttpAnswer(200, {"content-type": "text/plain"}, b"\n"))

    def failing(self) -> InfoSource:
        return self.over(HttpAnswer(500, {}, b""))


class TestArcgisInfoSource(TestWmsInfoSource):
    def over(self, answer: HttpAnswer) -> InfoSource:
        template = ArcgisRequestTemplate("http://host/MapServer?token=hunter2")
        return ArcgisInfoSource(exchange(FakeHttpClient(answer), max_bytes=1000), request=template)


class TestFakeInfoSource(InfoSourceSuite):
    def telling(self, content: str) -> InfoSource:
        return FakeInfoSource(text(content))

    def silent(self) -> InfoSource:
        return FakeInfoSource(None)

    def failing(self) -> InfoSource:
        return FakeInfoSource(SourceStatusError("status 500 from http://fake/", status=500))


class TestLimitedInfo(TestFakeInfoSource):
    def telling(self, content: str) -> InfoSource:
        return self._around(super().telling(content))

    def silent(self) -> InfoSource:
        return LimitedInfo(super().telling("elsewhere"), lambda srs: BoxRegion(BBox(5000.0, 5000.0, 6000.0, 6000.0)))

    def failing(self) -> InfoSource:
        return self._around(super().failing())

    def _around(self, source: InfoSource) -> InfoSource:
        return LimitedInfo(source, lambda srs: BoxRegion(BBox(0.0, 0.0, 1000.0, 1000.0)))


class TestReprojectedInfo(TestFakeInfoSource):
    def telling(self, content: str) -> InfoSource:
        return self._around(super().telling(content))

    def silent(self) -> InfoSource:
        return self._around(super().silent())

    def failing(self) -> InfoSource:
        return self._around(super().failing())

    def _around(self, source: InfoSource) -> InfoSource:
        return ReprojectedInfo(source, FakeProjection(), supported_srs=[WGS84], preferred_srs={MERCATOR: [WGS84]})


class TestTransformedInfo(TestFakeInfoSource):
    def telling(self, content: str) -> InfoSource:
        return TransformedInfo(super().telling(content[::-1]), lambda document: text(document.text[::-1]))

    def silent(self) -> InfoSource:
        return TransformedInfo(super().silent(), lambda document: document)

    def failing(self) -> InfoSource:
        return TransformedInfo(super().failing(), lambda document: document)
