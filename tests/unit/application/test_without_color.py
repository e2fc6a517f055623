"""One colour of a source stands for nothing (spec/sources.md, 3.6)."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import TextImaging, TextRaster, image
from tests.unit.application.kitchen import LIMITS
from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.application.sources.without_color import WithoutColor
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, NotModified, SourceAnswer

QUERY = MapQuery(BBox(0, 0, 10, 10), Size(10, 10), WEB_MERCATOR, "image/png")


def without_white(source: FakeMapSource) -> WithoutColor:
    imaging = TextImaging()
    return WithoutColor(source, imaging, StoreGate(imaging, LIMITS, "test"), color=(255, 255, 255), tolerance=5)


def test_the_colour_is_taken_out_of_what_the_source_sends() -> None:
    source = FakeMapSource(Fetched(image(10, 10), "image/png"))

    answer = without_white(source).get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert Drawn(TextRaster(QUERY.size, "map without (255, 255, 255)")) == answer


@pytest.mark.parametrize("answer", [Blank(), NotModified()], ids=["nothing", "no news"])
def test_nothing_and_no_news_have_no_colour(answer: SourceAnswer) -> None:
    assert answer == without_white(FakeMapSource(answer)).get(QUERY, Purpose.SERVE, NO_DEADLINE)


def test_a_map_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(SourceContentError):
        without_white(FakeMapSource(Fetched(image(9, 10), "image/png"))).get(QUERY, Purpose.SERVE, NO_DEADLINE)


def test_what_the_source_is_and_asks_stays_the_same() -> None:
    source = FakeMapSource(Blank())
    source.tiles = 3
    wrapped = without_white(source)

    assert (source.traits, 3) == (wrapped.traits, wrapped.tiles_for(QUERY))
    assert source.requests_for(QUERY, Purpose.SERVE) == wrapped.requests_for(QUERY, Purpose.SERVE)
