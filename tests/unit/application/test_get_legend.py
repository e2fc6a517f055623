"""Legends put together (spec/sources.md, 6; spec/services.md, 3.11)."""

from __future__ import annotations

import json

import pytest

from tests.fakes.legends import FakeLegendSource, LegendKitchen, legend
from tests.fakes.text_imaging import image
from tilekeep.application.get_legend import MOST_LEGENDS
from tilekeep.application.legend import Legend
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import InvalidRequest, MapTooLarge, SourceContentError, SourceError
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import JPEG, PNG, ImageEncoding
from tilekeep.domain.legend import legend_file_name

AS_PNG = ImageEncoding(PNG, transparent=True)
FAILURE = SourceError("no answer from http://secret", client_message="No answer.")


def source(shows: str = "a", width: int = 30, height: int = 20) -> FakeLegendSource:
    return FakeLegendSource(image(width, height, shows))


def shown(kitchen: LegendKitchen, *legends: Legend, scale: float | None = None) -> tuple[str, bool]:
    """What the legend shows, with its size, and whether it is whole."""
    answer = kitchen.get.image(legends, AS_PNG, scale, NO_DEADLINE)
    return answer.image.body.decode(), answer.is_complete


@pytest.fixture
def kitchen() -> LegendKitchen:
    return LegendKitchen()


class TestStacking:
    def test_a_single_picture_stays_as_it_is(self, kitchen: LegendKitchen) -> None:
        assert shown(kitchen, legend("x", source())) == ("image 30x20 a", True)

    def test_the_topmost_part_of_a_source_stands_at_the_top(self, kitchen: LegendKitchen) -> None:
        whole = legend("x", source("bottom", 30, 20), source("middle", 50, 5), source("top", 10, 15))

        assert shown(kitchen, whole) == ("image 50x40 top@0,0+middle@0,15+bottom@0,20", True)

    def test_so_does_the_topmost_source(self, kitchen: LegendKitchen) -> None:
        legends = [legend("x", source("bottom", 30, 20)), legend("y", source("top", 10, 15))]

        assert shown(kitchen, *legends) == ("image 30x35 top@0,0+bottom@0,15", True)

    def test_pictures_that_are_larger_than_an_image_together_are_refused(self) -> None:
        kitchen = LegendKitchen(max_pixels=1000)

        with pytest.raises(SourceContentError, match="30x40 pixels together"):
            shown(kitchen, legend("x", source()), legend("y", source()))

    def test_a_picture_that_the_format_cannot_hold_is_refused(self, kitchen: LegendKitchen) -> None:
        long = legend("x", source("a", 1, 65_501))

        with pytest.raises(MapTooLarge, match="at most 65500 in image/jpeg"):
            kitchen.get.image([long], ImageEncoding(JPEG), None, NO_DEADLINE)

    def test_a_group_of_very_many_legends_is_refused_before_any_is_fetched(self, kitchen: LegendKitchen) -> None:
        sources = [source() for _ in range(MOST_LEGENDS + 1)]
        legends = [legend(str(number), part) for number, part in enumerate(sources)]

        with pytest.raises(InvalidRequest, match="101 legends"):
            shown(kitchen, *legends)
        with pytest.raises(InvalidRequest):
            kitchen.get.document(legends, None, NO_DEADLINE)
        assert all(not part.scales for part in sources)


class TestFormats:
    @pytest.mark.parametrize(
        ("media_type", "transparent", "shows"),
        [
            pytest.param("image/jpeg", False, "a@0,0", id="JPEG lies on white"),
            pytest.param("image/gif", False, "a@0,0", id="so does GIF"),
            pytest.param("image/tiff", True, "a", id="others stay transparent"),
        ],
    )
    def test_legends_lie_on_white_where_edges_could_not_be_smooth(
        self, kitchen: LegendKitchen, media_type: str, transparent: bool, shows: str
    ) -> None:
        answer = kitchen.get.image([legend("x", source())], ImageEncoding(media_type, colors=8), None, NO_DEADLINE)

        assert answer.image.body.decode() == f"image 30x20 {shows}"
        assert kitchen.imaging.encodings[-1] == ImageEncoding(media_type, colors=8, transparent=transparent)

    def test_a_single_one_in_png_is_passed_on_as_it_is_kept(self, kitchen: LegendKitchen) -> None:
        kitchen.get.image([legend("x", source())], ImageEncoding(PNG, colors=8), None, NO_DEADLINE)

        assert [encoding.colors for encoding in kitchen.imaging.encodings] == [None]


class TestKeeping:
    def test_a_legend_is_fetched_once(self, kitchen: LegendKitchen) -> None:
        part = source()
        kept = legend("http://h/wms?a", part)

        assert [shown(kitchen, kept) for _ in range(3)] == [("image 30x20 a", True)] * 3
        assert part.scales == [None]
        assert kitchen.store.kept == {legend_file_name("http://h/wms?a", None): b"image 30x20 a"}

    def test_it_is_kept_in_full_colour(self, kitchen: LegendKitchen) -> None:
        shown(kitchen, legend("x", source()))

        assert kitchen.imaging.encodings[0] == ImageEncoding(PNG, mode="RGBA", transparent=True)

    def test_what_another_program_has_kept_is_used(self, kitchen: LegendKitchen) -> None:
        kitchen.store.kept[legend_file_name("x", None)] = image(7, 8, "kept")
        part = source()

        assert shown(kitchen, legend("x", part)) == ("image 7x8 kept", True)
        assert part.scales == []

    def test_each_scale_has_a_legend_of_its_own(self, kitchen: LegendKitchen) -> None:
        part = source()
        scaled = legend("x", part)

        for scale in (1000.0, None, 1000.0, 500.0):
            shown(kitchen, scaled, scale=scale)

        assert part.scales == [1000.0, None, 500.0]
        assert kitchen.store.kept.keys() == {legend_file_name("x", scale) for scale in (1000.0, None, 500.0)}

    def test_a_legend_that_just_lies_somewhere_has_one_for_all(self, kitchen: LegendKitchen) -> None:
        part = source()
        still = legend("x", part, follows_scale=False)

        for scale in (1000.0, None, 500.0):
            shown(kitchen, still, scale=scale)

        assert len(part.scales) == 1
        assert kitchen.store.kept.keys() == {legend_file_name("x", None)}

    @pytest.mark.parametrize("body", [b"damaged", b""])
    def test_what_cannot_be_read_is_fetched_anew(self, kitchen: LegendKitchen, body: bytes) -> None:
        kitchen.store.kept[legend_file_name("x", None)] = body

        assert shown(kitchen, legend("x", source())) == ("image 30x20 a", True)
        assert kitchen.store.kept == {legend_file_name("x", None): b"image 30x20 a"}

    def test_a_broken_store_costs_no_legend(self, kitchen: LegendKitchen) -> None:
        kitchen.store.is_broken = True

        assert shown(kitchen, legend("x", source())) == ("image 30x20 a", True)


class TestFailures:
    def test_a_part_that_fails_is_left_out_and_the_rest_is_not_kept(self, kitchen: LegendKitchen) -> None:
        part = FakeLegendSource(FAILURE, image(1, 1, "b"))
        gappy = legend("x", source("a"), part)

        assert shown(kitchen, gappy) == ("image 30x20 a", False)
        assert kitchen.store.kept == {}
        assert shown(kitchen, gappy) == ("image 30x21 b@0,0+a@0,1", True)

    def test_a_source_that_fails_is_left_out(self, kitchen: LegendKitchen) -> None:
        legends = [legend("x", source("a")), legend("y", FakeLegendSource(FAILURE))]

        assert shown(kitchen, *legends) == ("image 30x20 a", False)
        assert kitchen.store.kept.keys() == {legend_file_name("x", None)}

    def test_what_is_no_image_has_failed_and_the_log_says_whose_it_is(
        self, kitchen: LegendKitchen, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken = legend("https://maps.example.org/legend?token=hunter2", FakeLegendSource(b"<html>"))

        assert shown(kitchen, legend("x", source("a")), broken) == ("image 30x20 a", False)
        assert "legend of https://maps.example.org/legend?token=*** refused: " in caplog.text

    def test_a_picture_over_the_limits_has_failed(self) -> None:
        kitchen = LegendKitchen(max_pixels=100)

        with pytest.raises(SourceContentError, match="legend of x refused: too many pixels") as raised:
            shown(kitchen, legend("x", source()))
        assert raised.value.client_message == "The source did not answer with a usable legend."

    def test_if_all_fail_the_first_failure_is_told(self, kitchen: LegendKitchen) -> None:
        legends = [legend("x", FakeLegendSource(FAILURE)), legend("y", FakeLegendSource(b"nothing"))]

        with pytest.raises(SourceError, match="no answer"):
            shown(kitchen, *legends)

    def test_the_deadline_is_that_of_the_request(self, kitchen: LegendKitchen) -> None:
        part = source()
        deadline = Deadline(12.0)

        kitchen.get.image([legend("x", part)], AS_PNG, None, deadline)

        assert part.deadlines == [deadline]


class TestDocuments:
    def test_the_entries_of_all_parts_stand_in_one_list(self, kitchen: LegendKitchen) -> None:
        legends = [
            legend("x", FakeLegendSource({"layerName": "a"}), FakeLegendSource({"layerName": "b"})),
            legend("y", FakeLegendSource({"layerName": "c"})),
        ]

        answer = kitchen.get.document(legends, 1000.0, NO_DEADLINE)

        assert json.loads(answer.body) == {"Legend": [{"layerName": "a"}, {"layerName": "b"}, {"layerName": "c"}]}
        assert answer.is_complete
        assert kitchen.store.kept == {}

    def test_they_are_fetched_every_time_with_the_scale(self, kitchen: LegendKitchen) -> None:
        part = FakeLegendSource({"a": 1})

        for _ in range(2):
            kitchen.get.document([legend("x", part)], 1000.0, NO_DEADLINE)

        assert part.scales == [1000.0, 1000.0]

    def test_one_that_fails_is_left_out(self, kitchen: LegendKitchen) -> None:
        legends = [legend("x", FakeLegendSource(FAILURE)), legend("y", FakeLegendSource({"a": 1}))]

        assert kitchen.get.document(legends, None, NO_DEADLINE) == (b'{"Legend": [{"a": 1}]}', False)

    def test_if_all_fail_that_is_told(self, kitchen: LegendKitchen) -> None:
        with pytest.raises(SourceError, match="no answer"):
            kitchen.get.document([legend("x", FakeLegendSource(FAILURE))], None, NO_DEADLINE)


class TestSizes:
    def test_they_are_remembered_when_a_legend_is_made(self, kitchen: LegendKitchen) -> None:
        one, two = legend("x", source("a", 30, 20)), legend("y", source("b", 10, 5))
        shown(kitchen, one)

        assert kitchen.sizes.together([one]) == Size(30, 20)
        assert kitchen.sizes.together([one, two]) is None
        shown(kitchen, two)
        assert kitchen.sizes.together([one, two]) == Size(30, 25)

    def test_those_of_other_scales_do_not_count(self, kitchen: LegendKitchen) -> None:
        scaled = legend("x", source())
        shown(kitchen, scaled, scale=1000.0)

        assert kitchen.sizes.together([scaled]) is None

    def test_nor_do_those_with_gaps(self, kitchen: LegendKitchen) -> None:
        gappy = legend("x", source(), FakeLegendSource(FAILURE))
        shown(kitchen, gappy)

        assert kitchen.sizes.together([gappy]) is None
