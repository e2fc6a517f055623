"""Documents know the sizes of legends, and wait for none that does not come."""

from __future__ import annotations

from tests.fakes.legends import FakeLegendSource, LegendKitchen, legend
from tests.fakes.text_imaging import image
from tilekeep.application.survey_legends import LONGEST_SECONDS
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import SourceTimeout, SourceUnreachable
from tilekeep.domain.geometry import Size
from tilekeep.domain.legend import legend_file_name

PNG_HEADER = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + (70).to_bytes(4) + (80).to_bytes(4)


def test_a_kept_legend_is_measured_by_its_header() -> None:
    kitchen = LegendKitchen()
    kitchen.store.kept[legend_file_name("x", None)] = PNG_HEADER
    part = FakeLegendSource(image(1, 1))
    kept = legend("x", part)

    kitchen.survey()(lambda: [kept])

    assert kitchen.sizes.together([kept]) == Size(70, 80)
    assert part.scales == []


def test_others_are_fetched_and_kept() -> None:
    kitchen = LegendKitchen()
    fetched = legend("x", FakeLegendSource(image(30, 20)))

    kitchen.survey()(lambda: [fetched, fetched])

    assert kitchen.sizes.together([fetched]) == Size(30, 20)
    assert kitchen.store.kept.keys() == {legend_file_name("x", None)}


def test_a_process_looks_once_only() -> None:
    kitchen = LegendKitchen()
    part = FakeLegendSource(SourceUnreachable("gone"))
    survey = kitchen.survey()

    for _ in range(3):
        survey(lambda: [legend("x", part)])

    assert len(part.scales) == 1


def test_one_that_fails_costs_the_others_nothing() -> None:
    kitchen = LegendKitchen()
    broken = legend("x", FakeLegendSource(SourceUnreachable("gone")))
    empty = legend("y", FakeLegendSource(b"no image"))
    good = legend("z", FakeLegendSource(image(3, 4)))

    kitchen.survey()(lambda: [broken, empty, good])

    assert [kitchen.sizes.together([found]) for found in (broken, empty, good)] == [None, None, Size(3, 4)]


def test_all_of_it_takes_no_longer_than_the_limit() -> None:
    """The server of the first one answers nothing until the deadline; then nobody is asked any more."""
    kitchen = LegendKitchen()
    start = kitchen.clock.monotonic()

    class Hanging(FakeLegendSource):
        def picture(self, scale: float | None, deadline: Deadline) -> bytes:
            kitchen.clock.advance(deadline.remaining(kitchen.clock.monotonic()))
            return super().picture(scale, deadline)

    hanging, later = Hanging(SourceTimeout("too late")), FakeLegendSource(image(1, 1))

    kitchen.survey()(lambda: [legend("x", hanging), legend("y", later)])

    assert hanging.deadlines == [Deadline(start + LONGEST_SECONDS)]
    assert kitchen.clock.monotonic() == start + LONGEST_SECONDS
    assert later.scales == []


def test_the_size_becomes_known_when_a_client_asks() -> None:
    kitchen = LegendKitchen()
    late = legend("x", FakeLegendSource(SourceUnreachable("gone"), image(5, 6)))
    kitchen.survey()(lambda: [late])
    before = kitchen.sizes.revision

    kitchen.pictures(late, None, Deadline(1e9))

    assert kitchen.sizes.together([late]) == Size(5, 6)
    assert kitchen.sizes.revision > before


def test_a_broken_store_is_no_obstacle() -> None:
    kitchen = LegendKitchen()
    kitchen.store.is_broken = True
    fetched = legend("x", FakeLegendSource(image(30, 20)))

    kitchen.survey()(lambda: [fetched])

    assert kitchen.sizes.together([fetched]) == Size(30, 20)
