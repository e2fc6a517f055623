"""Neighbouring layers of one server are asked for together (spec/sources.md, 3.7 and 3.8)."""

from __future__ import annotations

from collections.abc import Hashable

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.projection import FakeProjection
from tests.fakes.text_imaging import TextRaster
from tests.unit.domain.strategies import UTM32, WEB_MERCATOR, WGS84
from tilekeep.application.combined_maps import combined
from tilekeep.application.layer_tree import LaidSource, LayerTree, MapLayer
from tilekeep.application.sources.cache_or_direct import CacheOrDirect
from tilekeep.application.sources.direct_map import DirectMap
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import OutsideProjection
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Drawn, MapQuery

QUERY = MapQuery(BBox(0, 0, 1000, 1000), Size(100, 100), WEB_MERCATOR, "image/png")


def direct(
    layers: str,
    alike: Hashable | None = "server",
    *,
    opacity: float | None = None,
    forwarded: tuple[str, ...] = (),
    in_range: bool = True,
) -> LaidSource:
    def of_layers(names: tuple[str, ...]) -> FakeMapSource:
        return FakeMapSource(Drawn(TextRaster(QUERY.size, ",".join(names))))

    source = DirectMap(of_layers, tuple(layers.split(",")), alike=alike, forwarded=forwarded, shows=lambda _: in_range)
    return LaidSource(source, opacity)


CACHED = LaidSource(FakeMapSource(Drawn(TextRaster(QUERY.size, "cached"))))


def shown(sources: list[LaidSource], query: MapQuery = QUERY) -> list[str]:
    """What is drawn by each of the requests that are left."""
    answers = [laid.source.get(query, Purpose.SERVE, NO_DEADLINE) for laid in combined(sources, query)]
    return [answer.raster.shows for answer in answers]  # type: ignore[union-attr]


def test_neighbours_become_one_request_in_their_order() -> None:
    assert ["land,lakes,roads,towns"] == shown([direct("land,lakes"), direct("roads"), direct("towns")])


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(direct("x", "another server"), id="of another server"),
        pytest.param(direct("x", None), id="like no other"),
        pytest.param(direct("x", opacity=0.5), id="faded"),
        pytest.param(direct("x", opacity=1.0), id="with any opacity"),
        pytest.param(CACHED, id="out of a cache"),
    ],
)
def test_what_cannot_be_asked_for_with_its_neighbours_parts_them(between: LaidSource) -> None:
    found = shown([direct("land"), between, direct("towns")])

    assert 3 == len(found)
    assert ["land", "towns"] == [found[0], found[2]]


def test_two_that_are_like_no_other_are_not_alike() -> None:
    assert ["a", "b"] == shown([direct("a", None), direct("b", None)])


def test_what_shows_nothing_stands_between_no_others() -> None:
    assert ["land,towns", "x"] == shown([direct("land"), direct("x", in_range=False), direct("towns")])


def test_no_source_is_nothing_to_combine() -> None:
    assert [] == combined([], QUERY)


class TestForwarded:
    """Parameters of the client are part of a request."""

    QUERY = QUERY._replace(dimensions=(("time", "2020"), ("token", "x")))

    def test_the_same_values_for_both_make_one_request(self) -> None:
        sources = [direct("a", forwarded=("TIME", "level")), direct("b", forwarded=("time",))]

        assert ["a,b"] == shown(sources, self.QUERY)

    def test_a_value_for_one_alone_makes_two(self) -> None:
        sources = [direct("a", forwarded=("time",)), direct("b")]

        assert ["a", "b"] == shown(sources, self.QUERY)
        assert ["a,b"] == shown(sources, QUERY)


class TestHiding:
    """A layer hides others if one of its sources does."""

    @pytest.mark.parametrize(("hides", "expected"), [((False, True), True), ((False, False), False), ((), False)])
    def test_one_is_enough(self, hides: tuple[bool, ...], expected: bool) -> None:
        def source(answer: bool) -> DirectMap:
            return DirectMap(lambda _: FakeMapSource(), ("x",), alike=None, hides=lambda _: answer)

        layer = MapLayer("layer", "Layer", ("some",))
        laid = (CACHED, *(LaidSource(source(answer)) for answer in hides))
        tree = LayerTree(layer, lambda _: laid, lambda _: Extent(BBox(0, 0, 1, 1), WGS84))

        assert expected is tree.hides_others(layer, QUERY)


class TestBesideTheCache:
    """Fine resolutions are not cached (spec/caches.md, 14)."""

    def chosen(self, query: MapQuery, resolution: float = 10.0) -> str:
        cached, source = (FakeMapSource(Drawn(TextRaster(QUERY.size, name))) for name in ("cached", "direct"))
        cached.tiles = 4
        either = CacheOrDirect(
            cached, source, resolution=resolution, srs=WEB_MERCATOR_OF_FAKES, projection=FakeProjection()
        )
        answer = either.get(query, Purpose.SERVE, NO_DEADLINE)
        assert isinstance(answer, Drawn)
        name: str = answer.raster.shows  # type: ignore[attr-defined]
        assert (4 if name == "cached" else 0) == either.tiles_for(query)
        assert either.traits.meta_tiles
        assert 1 == len(either.requests_for(query, Purpose.SERVE))
        return name

    def test_the_limit_itself_is_fine_enough(self) -> None:
        query = QUERY._replace(srs=WEB_MERCATOR_OF_FAKES)

        assert ["cached", "direct", "direct"] == [self.chosen(query, limit) for limit in (9.9, 10.0, 10.1)]

    def test_the_finer_axis_counts(self) -> None:
        assert "direct" == self.chosen(QUERY._replace(srs=WEB_MERCATOR_OF_FAKES, size=Size(100, 50)))

    def test_resolutions_are_those_of_the_grid(self) -> None:
        query = MapQuery(BBox(0.0, 0.0, 1.0, 1.0), Size(1000, 1000), FakeProjection().srs("EPSG:4326"), "image/png")

        assert ["cached", "direct"] == [self.chosen(query, limit) for limit in (111.0, 112.0)]

    def test_a_box_without_image_in_the_grid_is_refused(self) -> None:
        with pytest.raises(OutsideProjection):
            self.chosen(QUERY._replace(srs=UTM32))


WEB_MERCATOR_OF_FAKES = FakeProjection().srs("EPSG:3857")
