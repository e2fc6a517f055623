"""What a debug source writes on maps."""

from __future__ import annotations

from tests.contract.map_source_suite import WEB_MERCATOR, WORLD, MapSourceSuite
from tests.fakes.text_imaging import TextImaging
from tilekeep.application.sources.debug_source import DebugSource, description
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery
from tilekeep.ports.map_source import MapSource


class TestDebugSource(MapSourceSuite):
    def working(self) -> MapSource:
        return DebugSource(TextImaging())

    def conditional(self) -> None:
        return None

    def failing(self) -> None:
        return None

    def test_it_is_asked_for_single_tiles(self) -> None:
        assert not self.working().traits.meta_tiles

    def test_it_asks_nobody(self) -> None:
        assert self.working().tiles_for(WORLD) == 0


def test_box_and_resolution_are_told_along_both_axes() -> None:
    query = MapQuery(BBox(0.5, 1, 256.5, 101), Size(256, 200), WEB_MERCATOR, "image/png")

    assert description(query) == "bbox: (0.5, 1, 256.5, 101)\nres: 1.00000000(0.50000000)"
