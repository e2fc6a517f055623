"""From a configuration file to use cases: every kind of cache and source is put together as the options say."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from textwrap import dedent

import pytest
from dependency_injector import providers

from tests.fakes.clock import FakeClock
from tilekeep.application.catalogue import LayerInGrid
from tilekeep.application.explain_tile import Explanation
from tilekeep.config.checked_container import checked_container
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.problems import ConfigurationProblems, path_text
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.staleness import Verdict
from tilekeep.domain.tile import TileCoord, TileKey

FULL = """
    services:
      tms:
      wmts:
    layers:
      - {name: meta, title: Meta tiles, sources: [meta_cache]}
      - {name: bulk, title: Bulk meta tiles, sources: [bulk_cache]}
      - {name: single, title: Single tiles, sources: [single_cache]}
      - {name: merged, title: Merged, sources: [merged_cache]}
      - {name: stored, title: Storage only, sources: [stored_cache]}
      - {name: seeded, title: Filled by seeding, sources: [seeded_cache]}
      - {name: world, title: World, sources: [world_cache]}
    caches:
      meta_cache: {sources: [wms], grids: [GLOBAL_WEBMERCATOR, utm], refresh_before: {days: 1}}
      bulk_cache: {sources: [tiles], grids: [GLOBAL_WEBMERCATOR], bulk_meta_tiles: true, meta_size: [2, 2]}
      single_cache: {sources: [tiles], grids: [GLOBAL_WEBMERCATOR]}
      merged_cache: {sources: [wms, limited], grids: [GLOBAL_WEBMERCATOR], meta_size: [2, 2], meta_buffer: 0}
      stored_cache: {sources: [], grids: [GLOBAL_WEBMERCATOR]}
      seeded_cache: {sources: [seeding], grids: [GLOBAL_WEBMERCATOR]}
      world_cache: {sources: [world], grids: [GLOBAL_WEBMERCATOR]}
    sources:
      wms: {type: wms, req: {url: "http://user:secret@maps.example.org/wms?key=hidden", layers: land}}
      limited:
        type: wms
        req: {url: "http://maps.example.org/wms", layers: roads}
        coverage: {bbox: [5, 45, 15, 55], srs: "EPSG:4326"}
        max_res: 1000
        min_res: 40000
      seeding: {type: wms, seed_only: true, req: {url: "http://maps.example.org/wms", layers: land}}
      tiles: {type: tile, url: "http://tiles.example.org/%(z)s/%(x)s/%(y)s.png", grid: GLOBAL_WEBMERCATOR}
      world: {type: world}
    grids:
      utm: {srs: "EPSG:25832", bbox: [5, 47, 15, 55], bbox_srs: "EPSG:4326", origin: nw, num_levels: 8}
"""


@pytest.fixture
def container_of(tmp_path: Path) -> Callable[[str], TilekeepContainer]:
    def container(text: str) -> TilekeepContainer:
        path = tmp_path / "mapproxy.yaml"
        path.write_text(dedent(text))
        return checked_container(load_settings(str(path), variables=os.environ))

    return container


def explained(container: TilekeepContainer, layer: str, coord: TileCoord, grid: str) -> Explanation:
    return container.use_cases.catalogue().tile_layer(layer, grid).explain(TileKey(coord))


def test_documents_describe_layers_as_their_tiles_are_made(
    container_of: Callable[[str], TilekeepContainer],
) -> None:
    catalogue = container_of(FULL).use_cases.catalogue()

    for outline in catalogue.layers:
        for grid in outline.grids:
            described, layer = (ask(outline.name, grid.name) for ask in (catalogue.description, catalogue.tile_layer))
            for name in (field.name for field in fields(LayerInGrid)):
                assert getattr(described, name) == getattr(layer, name), (outline.name, grid.name, name)


def test_documents_set_up_no_store_and_no_source(container_of: Callable[[str], TilekeepContainer]) -> None:
    container = container_of(FULL)
    catalogue = container.use_cases.catalogue()

    described = [catalogue.description(layer.name, grid.name) for layer in catalogue.layers for grid in layer.grids]

    assert len(described) == 8
    assert container.use_cases.caches().node._values == {}


def test_a_forked_process_waits_for_no_document_of_its_parent(
    container_of: Callable[[str], TilekeepContainer],
) -> None:
    container = container_of(FULL)
    container.use_cases.catalogue()
    flights = container.use_cases.document_flights()
    written: list[str] = []

    def while_the_parent_writes() -> str:
        container.adapters.resources().reset()
        return flights.run("document", lambda: "written by the child", NO_DEADLINE)

    written.append(flights.run("document", while_the_parent_writes, NO_DEADLINE))

    assert written == ["written by the child"]


def test_every_layer_of_a_full_configuration_can_be_put_together(
    container_of: Callable[[str], TilekeepContainer],
) -> None:
    catalogue = container_of(FULL).use_cases.catalogue()

    built = [catalogue.tile_layer(layer.name, grid.name) for layer in catalogue.layers for grid in layer.grids]
    assert [layer.outline.name for layer in built] == [
        "meta", "meta", "bulk", "single", "merged", "stored", "seeded", "world",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "sizes", "tiles", "requests"),
    [
        pytest.param("meta", [Size(1184, 1184)], [16], [1], id="a-wms-is-asked-for-meta-tiles"),
        pytest.param("bulk", [Size(256, 256)] * 4, [1] * 4, [1] * 4, id="bulk-meta-tiles-are-single-requests"),
        pytest.param("single", [Size(256, 256)], [1], [1], id="a-tile-source-is-asked-for-single-tiles"),
        pytest.param("merged", [Size(512, 512)], [4], [2], id="all-sources-of-a-cache-are-asked"),
        pytest.param("stored", [], [], [], id="a-cache-without-sources-asks-nobody"),
        pytest.param("seeded", [], [], [], id="serving-does-not-ask-a-source-for-seeding"),
        pytest.param("world", [Size(1184, 1184)], [16], [0], id="the-world-is-drawn-here"),
    ],
)
def test_a_cache_asks_its_sources_as_its_options_say(
    container_of: Callable[[str], TilekeepContainer],
    layer: str,
    sizes: list[Size],
    tiles: list[int],
    requests: list[int],
) -> None:
    explanation = explained(container_of(FULL), layer, TileCoord(5, 17, 11), "GLOBAL_WEBMERCATOR")

    assert explanation.verdict is Verdict.MISSING
    assert sizes == [fetch.size for fetch in explanation.fetches]
    assert tiles == [fetch.tiles for fetch in explanation.fetches]
    assert requests == [len(fetch.requests) for fetch in explanation.fetches]


def test_a_source_is_not_asked_outside_its_coverage_or_resolutions(
    container_of: Callable[[str], TilekeepContainer],
) -> None:
    container = container_of(FULL)

    outside = explained(container, "merged", TileCoord(5, 2, 2), "GLOBAL_WEBMERCATOR")
    too_fine = explained(container, "merged", TileCoord(12, 2150, 1400), "GLOBAL_WEBMERCATOR")

    assert [1] == [len(fetch.requests) for fetch in outside.fetches]
    assert [1] == [len(fetch.requests) for fetch in too_fine.fetches]


def test_explanations_show_no_secrets(container_of: Callable[[str], TilekeepContainer]) -> None:
    explanation = explained(container_of(FULL), "meta", TileCoord(5, 17, 11), "GLOBAL_WEBMERCATOR")

    text = explanation.fetches[0].requests[0].public_url + repr(explanation)
    assert "maps.example.org" in text
    assert "secret" not in text
    assert "hidden" not in text


def test_a_grid_bbox_in_another_srs_is_transformed(container_of: Callable[[str], TilekeepContainer]) -> None:
    layer = container_of(FULL).use_cases.catalogue().tile_layer("meta", "utm")

    assert layer.grid.bbox == pytest.approx((195_921, 5_205_400, 956_096, 6_134_600), rel=0.01)
    assert layer.geographic_extent.intersects(BBox(5, 47, 15, 55))


def test_parts_are_built_once_and_shared(container_of: Callable[[str], TilekeepContainer]) -> None:
    container = container_of(FULL)
    catalogue = container.use_cases.catalogue()

    assert catalogue is container.use_cases.catalogue()
    assert catalogue.tile_layer("meta", "utm") is catalogue.tile_layer("meta", "utm")


def test_a_provider_can_be_replaced(container_of: Callable[[str], TilekeepContainer]) -> None:
    container = container_of(FULL)
    clock = FakeClock()

    with container.adapters.clock.override(providers.Object(clock)):
        explanation = explained(container, "meta", TileCoord(0, 0, 0), "GLOBAL_WEBMERCATOR")

    assert explanation.age_seconds is None


@pytest.mark.parametrize(
    ("old", "new", "path", "mistake"),
    [
        pytest.param(
            "num_levels: 8}", "num_levels: 1, max_res: 1}", "grids.utm.num_levels", "1, max", id="impossible-levels"
        ),
        pytest.param('srs: "EPSG:25832"', 'srs: "EPSG:999999"', "grids.utm.srs", '"EPSG:999999"', id="unknown-srs"),
        pytest.param(
            "roads}\n        coverage",
            'roads, sld: "file://missing.sld"}\n        coverage',
            "sources.limited.req.sld",
            '"file://missing.sld"',
            id="style-that-is-not-there",
        ),
        pytest.param("%(z)s", "%(w)s", "sources.tiles.url", '"http://tiles', id="unknown-variable-in-a-tile-url"),
    ],
)  # fmt: skip
def test_what_cannot_be_put_together_stops_the_start_and_is_located(
    container_of: Callable[[str], TilekeepContainer], old: str, new: str, path: str, mistake: str
) -> None:
    text = FULL.replace(old, new)
    assert text != FULL

    with pytest.raises(ConfigurationProblems) as caught:
        container_of(text)

    (problem,) = caught.value.report.errors
    assert path == path_text(problem.path)
    assert problem.line is not None
    assert problem.column is not None
    assert dedent(text).splitlines()[problem.line - 1][problem.column - 1 :].startswith(mistake)


TWO_GRIDS = """
    services: {tms: {use_grid_names: true}}
    layers: [{name: layer, title: Layer, sources: [cache]}]
    caches:
      cache:
        grids: [GLOBAL_WEBMERCATOR, second]
        sources: []
        cache: {type: file, directory_layout: tms}
    grids:
      second: {srs: "EPSG:3857", origin: nw, num_levels: 5}
"""


def test_grids_with_the_same_tiles_may_share_a_directory(container_of: Callable[[str], TilekeepContainer]) -> None:
    container = container_of(TWO_GRIDS)

    locations = {
        explained(container, "layer", TileCoord(3, 2, 1), grid).location for grid in ("GLOBAL_WEBMERCATOR", "second")
    }

    assert len(locations) == 1


def test_grids_with_other_tiles_cannot_share_a_directory(container_of: Callable[[str], TilekeepContainer]) -> None:
    text = TWO_GRIDS.replace("num_levels: 5", "bbox: [0, 0, 1000000, 1000000]")

    with pytest.raises(ConfigurationProblems) as caught:
        container_of(text)

    (problem,) = caught.value.report.errors
    assert (path_text(problem.path), problem.line, problem.column) == ("caches.cache.grids[1]", 6, 33)
    assert "tiles of 'second' would overwrite those of 'GLOBAL_WEBMERCATOR'" in problem.message
    assert "cache_EPSG3857" in problem.message
    assert "use_grid_names: true" in problem.message


def test_directories_named_after_grids_keep_their_tiles_apart(
    container_of: Callable[[str], TilekeepContainer],
) -> None:
    text = TWO_GRIDS.replace("num_levels: 5", "bbox: [0, 0, 1000000, 1000000]")

    container = container_of(text.replace("type: file", "type: file, use_grid_names: true"))

    assert explained(container, "layer", TileCoord(3, 2, 1), "second").location.endswith("cache/second/3/2/1.png")


def test_two_grids_with_one_name_need_different_names(container_of: Callable[[str], TilekeepContainer]) -> None:
    text = TWO_GRIDS.replace("num_levels: 5", "bbox: [0, 0, 1000000, 1000000], name: GLOBAL_WEBMERCATOR")

    with pytest.raises(ConfigurationProblems, match="give the grids different names"):
        container_of(text.replace("type: file", "type: file, use_grid_names: true"))
