"""How long the admin API takes for a cache of ten million tiles: ``python -m benchmarks.large_ledger``.

The account is one of a cache whose levels are full up to the eleventh and whose twelfth has every second cell, each
with tiles of several days; it is written as counting would write it, without the tiles.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from array import array
from collections.abc import Iterator
from pathlib import Path

from werkzeug.test import Client

from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.cell_tiles import CellTiles
from tilekeep.domain.ledger import CELL_SIDE, DAY_SECONDS, Amount, Cell, CellBlock, Count, day_of
from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

_CONFIG = """
services: {{admin: }}
layers: [{{name: large, title: Large, sources: [large]}}]
caches: {{large: {{grids: [GLOBAL_WEBMERCATOR], sources: [world], refresh_before: {{days: 7}}}}}}
sources: {{world: {{type: world}}}}
globals: {{cache: {{base_dir: {directory}/cache, lock_dir: {directory}/locks}}}}
"""
_TILES = 10_000_000
_FULL_LEVELS = 12
_BYTES = 9_000
_DAYS = 5
_ROUNDS = 30
_CACHE = "cache=large&grid=GLOBAL_WEBMERCATOR"


def main() -> None:
    """Prints the median and the longest CPU time of each request, which other work on the machine does not change."""
    with tempfile.TemporaryDirectory() as directory:
        config = Path(directory) / "mapproxy.yaml"
        config.write_text(_CONFIG.format(directory=directory))
        cells, tiles = _fill(config)
        print(f"{tiles:,} tiles in {cells:,} cells of the ledger")
        client = Client(make_wsgi_app(str(config)))
        window, close = "-20037508,0,0,20037508", "-20037508,17600000,-17600000,20037508"
        corner = "-19070000,18500000,-18500000,19070000"
        squares = f"squares?{_CACHE}&level"
        levels = (f"{squares}={z}" for z in (0, 5, 6, 8, 11, 12))
        views = (f"{squares}=12&bbox={window}", f"{squares}=11&bbox={close}", f"{squares}=11&bbox={corner}")
        for request in (f"cache?{_CACHE}", *levels, *views, "caches", "servers", "runs"):
            times, size = _measured(client, f"/admin/api/{request}")
            took = f"{statistics.median(times):7.1f} ms of a processor, longest {max(times):7.1f} ms"
            print(f"{request:70} {took}, {size:9,} bytes")


def _measured(client: Client, path: str) -> tuple[list[float], int]:
    times, size = [], 0
    for _ in range(_ROUNDS):
        began = time.process_time()
        answer = client.get(path)
        times.append(1000 * (time.process_time() - began))
        assert answer.status_code == 200, answer.text
        size = len(answer.data)
    return times, size


def _fill(config: Path) -> tuple[int, int]:
    """Enters the counts; how many cells and tiles there are."""
    container = checked_container(load_settings(str(config), variables={}))
    known = container.use_cases.stored_caches().store(("large", "GLOBAL_WEBMERCATOR"))
    assert known is not None
    ledger = known.stored.ledger
    assert ledger is not None
    now, cells, tiles = time.time(), 0, 0
    with ledger.settling():
        for z in range(_FULL_LEVELS + 1):
            counts = dict(_level(z, now, _TILES - tiles))
            ledger.enter(CellBlock(z), counts, {cell: _one_by_one(z, count) for cell, count in counts.items()})
            cells += len(counts)
            tiles += sum(count.tiles for count in counts.values())
        ledger.note_complete(now)
    return cells, tiles


def _level(z: int, now: float, left: int) -> Iterator[tuple[Cell, Count]]:
    across = max(1, (1 << z) // CELL_SIDE)
    side = min(1 << z, CELL_SIDE)
    for column in range(across):
        for row in range(across):
            if left < side * side or (z == _FULL_LEVELS and (column + row) % 2):
                continue
            left -= side * side
            yield Cell(z, column, row), _count(side * side, now, column + row)


def _count(tiles: int, now: float, spread: int) -> Count:
    today = day_of(now)
    parts = min(_DAYS, tiles)
    days = {today - (spread + part) % 20: Amount(tiles // parts, tiles // parts * _BYTES) for part in range(parts)}
    total = sum(amount.tiles for amount in days.values())
    oldest, newest = min(days) * 86400.0, max(days) * 86400.0
    return Count(total, total * _BYTES, oldest, newest, days)


def _one_by_one(z: int, count: Count) -> CellTiles:
    """As many tiles with as many bytes, whose sizes are not all alike: in pairs they make up for each other."""
    side = min(1 << z, CELL_SIDE)
    places = [row * CELL_SIDE + column for row in range(side) for column in range(side)][: count.tiles]
    days = [day for day, amount in count.days.items() for _ in range(amount.tiles)]
    stored = array("q", (day * DAY_SECONDS + place // 16 for day, place in zip(days, places, strict=True)))
    sizes = [_BYTES + (1 - number % 2 * 2) * (number // 2 * 7919 % 4001) for number in range(count.tiles // 2 * 2)]
    return CellTiles(array("H", places), stored, array("Q", sizes + [_BYTES] * (count.tiles % 2)))


if __name__ == "__main__":
    main()
