"""Tiles that are drawn from other levels follow the seed task that concerns them (spec/seed.md, 2)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.integration.support.drawing import encoded
from tests.integration.support.seeding import seed_and_clean, tiles_below
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply

CONFIGURATION = """
services: {{tms: }}
layers: [{{name: web, title: Web, sources: [web]}}]
globals: {{cache: {{meta_size: [2, 2], meta_buffer: 0, failure_seconds: 0}}}}
caches:
  web:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [any]
    {rescaling}
    cache_rescaled_tiles: true
    refresh_before: {{days: 30}}
    cache: {{type: file, directory_layout: tms}}
sources: {{any: {{type: wms, {limit}, req: {{url: "{url}/wms", layers: all}}}}}}
"""
UPSCALED = {"rescaling": "upscale_tiles: 1", "limit": "max_res: 30000"}
DOWNSCALED = {"rescaling": "downscale_tiles: 1", "limit": "min_res: 30000"}
TWO_DAYS = 2 * 86400.0


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw)
        yield server


def draw(request: Received) -> Reply:
    size = (int(request.parameters["width"]), int(request.parameters["height"]))
    return image_reply(encoded(Image.effect_noise(size, 50).convert("RGB"), "PNG"))


def written(folder: Path, upstream: UpstreamServer, options: dict[str, str], seed: str) -> tuple[Path, Path]:
    configuration, tasks = folder / "mapproxy.yaml", folder / "seed.yaml"
    configuration.write_text(CONFIGURATION.format(url=upstream.url, **options))
    tasks.write_text(f"seeds: {{s: {{caches: [web], levels: [2, 3], {seed}}}}}\n")
    return configuration, tasks


def aged(folder: Path) -> set[Path]:
    """All stored tiles, which are two days old from now on."""
    tiles = set((folder / "cache_data").glob("**/*.png"))
    for tile in tiles:
        os.utime(tile, (time.time() - TWO_DAYS,) * 2)
    return tiles


def old(folder: Path) -> list[str]:
    return [tile for tile in tiles_below(folder) if (folder / tile).stat().st_mtime < time.time() - TWO_DAYS / 2]


@pytest.mark.parametrize("options", [UPSCALED, DOWNSCALED], ids=["up", "down"])
def test_drawn_tiles_are_as_stale_as_the_task_says_whatever_the_cache_does(
    tmp_path: Path, upstream: UpstreamServer, options: dict[str, str]
) -> None:
    configuration, tasks = written(tmp_path, upstream, options, "refresh_before: {days: 1}")
    seed_and_clean(configuration, tasks)
    stored = aged(tmp_path)

    result = seed_and_clean(configuration, tasks)

    assert len(stored) == 16 + 64
    assert result.tiles.made == 16 + 64
    assert old(tmp_path) == []


def test_missing_tiles_beside_existing_ones_are_not_drawn_where_only_these_are_wanted(
    tmp_path: Path, upstream: UpstreamServer
) -> None:
    seed_and_clean(*written(tmp_path, upstream, UPSCALED, "refresh_before: {days: 1}"))
    configuration, tasks = written(tmp_path, upstream, UPSCALED, "refresh_before: {days: 1}, only_existing: true")
    stored = aged(tmp_path)
    gone = {tile for tile in stored if tile.parts[-3] == "3" and tile.stem in ("0", "2")}
    for tile in gone:
        tile.unlink()

    seed_and_clean(configuration, tasks)

    assert gone != set()
    assert set((tmp_path / "cache_data").glob("**/*.png")) == stored - gone
    assert old(tmp_path) == []


def test_tiles_for_which_old_ones_stand_in_are_not_counted_as_made(tmp_path: Path, upstream: UpstreamServer) -> None:
    configuration, tasks = written(tmp_path, upstream, UPSCALED, "refresh_before: {days: 1}")
    seed_and_clean(configuration, tasks)
    stored = aged(tmp_path)
    upstream.on("/wms", Reply(404))

    result = seed_and_clean(configuration, tasks)

    assert result.tiles.made == 0
    assert result.tiles.failed == 4 + 16
    assert len(old(tmp_path)) == len(stored)
