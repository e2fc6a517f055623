"""Bands of several sources as one source."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.parallel import InlineRunner
from tests.fakes.text_imaging import TextImaging, TextRaster, image
from tests.unit.application.kitchen import LIMITS
from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.application.sources.merged_bands import MergedBands
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.bands import BandMix, BandPart
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError, SourceUnreachable
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, SourceTraits
from tilekeep.domain.tile import Validators

SIZE = Size(100, 100)
QUERY = MapQuery(BBox(0, 0, 1000, 1000), SIZE, WEB_MERCATOR, "image/png", validators=Validators('"v1"'))
MIX = BandMix("RGB", (BandPart(0, 0, 2), BandPart(1, 1, 0, 0.5)))


def fetched(shows: str) -> Fetched:
    return Fetched(image(*SIZE, shows), "image/png")


def merged(*sources: FakeMapSource) -> MergedBands:
    imaging = TextImaging()
    return MergedBands(sources, MIX, imaging, StoreGate(imaging, LIMITS, "test"), InlineRunner(), transparent=True)


def test_bands_are_put_together() -> None:
    infrared, photo = FakeMapSource(fetched("infrared")), FakeMapSource(Drawn(TextRaster(SIZE, "photo")))

    answer = merged(infrared, photo).get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert Drawn(TextRaster(SIZE, "RGB of infrared.2x1.0->0 photo.0x0.5->1")) == answer


def test_where_one_source_is_blank_there_is_an_empty_map() -> None:
    answer = merged(FakeMapSource(fetched("infrared")), FakeMapSource(Blank())).get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert Drawn(TextRaster(SIZE, "nothing")) == answer


def test_one_failing_source_fails_the_map() -> None:
    with pytest.raises(SourceUnreachable):
        merged(FakeMapSource(fetched("infrared")), FakeMapSource(SourceUnreachable("down"))).get(
            QUERY, Purpose.SERVE, NO_DEADLINE
        )


def test_a_map_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(SourceContentError):
        merged(FakeMapSource(fetched("infrared")), FakeMapSource(Fetched(image(1, 1), None))).get(
            QUERY, Purpose.SERVE, NO_DEADLINE
        )


def test_sources_are_asked_unconditionally() -> None:
    source = FakeMapSource(fetched("infrared"))

    merged(source, source).get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert [None, None] == [query.validators for query in source.queries]


def test_the_map_is_as_fresh_as_the_oldest_source() -> None:
    stale = fetched("infrared")._replace(fresh_for=30.0)

    answer = merged(FakeMapSource(stale), FakeMapSource(fetched("photo"))).get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert isinstance(answer, Drawn)
    assert (answer.fresh_for, answer.storable) == (30.0, True)


def test_all_requests_are_named_and_all_tiles_counted() -> None:
    one, other = FakeMapSource(Blank(), url="http://a/"), FakeMapSource(Blank(), url="http://b/")
    one.tiles, other.tiles = 3, 4

    sources = merged(one, other)

    assert ["http://a/", "http://b/"] == [request.public_url for request in sources.requests_for(QUERY, Purpose.SERVE)]
    assert sources.tiles_for(QUERY) == 7


@pytest.mark.parametrize("tiled", [True, False])
def test_meta_tiles_need_sources_that_all_draw_them(tiled: bool) -> None:
    other = FakeMapSource(Blank(), traits=SourceTraits(meta_tiles=not tiled))

    assert merged(FakeMapSource(Blank()), other).traits == SourceTraits(meta_tiles=not tiled)
