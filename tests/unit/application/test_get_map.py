"""A map is its layers over each other; what fails is missing, and the map says so (spec/services.md, 3.6, 3.8)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.parallel import InlineRunner
from tests.fakes.text_imaging import TextImaging, TextRaster, image
from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.application.get_map import GetMap, MapAnswer, WantedMap
from tilekeep.application.layer_tree import LaidSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import (
    InvalidParameter,
    LockTimeout,
    SourceError,
    SourceRecentlyFailed,
    SourceStatusError,
    SourceUnreachable,
)
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import ImageEncoding, ImageLimits
from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery
from tilekeep.domain.tile_state import TileState
from tilekeep.ports.imaging import Canvas, Placement

SIZE = Size(200, 100)
QUERY = MapQuery(BBox(0, 0, 200, 100), SIZE, WEB_MERCATOR, "image/png")
WANTED = WantedMap(QUERY, ImageEncoding())


def drawn(shows: str, size: Size = SIZE, *, fresh_for: float | None = None, storable: bool = True) -> FakeMapSource:
    return FakeMapSource(Drawn(TextRaster(size, shows), fresh_for, storable))


def laid(*sources: FakeMapSource) -> list[LaidSource]:
    return [LaidSource(source) for source in sources]


def get_map(
    sources: list[LaidSource],
    wanted: WantedMap = WANTED,
    *,
    raise_source_errors: bool = False,
    max_tiles: float | None = None,
    imaging: TextImaging | None = None,
) -> MapAnswer:
    imaging = imaging or TextImaging()
    gate = StoreGate(imaging, ImageLimits(10_000, 1_000_000), "of layers")
    use_case = GetMap(
        imaging=imaging,
        gate=gate,
        parallel=InlineRunner(),
        max_tiles=max_tiles,
        raise_source_errors=raise_source_errors,
    )
    return use_case(sources, wanted, Purpose.SERVE, NO_DEADLINE)


def test_layers_lie_over_each_other_in_their_order() -> None:
    answer = get_map(laid(drawn("land"), drawn("roads")))

    assert b"land@0,0+roads@0,0" == answer.image.body


def test_every_source_gets_the_query() -> None:
    land, roads = drawn("land"), drawn("roads")

    get_map(laid(land, roads))

    assert [QUERY] == land.queries == roads.queries


def test_blank_layers_leave_no_trace() -> None:
    assert b"roads@0,0" == get_map(laid(FakeMapSource(Blank()), drawn("roads"))).image.body


def test_no_layer_is_an_empty_map() -> None:
    assert b"nothing" == get_map([]).image.body


def test_images_as_sources_send_them_are_decoded() -> None:
    source = FakeMapSource(Fetched(image(200, 100, "sent"), "image/png"))

    assert b"sent@0,0" == get_map(laid(source)).image.body


def test_labels_are_written_on_the_finished_map() -> None:
    label = Label("(c) us", LabelPlace.BOTTOM_RIGHT, 10, (0, 0, 0, 255))

    answer = get_map(laid(drawn("land")), WANTED._replace(labels=(label,)))

    assert b'land@0,0 "(c) us" bottom right' == answer.image.body


class TestPassedOn:
    """The image of the only source is the answer, if the map shows it as it is."""

    BODY = b"\x89PNG\r\n\x1a\n of the source"

    class Pixels(TextImaging):
        """Finds any PNG good; a single map that nothing shines through is the result itself."""

        def decode(self, body: bytes, limits: ImageLimits, *, lazily: bool = False) -> TextRaster:
            return TextRaster(Size(50, 100) if b"part" in body else SIZE, "sent")

        def compose(self, canvas: Canvas, placements: Iterable[Placement]) -> TextRaster:
            rasters = [placement.raster for placement in placements]
            alone = len(rasters) == 1 and canvas.transparent
            return rasters[0] if alone else TextRaster(canvas.size, "composed")  # type: ignore[return-value]

    def answer(self, wanted: WantedMap, *others: FakeMapSource, body: bytes = BODY) -> bytes:
        sources = laid(FakeMapSource(Fetched(body, "image/png")), *others)
        return get_map(sources, wanted, imaging=self.Pixels()).image.body

    def test_it_is_the_answer(self) -> None:
        assert self.BODY == self.answer(WANTED._replace(transparent=True))

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"transparent": False}, id="where the ground may shine through"),
            pytest.param({"encoding": ImageEncoding("image/jpeg")}, id="in another format"),
            pytest.param({"redraw": lambda drawn: drawn}, id="where others draw on it"),
            pytest.param({"encoding": ImageEncoding("image/png", mode="RGB")}, id="with bands of its own"),
            pytest.param({"labels": (Label("us", LabelPlace.CENTRE, 9, (0, 0, 0, 255)),)}, id="with text on it"),
        ],
    )
    def test_it_is_drawn(self, change: dict[str, Any]) -> None:
        assert self.BODY != self.answer(WANTED._replace(**{"transparent": True, **change}))

    def test_it_is_drawn_in_a_part_of_the_map(self) -> None:
        wanted = WANTED._replace(transparent=True, within=BBox(100, -100, 150, 300))

        assert b"sent" == self.answer(wanted, body=self.BODY + b" part")

    def test_it_is_drawn_with_others(self) -> None:
        assert self.BODY != self.answer(WANTED._replace(transparent=True), drawn("roads"))

    def test_a_tiff_is_encoded_for_what_it_says_of_its_place(self) -> None:
        wanted = WANTED._replace(transparent=True, encoding=ImageEncoding("image/tiff"))

        assert b"sent" == self.answer(wanted, body=b"II*\x00 of the source")

    def test_what_is_called_so_and_is_none_is_drawn(self) -> None:
        assert b"sent" == self.answer(WANTED._replace(transparent=True), body=b"GIF89a of the source")


class TestAge:
    """A map is as old as its oldest part."""

    def test_the_shortest_time_counts(self) -> None:
        answer = get_map(laid(drawn("a", fresh_for=60.0), drawn("b", fresh_for=5.0), drawn("c")))

        assert (5.0, True) == (answer.fresh_for, answer.storable)

    def test_one_part_that_may_not_be_kept_is_enough(self) -> None:
        assert not get_map(laid(drawn("a"), drawn("b", storable=False))).storable

    def test_good_parts_have_no_limit(self) -> None:
        answer = get_map(laid(drawn("a"), drawn("b")))

        assert (None, True) == (answer.fresh_for, answer.storable)


class TestOrigin:
    """What is said of where a map came from."""

    def test_a_map_of_tiles_of_a_cache_and_of_a_source_has_been_made_now(self) -> None:
        out_of_cache = FakeMapSource(Drawn(TextRaster(SIZE, "a"), state=TileState.HIT))

        answer = get_map(laid(out_of_cache, drawn("b")))

        assert answer.state is TileState.MISS

    def test_a_map_for_which_no_source_has_anything_took_nothing(self) -> None:
        assert get_map(laid(FakeMapSource(Blank()))).state is TileState.HIT


class TestFailingSources:
    """``on_source_errors``."""

    def test_a_failed_layer_is_missing_and_the_map_says_why(self) -> None:
        failed = FakeMapSource(SourceUnreachable("secret reason", client_message="No response."))

        answer = get_map(laid(drawn("land"), failed))

        assert b'land@0,0 "No response." top left' == answer.image.body
        assert not answer.storable

    def test_the_same_message_stands_once(self) -> None:
        failed = [FakeMapSource(SourceUnreachable("x", client_message="No response.")) for _ in range(3)]

        assert b'land@0,0 "No response." top left' == get_map(laid(drawn("land"), *failed)).image.body

    def test_a_lock_that_is_not_to_be_had_counts_as_failure_of_its_layer(self) -> None:
        def wait_in_vain(_: MapQuery) -> Drawn:
            raise LockTimeout("held by 4711")

        answer = get_map(laid(drawn("land"), FakeMapSource(wait_in_vain)))

        assert b'land@0,0 "The tiles are not to be had at the moment." top left' == answer.image.body

    @pytest.mark.parametrize(
        ("error", "level"),
        [
            pytest.param(SourceUnreachable("down"), logging.WARNING, id="a failure"),
            pytest.param(SourceRecentlyFailed("not asked again yet"), logging.DEBUG, id="the echo of an earlier one"),
        ],
    )
    def test_a_failure_is_a_warning_once_and_not_with_every_map(
        self, error: SourceError, level: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, "tilekeep.map")

        get_map(laid(drawn("land"), FakeMapSource(error)))

        assert [("tilekeep.map", level, f"a layer of a map failed: {error}")] == caplog.record_tuples

    def test_nothing_to_show_is_an_error(self) -> None:
        first = FakeMapSource(SourceUnreachable("down"))
        second = FakeMapSource(SourceStatusError("gone", status=404))

        with pytest.raises(SourceUnreachable):
            get_map(laid(first, second))

    def test_errors_are_raised_where_that_is_configured(self) -> None:
        with pytest.raises(SourceStatusError):
            get_map(laid(drawn("land"), FakeMapSource(SourceStatusError("gone", status=404))), raise_source_errors=True)


class TestCost:
    """What a map may cost is known before anything is read for it, and it holds one layer at a time."""

    def test_too_many_tiles_of_all_layers_together_are_refused_before_any_source_is_asked(self) -> None:
        land, roads = drawn("land"), drawn("roads")
        land.tiles, roads.tiles = 60, 41

        with pytest.raises(InvalidParameter, match=r"max_map_tiles: 100, num_tiles: 101") as caught:
            get_map(laid(land, roads), max_tiles=100)

        assert "bbox" == caught.value.locator
        assert caught.value.message.endswith("num_tiles: 101: 0,0,200,100)")
        assert [] == land.queries == roads.queries

    def test_a_tile_drawn_large_counts_for_those_that_would_fill_the_map(self) -> None:
        large = WANTED._replace(query=QUERY._replace(size=Size(1000, 1000)))
        land, roads, empty = (drawn("layer", Size(1000, 1000)) for _ in range(3))
        land.tiles = roads.tiles = 1

        with pytest.raises(InvalidParameter, match=r"max_map_tiles: 31, num_tiles: 32"):
            get_map(laid(land, roads, empty), large, max_tiles=31)

        assert get_map(laid(land, roads, empty), large, max_tiles=32).image.body

    def test_as_many_as_permitted_are_drawn(self) -> None:
        land, roads = drawn("land"), drawn("roads")
        land.tiles, roads.tiles = 60, 40

        assert b"land@0,0+roads@0,0" == get_map(laid(land, roads), max_tiles=100).image.body

    def test_a_layer_is_drawn_when_those_below_it_have_been_laid_down(self) -> None:
        events: list[str] = []

        class Watched(TextImaging):
            def compose(self, canvas: Canvas, placements: Iterable[Placement]) -> TextRaster:
                events.extend(f"laid {placement.raster.shows}" for placement in placements)  # type: ignore[attr-defined]
                return TextRaster(canvas.size, "")

        def source(name: str) -> FakeMapSource:
            def answer(query: MapQuery) -> Drawn:
                events.append(f"drawn {name}")
                return Drawn(TextRaster(query.size, name))

            return FakeMapSource(answer)

        get_map(laid(source("a"), source("b")), imaging=Watched())

        assert ["drawn a", "laid a", "drawn b", "laid b"] == events


class TestLimits:
    """Maps in an SRS may be limited to a box (``bbox_srs``)."""

    def test_outside_there_is_nothing_and_nobody_is_asked(self) -> None:
        source = drawn("land")

        answer = get_map(laid(source), WANTED._replace(within=BBox(500, 500, 600, 600)))

        assert b"nothing" == answer.image.body
        assert [] == source.queries

    def test_the_part_inside_is_drawn_in_its_place(self) -> None:
        source = drawn("land", Size(50, 100))

        answer = get_map(laid(source), WANTED._replace(within=BBox(100, -100, 150, 300)))

        assert (BBox(100, 0, 150, 100), Size(50, 100)) == (source.queries[0].bbox, source.queries[0].size)
        assert b"land@0,0@100,0 alone" == answer.image.body

    def test_a_map_wholly_inside_is_drawn_as_it_is(self) -> None:
        source = drawn("land")

        get_map(laid(source), WANTED._replace(within=BBox(-1, -1, 300, 300)))

        assert [QUERY] == source.queries
