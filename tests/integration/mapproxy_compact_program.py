"""Run by the interpreter that has MapProxy: works on a compact cache as one JSON object on standard input says."""

import io
import json
import os
import sys
from typing import Any

from mapproxy.cache.base import TileLocker
from mapproxy.cache.compact import CompactCacheV1, CompactCacheV2
from mapproxy.cache.tile import Tile
from mapproxy.image import ImageResult


def answer(settings: dict[str, Any]) -> object:
    cache = {1: CompactCacheV1, 2: CompactCacheV2}[settings["version"]](settings["directory"])
    coords = [tuple(coord) for coord in settings["coords"]]
    match settings["command"]:
        case "store":
            tiles = [tile_with(coord, body) for coord, body in zip(coords, settings["bodies"], strict=True)]
            return cache.store_tiles(tiles)
        case "store_one_by_one":
            return [store_one(cache, *each) for each in zip(coords, settings["bodies"], strict=True)]
        case "load":
            return [loaded(cache, coord) for coord in coords]
        case "remove":
            return [cache.remove_tile(Tile(coord)) for coord in coords]
        case "lock_name":
            return os.path.basename(TileLocker("/", 1, cache.lock_cache_id).lock_filename(Tile(coords[0])))
    raise ValueError(settings["command"])


def store_one(cache: Any, coord: tuple[int, int, int], body: str) -> bool:
    stored = cache.store_tile(tile_with(coord, body))
    sys.stdout.write("stored\n")
    sys.stdout.flush()
    return bool(stored)


def tile_with(coord: tuple[int, int, int], body: str) -> Tile:
    tile = Tile(coord)
    tile.image_result = ImageResult(io.BytesIO(bytes.fromhex(body)))
    return tile


def loaded(cache: Any, coord: tuple[int, int, int]) -> str | None:
    tile = Tile(coord)
    return tile.image_result.as_buffer().read().hex() if cache.load_tile(tile) else None


sys.stdout.write(json.dumps(answer(json.loads(sys.stdin.readline()))))
