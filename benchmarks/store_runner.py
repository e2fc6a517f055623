"""Runs inside the environment of one of the two programs: what its tile stores cost by themselves, without a request.

``store_runner.py PROGRAM CONFIG BODY write BLOCKS`` fills the cache ``world`` of a configuration in BLOCKS blocks of 4
by 4 tiles, ``... read BLOCKS`` reads all of them, tile by tile.  BODY is a file with the bytes of a tile.  Prints the
CPU and the wall time of one operation in microseconds, as JSON.  MapProxy closes its connections at the end of each
request, so it does here.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

Coord = tuple[int, int, int]

#: 64 blocks of one level, those that requests are answered from, and 256 of the next.
LEVELS = (5, 6)
BLOCKS = [
    [(x + column, y + row, level) for row in range(4) for column in range(4)]
    for level in LEVELS
    for x in range(0, 2**level, 4)
    for y in range(0, 2**level, 4)
]


def operations(
    program: str, config: str, body: bytes
) -> tuple[Callable[[list[Coord]], None], Callable[[Coord], bytes]]:
    """How the program writes a block and reads a tile."""
    return (mapproxy if program == "mapproxy" else tilekeep)(config, body)


def mapproxy(config: str, body: bytes) -> tuple[Callable[[list[Coord]], None], Callable[[Coord], bytes]]:
    """MapProxy's cache object, as its tile manager uses it."""
    from mapproxy.cache.tile import Tile
    from mapproxy.config.loader import load_configuration
    from mapproxy.image import ImageResult

    ((_, _, manager),) = load_configuration(config).caches["world"].caches()
    cache = manager.cache

    def write(block: list[Coord]) -> None:
        tiles = [Tile(coord) for coord in block]
        for tile in tiles:
            tile.image_result = ImageResult(io.BytesIO(body))
        cache.store_tiles(tiles)
        manager.cleanup()

    def read(coord: Coord) -> bytes:
        tile = Tile(coord)
        cache.load_tile(tile, with_metadata=True)
        found: bytes = tile.image_result.as_buffer().read()
        manager.cleanup()
        return found

    return write, read


def tilekeep(config: str, body: bytes) -> tuple[Callable[[list[Coord]], None], Callable[[Coord], bytes]]:
    """The store of the assembled cache."""
    from tilekeep.config.checked_container import checked_container
    from tilekeep.config.loading.settings_file import load_settings
    from tilekeep.domain.tile import NewTile, TileCoord, TileKey

    store = next(checked_container(load_settings(config, variables={})).use_cases.caches().stores()).store

    def write(block: list[Coord]) -> None:
        keys = [TileKey(TileCoord(z, x, y)) for x, y, z in block]
        store.write([NewTile(key, body, "image/png") for key in keys], time.time())

    def read(coord: Coord) -> bytes:
        x, y, z = coord
        tile = store.read(TileKey(TileCoord(z, x, y)))
        assert tile is not None
        assert isinstance(tile.body, bytes)
        return tile.body

    return write, read


def timed(works: Iterable[Callable[[], object]]) -> dict[str, float]:
    """CPU and wall time of one of ``works``, in microseconds."""
    works = list(works)
    cpu, wall = time.process_time(), time.perf_counter()
    for work in works:
        work()
    return {
        "cpu": 1e6 * (time.process_time() - cpu) / len(works),
        "wall": 1e6 * (time.perf_counter() - wall) / len(works),
    }


def main() -> None:
    """Does what the arguments say."""
    program, config, body_path, what, count = sys.argv[1:]
    blocks = BLOCKS[: int(count)]
    body = Path(body_path).read_bytes()
    write, read = operations(program, config, body)
    if what == "write":
        write(blocks[0])
        print(json.dumps(timed([lambda block=block: write(block) for block in blocks[1:]])))
        return
    coords = [coord for block in blocks for coord in block]
    assert all(read(coord) == body for coord in coords[:5]), "a tile is not what was stored"
    print(json.dumps(timed([lambda coord=coord: read(coord) for coord in coords])))


if __name__ == "__main__":
    main()
