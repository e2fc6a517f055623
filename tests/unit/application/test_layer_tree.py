"""Layers are found by name, and draw themselves or what is below them (spec/services.md, 2.3)."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.application.layer_tree import LaidSource, LayerTree, MapLayer
from tilekeep.domain.errors import UnknownLayer
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.map_query import Blank

ROADS = MapLayer("roads", "Roads", sources=("roads_cache",))
RIVERS = MapLayer("rivers", "Rivers", sources=("lakes_cache", "rivers_cache"))
GROUP = MapLayer("lines", "Lines", children=(ROADS, RIVERS))
OVERVIEW = MapLayer("overview", "Overview", sources=("overview_cache",), children=(MapLayer(None, "x", ("y",)),))
ROOT = MapLayer(None, "", children=(GROUP, OVERVIEW))
WORLD = Extent(BBox(0, 0, 1, 1), WEB_MERCATOR)


class Sources:
    """Makes one source for each name and counts how often."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, layer: MapLayer) -> tuple[LaidSource, ...]:
        self.made += layer.sources
        return tuple(LaidSource(FakeMapSource(Blank(), url=name)) for name in layer.sources)


def tree(sources: Sources) -> LayerTree:
    return LayerTree(ROOT, sources, lambda _: WORLD)


def names(laid: tuple[LaidSource, ...]) -> list[str]:
    return [source._url for source, _ in laid]  # type: ignore[attr-defined]


def test_a_layer_is_found_by_its_name_at_any_depth() -> None:
    assert RIVERS is tree(Sources()).layer("rivers")


@pytest.mark.parametrize("name", ["nothing", "", "Lines", "x"])
def test_an_unknown_name_is_named_with_its_parameter(name: str) -> None:
    with pytest.raises(UnknownLayer, match=f"unknown layer: {name}") as caught:
        tree(Sources()).layer(name)

    assert "layers" == caught.value.locator


def test_a_group_draws_its_children_bottom_first() -> None:
    assert ["roads_cache", "lakes_cache", "rivers_cache"] == names(tree(Sources()).sources(GROUP))


def test_sources_of_a_group_stand_for_its_children() -> None:
    assert ["overview_cache"] == names(tree(Sources()).sources(OVERVIEW))


def test_a_group_with_a_legend_of_its_own_is_drawn_by_its_children() -> None:
    group = MapLayer("g", "G", children=(ROADS, RIVERS), legend_url="http://h/legend.png")

    assert [ROADS, RIVERS] == list(group.drawing())
    assert [group] == list(group.explained_by())


def test_what_is_not_drawn_is_not_explained() -> None:
    explained = MapLayer("a", "A", sources=("a",), legend_sources=("a",))
    covered = MapLayer("g", "G", sources=("b",), children=(explained,))
    group = MapLayer("h", "H", children=(explained, ROADS, covered))

    assert [] == list(covered.explained_by())
    assert [explained] == list(group.explained_by())


def test_sources_are_made_when_a_layer_is_first_drawn_and_then_kept() -> None:
    sources = Sources()
    layers = tree(sources)
    assert [] == sources.made

    first = layers.sources(GROUP)
    second = layers.sources(ROADS)

    assert ["roads_cache", "lakes_cache", "rivers_cache"] == sources.made
    assert first[0].source is second[0].source


def test_all_lists_groups_before_their_children() -> None:
    assert ["lines", "roads", "rivers", "overview", None] == [layer.name for layer in list(ROOT.all())[1:]]
