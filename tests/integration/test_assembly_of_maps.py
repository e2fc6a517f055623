"""From a configuration file to maps: caches of caches, other levels, marks, limits, and what a reload keeps."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from PIL import Image

from tilekeep.application.get_map import WantedMap
from tilekeep.application.layer_tree import MapLayer
from tilekeep.application.rescaled_tiles import RescaledTiles
from tilekeep.config.checked_container import checked_container
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.resolution_range import ResolutionRange
from tilekeep.domain.tile import TileCoord, TileKey

CONFIG = """
    services: {wms: , tms: }
    globals: {cache: {max_tile_limit: 30}}
    layers:
      - {name: world, title: World, sources: [world]}
      - {name: passed_on, title: The same tiles, sources: [passed_on]}
      - {name: redrawn, title: In degrees, sources: [redrawn]}
      - {name: grids, title: Two grids, sources: [grids]}
      - {name: unstored, title: Never stored, sources: [unstored]}
      - {name: marked, title: Marked, sources: [marked]}
      - {name: filled, title: Filled from above, sources: [filled]}
      - {name: faint, title: Faint, sources: [faint]}
      - name: group
        title: Group
        layers:
          - {title: Nameless, sources: [world]}
          - {name: detail, title: Detail, sources: [world], min_res: 1000, max_res: 10}
      - {name: tiles_only, title: For tile services, tile_sources: [world]}
    caches:
      world: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn]}
      passed_on: {grids: [GLOBAL_WEBMERCATOR], sources: [world]}
      redrawn: {grids: [GLOBAL_GEODETIC], sources: [world]}
      grids: {grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC], sources: [drawn]}
      unstored: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn], disable_storage: true}
      marked: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn], watermark: {text: OURS, opacity: 255, color: [255, 0, 0]}}
      filled: {grids: [GLOBAL_WEBMERCATOR], sources: [coarse], upscale_tiles: 2, cache_rescaled_tiles: true}
      faint: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn], image: {opacity: 0.3}}
    sources:
      drawn: {type: world}
      coarse: {type: world, max_res: 30000}
"""

TILE = Size(256, 256)
EUROPE = BBox(-1_000_000.0, 4_000_000.0, 3_000_000.0, 8_000_000.0)


@pytest.fixture
def container_of(tmp_path: Path) -> Callable[..., TilekeepContainer]:
    def container(text: str, before: TilekeepContainer | None = None) -> TilekeepContainer:
        path = tmp_path / "mapproxy.yaml"
        path.write_text(dedent(text))
        nodes = None if before is None else before.use_cases.caches().kept
        return checked_container(load_settings(str(path), variables=os.environ), nodes)

    return container


def drawn(
    container: TilekeepContainer, layer: str, bbox: BBox = EUROPE, size: Size = TILE, srs: str = "EPSG:3857"
) -> Image.Image:
    tree = container.use_cases.layer_tree()
    query = MapQuery(bbox, size, container.adapters.projection().srs(srs), "image/png")
    wanted = WantedMap(query, ImageEncoding(transparent=True), transparent=True)
    answer = container.use_cases.get_map()(tree.sources(tree.layer(layer)), wanted, Purpose.SERVE, NO_DEADLINE)
    return Image.open(io.BytesIO(answer.image.body)).convert("RGBA")


def files_below(directory: Path) -> set[str]:
    return {path.name for path in directory.glob("cache_data/*") if any(path.rglob("*.png"))}


class TestCachesOfCaches:
    """A cache may be the source of another."""

    def test_the_same_tiles_are_passed_on_byte_for_byte(
        self, container_of: Callable[..., TilekeepContainer], tmp_path: Path
    ) -> None:
        container = container_of(CONFIG)

        drawn(container, "passed_on")

        names = {"world_EPSG3857", "passed_on_EPSG3857"}
        assert names == files_below(tmp_path)
        root = tmp_path / "cache_data"
        below = root / "passed_on_EPSG3857"
        copies = sorted(path.relative_to(below) for path in below.rglob("*.png"))
        assert copies
        for copy in copies:
            assert (root / "passed_on_EPSG3857" / copy).read_bytes() == (root / "world_EPSG3857" / copy).read_bytes()

    def test_in_another_grid_the_cache_is_drawn_anew(
        self, container_of: Callable[..., TilekeepContainer], tmp_path: Path
    ) -> None:
        container = container_of(CONFIG)

        image = drawn(container, "redrawn", BBox(-10.0, 35.0, 30.0, 65.0), srs="EPSG:4326")

        assert {"world_EPSG3857", "redrawn_EPSG4326"} == files_below(tmp_path)
        assert len(image.getcolors(1 << 20) or ()) > 50


def test_a_cache_with_several_grids_draws_from_the_one_that_suits(
    container_of: Callable[..., TilekeepContainer], tmp_path: Path
) -> None:
    container = container_of(CONFIG)

    drawn(container, "grids", BBox(-10.0, 35.0, 30.0, 65.0), srs="EPSG:4326")

    assert {"grids_EPSG4326"} == files_below(tmp_path)


def test_a_cache_without_storage_stores_nothing(container_of: Callable[..., TilekeepContainer], tmp_path: Path) -> None:
    image = drawn(container_of(CONFIG), "unstored")

    assert set() == files_below(tmp_path)
    assert len(image.getcolors(1 << 20) or ()) > 50


def test_every_tile_bears_the_mark(container_of: Callable[..., TilekeepContainer]) -> None:
    container = container_of(CONFIG)
    tile = container.use_cases.catalogue().tile_layer("marked", "GLOBAL_WEBMERCATOR")

    answer = tile.get_tile(TileKey(TileCoord(3, 4, 2)), Purpose.SERVE, NO_DEADLINE)

    assert answer.tile is not None
    assert isinstance(answer.tile.body, bytes)
    image = Image.open(io.BytesIO(answer.tile.body)).convert("RGB")
    reds = sum(count for count, (r, g, b) in image.getcolors(1 << 20) or () if r > 200 and g < 90 and b < 90)
    assert reds > 100


class TestOtherLevels:
    """``upscale_tiles``: the source has nothing below 30 km a pixel."""

    def test_levels_without_source_are_filled_and_kept(
        self, container_of: Callable[..., TilekeepContainer], tmp_path: Path
    ) -> None:
        container = container_of(CONFIG)
        tiles = container.use_cases.caches().node(("filled", "GLOBAL_WEBMERCATOR")).tiles

        answer = tiles(TileKey(TileCoord(4, 8, 5)), Purpose.SERVE, NO_DEADLINE)

        assert answer.tile is not None
        assert (tmp_path / "cache_data/filled_EPSG3857/04/000/000/008/000/000/005.png").exists()

    def test_no_more_levels_are_searched_than_the_grid_has(
        self, container_of: Callable[..., TilekeepContainer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[RescaledTiles] = []
        make = RescaledTiles.__init__

        def counted(self: RescaledTiles, **options: Any) -> None:
            make(self, **options)
            made.append(self)

        monkeypatch.setattr(RescaledTiles, "__init__", counted)
        text = CONFIG.replace(
            "grids: [GLOBAL_WEBMERCATOR], sources: [coarse], upscale_tiles: 2",
            "grids: [few], sources: [coarse], upscale_tiles: 50",
        )
        container = container_of(text + "    grids: {few: {base: GLOBAL_WEBMERCATOR, num_levels: 4}}\n")

        container.use_cases.caches().node(("filled", "few"))

        assert len(made) == 3

    def test_further_away_than_permitted_they_stay_empty(self, container_of: Callable[..., TilekeepContainer]) -> None:
        tiles = container_of(CONFIG).use_cases.caches().node(("filled", "GLOBAL_WEBMERCATOR")).tiles

        assert tiles(TileKey(TileCoord(6, 32, 20)), Purpose.SERVE, NO_DEADLINE).tile is None


class TestLayerTree:
    """What the configuration says of layers."""

    def test_layers_for_tile_services_alone_are_left_out(self, container_of: Callable[..., TilekeepContainer]) -> None:
        names = [layer.name for layer in container_of(CONFIG).use_cases.layer_tree().root.children]

        assert "tiles_only" not in names
        assert "world" in names

    def test_the_only_top_level_layer_is_the_root(self, container_of: Callable[..., TilekeepContainer]) -> None:
        text = CONFIG[: CONFIG.index("    layers:")] + CONFIG[CONFIG.index("    caches:") :]
        one = "    layers: [{name: all, title: All, layers: [{name: world, title: World, sources: [world]}]}]\n"

        root = container_of(text + one).use_cases.layer_tree().root

        assert ("all", ["world"]) == (root.name, [child.name for child in root.children])

    def test_ranges_of_a_group_are_those_of_its_members_together(
        self, container_of: Callable[..., TilekeepContainer]
    ) -> None:
        tree = container_of(CONFIG).use_cases.layer_tree()

        detail: MapLayer = tree.layer("detail")

        assert ResolutionRange(1000, 10) == detail.resolutions
        assert ResolutionRange() == tree.layer("group").resolutions

    def test_the_extent_is_that_of_the_grid_where_nothing_limits_it(
        self, container_of: Callable[..., TilekeepContainer]
    ) -> None:
        tree = container_of(CONFIG).use_cases.layer_tree()

        bbox, srs = tree.extent(tree.layer("world"))

        assert ("EPSG:3857", 20037508.342789244) == (srs.code, bbox.max_x)

    def test_faint_layers_are_laid_over_others_as_faintly(self, container_of: Callable[..., TilekeepContainer]) -> None:
        tree = container_of(CONFIG).use_cases.layer_tree()

        (laid,) = tree.sources(tree.layer("faint"))

        assert 0.3 == laid.opacity

    def test_maps_that_need_too_many_tiles_are_refused(self, container_of: Callable[..., TilekeepContainer]) -> None:
        with pytest.raises(InvalidParameter, match="max_tile_limit: 30"):
            drawn(container_of(CONFIG), "world", size=Size(3000, 3000))


class TestReload:
    """A changed configuration keeps what has not changed."""

    def test_an_unchanged_cache_keeps_its_parts(self, container_of: Callable[..., TilekeepContainer]) -> None:
        first = container_of(CONFIG)
        key = ("world", "GLOBAL_WEBMERCATOR")
        node = first.use_cases.caches().node(key)

        second = container_of(CONFIG.replace("title: Two grids", "title: Both grids"), first)

        assert second.use_cases.caches().node(key) is node

    @pytest.mark.parametrize(
        ("before", "after", "cache"),
        [
            pytest.param("world: {grids", "world: {meta_size: [2, 2], grids", "world", id="its own option"),
            pytest.param("drawn: {type: world}", "drawn: {type: world, transparent: true}", "world", id="its source"),
            pytest.param("drawn: {type: world}", "drawn: {type: world, max_res: 5}", "passed_on", id="below it"),
            pytest.param("max_tile_limit: 30", "meta_buffer: 7", "world", id="a default"),
        ],
    )
    def test_what_depends_on_a_change_is_made_anew(
        self, container_of: Callable[..., TilekeepContainer], before: str, after: str, cache: str
    ) -> None:
        first = container_of(CONFIG)
        key = (cache, "GLOBAL_WEBMERCATOR")
        node = first.use_cases.caches().node(key)

        second = container_of(CONFIG.replace(before, after), first)

        assert second.use_cases.caches().node(key) is not node


@pytest.mark.parametrize(
    "layers",
    [
        pytest.param("- {name: empty, title: Empty, sources: []}", id="a layer of no sources"),
        pytest.param("- {name: tiles, title: Tiles, tile_sources: [world]}", id="a layer of tiles alone"),
    ],
)
def test_of_several_layers_none_is_the_root(container_of: Callable[..., TilekeepContainer], layers: str) -> None:
    text = dedent(CONFIG)
    start, end = text.index("layers:\n"), text.index("caches:\n")
    configured = f"layers:\n  - {{name: world, title: World, sources: [world]}}\n  {layers}\n"

    root = container_of(text[:start] + configured + text[end:]).use_cases.layer_tree().root

    assert root.name is None
    assert "world" in [layer.name for layer in root.children]


def test_a_layer_of_no_sources_is_an_empty_map(container_of: Callable[..., TilekeepContainer]) -> None:
    text = dedent(CONFIG).replace("layers:\n", "layers:\n  - {name: empty, title: Empty, sources: []}\n", 1)

    tree = container_of(text).use_cases.layer_tree()

    assert tree.sources(tree.layer("empty")) == ()
