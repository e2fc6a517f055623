"""Runs inside the environment of one of the two programs: works on a compact cache and tells the CPU time of it.

Arguments: the program, the version of the bundles, an empty directory, and how many rounds.  The answer, one JSON
object, has for each kind of work the microseconds of CPU time, user and system, of one operation in each round.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

SIDE = 32
BODY = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 48
BLOCKS = [(x, y) for x in range(0, SIDE, 4) for y in range(0, SIDE, 4)]
LEVEL = 12
#: Where the time of a tile lies in the past, and one limit lies after it.
AT = 1_700_000_000.0

Work = dict[str, tuple[int, Callable[[], None]]]


def block(x: int, y: int) -> list[tuple[int, int, int]]:
    """The 16 tiles of a meta tile."""
    return [(x + column, y + row, LEVEL) for row in range(4) for column in range(4)]


def work_of_mapproxy(version: int, directory: str) -> Work:
    """Through the classes that MapProxy's tile manager calls."""
    from mapproxy.cache.compact import CompactCacheV1, CompactCacheV2
    from mapproxy.cache.tile import Tile
    from mapproxy.image import ImageResult

    cache = {1: CompactCacheV1, 2: CompactCacheV2}[version](directory)

    def store(coords: list[tuple[int, int, int]]) -> None:
        tiles = [Tile(coord) for coord in coords]
        for tile in tiles:
            tile.image_result = ImageResult(io.BytesIO(BODY))
        cache.store_tiles(tiles)

    def load_one(coord: tuple[int, int, int]) -> None:
        tile = Tile(coord)
        assert cache.load_tile(tile)
        assert len(tile.image_result.as_buffer().read()) == len(BODY)

    def load_block(coords: list[tuple[int, int, int]]) -> None:
        tiles = [Tile(coord) for coord in coords]
        assert cache.load_tiles(tiles)
        assert all(len(tile.image_result.as_buffer().read()) == len(BODY) for tile in tiles)

    return work(store, load_one, load_block, lambda coord: cache.load_tile(Tile(coord)))


def work_of_tilekeep(version: int, directory: str) -> Work:
    """Through the store port."""
    from tilekeep.adapters.clock import SystemClock
    from tilekeep.adapters.locks.file_lock import FileTileLock
    from tilekeep.adapters.storage.compact.store import CompactTileStore
    from tilekeep.adapters.storage.compact.version_1 import BundleVersion1
    from tilekeep.adapters.storage.compact.version_2 import BundleVersion2
    from tilekeep.domain.tile import NewTile, TileCoord, TileKey, TileSet

    cache = CompactTileStore(
        TileSet("osm", "webmercator", "png"),
        directory,
        BundleVersion1() if version == 1 else BundleVersion2(),
        lambda folder: FileTileLock(folder, SystemClock(), timeout_seconds=60.0, keeps_files=True),
        media_type="image/png",
        directory_permissions=None,
        file_permissions=None,
    )

    def key(coord: tuple[int, int, int]) -> TileKey:
        x, y, z = coord
        return TileKey(TileCoord(z, x, y))

    def load_one(coord: tuple[int, int, int]) -> None:
        tile = cache.read(key(coord))
        assert tile is not None
        assert len(tile.body) == len(BODY)

    def load_block(coords: list[tuple[int, int, int]]) -> None:
        keys = [key(coord) for coord in coords]
        found = cache.read_many(keys)
        assert all(len(found[each].body) == len(BODY) for each in keys)

    return work(
        lambda coords: cache.write([NewTile(key(coord), BODY, "image/png") for coord in coords], AT),
        load_one,
        load_block,
        lambda coord: cache.read(key(coord)),
    )


def work(
    store: Callable[[Any], object],
    load_one: Callable[[Any], None],
    load_block: Callable[[Any], None],
    miss: Callable[[Any], object],
) -> Work:
    """Each kind of work with its number of operations; the first fills the cache for the others."""

    def each(operation: Callable[[Any], object], arguments: list[Any]) -> tuple[int, Callable[[], None]]:
        def run() -> None:
            for argument in arguments:
                operation(argument)

        return len(arguments), run

    tiles = [coord for at in BLOCKS for coord in block(*at)]
    return {
        "16 tiles stored": each(store, [block(*at) for at in BLOCKS]),
        "one tile stored": each(store, [[coord] for coord in tiles[::8]]),
        "one tile read": each(load_one, tiles),
        "16 tiles read": each(load_block, [block(*at) for at in BLOCKS]),
        "a tile that is not there": each(miss, [(x + SIDE, y, z) for x, y, z in tiles]),
    }


def main() -> None:
    """Measures and prints."""
    program, version, directory, rounds = sys.argv[1:]
    works = (work_of_mapproxy if program == "mapproxy" else work_of_tilekeep)(int(version), directory)
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(int(rounds)):
        for name, (operations, run) in works.items():
            begin = time.process_time()
            run()
            found[name].append(1e6 * (time.process_time() - begin) / operations)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
