"""Neighbouring blocks of a reprojected cache fit together: a tile looks the same in whatever block it is drawn.

Places are good to a fraction of a pixel, so that nearest pixels may be others along an edge; and how sharply a map is
drawn depends a little on its scale, which differs between a block and a part of it.  These are blocks of a thousand
kilometres, in which it differs by a fifth.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from werkzeug.test import Client

from benchmarks import samples
from tilekeep import make_wsgi_app

#: Caches in UTM coordinates and in degrees that are made of one in web mercator, tile by tile and in large blocks.
_CONFIG = """
services: {{tms: }}
layers:
  - {{name: single, title: Tile by tile, sources: [single]}}
  - {{name: blocks, title: In blocks, sources: [blocks]}}
grids:
  utm: {{srs: 'EPSG:25832', origin: sw, bbox: [0, 4500000, 921600, 5421600], res: [3600], tile_size: [64, 64]}}
  degrees: {{srs: 'EPSG:4326', origin: sw, bbox: [0, 40, 12.8, 52.8], res: [0.05], tile_size: [64, 64]}}
caches:
  world: {{grids: [GLOBAL_WEBMERCATOR], sources: [], image: {{resampling_method: {resampling}}}}}
  single: {{grids: [{grid}], sources: [world], meta_size: [1, 1], meta_buffer: 0, image: {{colors: 0}}}}
  blocks: {{grids: [{grid}], sources: [world], meta_size: [4, 4], image: {{colors: 0}}}}
"""

_TILES = [(x, y) for x in range(4) for y in range(4)]


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``cache_data`` full of tiles of a drawn map in web mercator."""
    directory = tmp_path_factory.mktemp("seams")
    samples.colourful_map(directory)
    return directory


def pixels(client: Client, layer: str, srs: str, tile: tuple[int, int]) -> Any:
    answer = client.get(f"/tms/1.0.0/{layer}/{srs}/0/{tile[0]}/{tile[1]}.png")
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGB")).astype(int)


@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "bicubic", "area", "lanczos"])
@pytest.mark.parametrize(("grid", "srs"), [("utm", "EPSG25832"), ("degrees", "EPSG4326")])
def test_a_tile_is_the_same_alone_and_in_a_block(tiles: Path, grid: str, srs: str, resampling: str) -> None:
    directory = tiles / f"{grid}-{resampling}"
    config = samples.write(directory, _CONFIG.format(grid=grid, resampling=resampling))
    (directory / "cache_data").mkdir()
    (directory / "cache_data/world_EPSG3857").symlink_to(tiles / "cache_data/world_EPSG3857")
    client = Client(make_wsgi_app(str(config)))

    for tile in _TILES:
        alone, in_block = (pixels(client, layer, srs, tile) for layer in ("single", "blocks"))
        difference = np.abs(alone - in_block)
        assert len(np.unique(alone)) > 1  # some tiles lie in a single area of the map
        if resampling == "nearest":
            assert difference.any(axis=2).mean() <= 0.005
        else:
            assert difference.mean() <= 1
            assert np.percentile(difference, 99) <= 12
