"""What of a batch of tiles is SQLite's: the same rows in the same transactions, without a store around them.

``python -m benchmarks.sqlite_share [DIRECTORY]`` stores 255 batches of 16 tiles in files as MapProxy and as Tilekeep
make them, several rounds in turn, and prints the CPU time of a batch, user and system.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks import samples
from benchmarks.store_runner import BLOCKS, tilekeep
from tilekeep.adapters.storage.sqlite.database import connect
from tilekeep.adapters.storage.sqlite.statements import TIMES_AT_ONCE, TileTable

_ROUNDS = 5
#: Those of one level, and so of one file; the first makes it.
_FIRST, *_OTHERS = [block for block in BLOCKS if block[0][2] == BLOCKS[-1][0][2]]
_LAST_MODIFIED = "2026-01-01 00:00:00"

Rows = list[tuple[int, int, int]]


def as_mapproxy(folder: Path, body: bytes) -> Callable[[Rows], None]:
    """SQLite's own settings, and a connection for each batch, as its requests have."""
    path = folder / "world.mbtiles"
    address = "zoom_level, tile_column, tile_row"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TABLE tiles ({address.replace(',', ' integer,')} integer, tile_data blob)")
        database.execute(f"CREATE UNIQUE INDEX idx_tile ON tiles ({address})")

    def store(rows: Rows) -> None:
        with closing(sqlite3.connect(path)) as database:
            statement = f"INSERT OR REPLACE INTO tiles ({address}, tile_data) VALUES (?, ?, ?, ?)"
            database.executemany(statement, [(*row, body) for row in rows])
            database.commit()

    return store


def as_tilekeep(folder: Path, body: bytes, kind: str) -> Callable[[Rows], None]:
    """A file that a store of ``kind`` has made, and the statements that it needs at least."""
    write, _ = tilekeep(str(samples.cached_in(folder, kind)), body)
    write(_FIRST)
    (path,) = folder.rglob("*.mbtiles")
    statements = TileTable("tiles", "last_modified" if kind == "sqlite" else None).statements(with_records=True)
    more = (_LAST_MODIFIED,) if kind == "sqlite" else ()
    database = connect(str(path), 30)

    def store(rows: Rows) -> None:
        database.execute("BEGIN IMMEDIATE")
        if more:
            database.executemany(statements.insert, [(*row, body, *more) for row in rows])
        else:
            database.execute("UPDATE tilekeep_writing SET writing = 1")
            database.executemany(statements.insert, [(*row, body) for row in rows])
            assert len(rows) == TIMES_AT_ONCE
            database.execute(statements.times, [value for row in rows for value in (*row, 1.0)])
            database.execute("UPDATE tilekeep_writing SET writing = 0")
        database.execute("COMMIT")

    return store


def microseconds(store: Callable[[Rows], None]) -> float:
    """CPU time of a batch."""
    batches = [[(z, x, y) for x, y, z in block] for block in _OTHERS]
    begin = time.process_time()
    for rows in batches:
        store(rows)
    return 1e6 * (time.process_time() - begin) / len(batches)


def main() -> None:
    """Measures and prints."""
    body = samples.tile()
    found: dict[str, list[float]] = {}
    for _ in range(_ROUNDS):
        for name in ("as MapProxy", "sqlite", "mbtiles"):
            with tempfile.TemporaryDirectory(dir=sys.argv[1] if sys.argv[1:] else "/dev/shm") as folder:
                way = (
                    as_mapproxy(Path(folder), body) if name == "as MapProxy" else as_tilekeep(Path(folder), body, name)
                )
                found.setdefault(name, []).append(microseconds(way))
    for name, rounds in found.items():
        print(f"{name}: {statistics.median(rounds):.0f} us CPU ({min(rounds):.0f}-{max(rounds):.0f})")


if __name__ == "__main__":
    main()
