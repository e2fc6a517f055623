"""Run by the interpreter that has MapProxy: stores and loads tiles of a configured cache."""

import io
import json
import sys
from typing import Any

from mapproxy.cache.tile import Tile
from mapproxy.config.loader import load_configuration
from mapproxy.image import ImageResult


def answer(settings: dict[str, Any]) -> object:
    ((_, _, manager),) = load_configuration(settings["config"]).caches[settings["cache"]].caches()
    coords = [tuple(coord) for coord in settings["coords"]]
    if settings["command"] == "lock":
        return manager.cache.lock_cache_id
    if settings["command"] == "store":
        stored = True
        for start in range(0, len(coords), settings["block"]):
            tiles = [Tile(coord) for coord in coords[start : start + settings["block"]]]
            for tile in tiles:
                tile.image_result = ImageResult(io.BytesIO(bytes.fromhex(settings["body"])))
            # The cache of levels answers the other way round.
            stored = manager.cache.store_tiles(tiles) is not None and stored
            manager.cleanup()
        return stored
    found = []
    for coord in coords:
        tile = Tile(coord)
        loaded = manager.cache.load_tile(tile)
        found.append(tile.image_result.as_buffer().read().hex() if loaded else None)
    return found


sys.stdout.write(json.dumps(answer(json.loads(sys.stdin.readline()))) + "\n")
