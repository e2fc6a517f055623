"""Bundles written and read by formulas of their own, after spec/caches.md, 3.5, without the code under test."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from tilekeep.domain.tile import TileKey


def base_of(medium: Path, key: TileKey) -> Path:
    """The path of a bundle without the ending."""
    assert not key.variant
    z, x, y = key.coord
    dimensions = [f"{name}-{value}" for name, value in key.dimensions]
    return medium.joinpath(*dimensions, f"L{z:02}", f"R{y // 128 * 128:04x}C{x // 128 * 128:04x}")


def put_version_2(medium: Path, key: TileKey, body: bytes, at: float) -> None:
    """Stores a tile as another program would."""
    path = base_of(medium, key).with_suffix(".bundle")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        header = struct.pack("<4I3Q6I", 3, 16384, 0, 5, 0, 131136, 40, 131092, 3, 16, 16384, 5, 131072)
        path.write_bytes(header + struct.pack("<Q", 4) * 16384)
    with path.open("r+b") as file:
        offset = file.seek(0, os.SEEK_END) + 4
        file.write(struct.pack("<I", len(body)) + body)
        file.seek(64 + 8 * _row_major(key))
        file.write(struct.pack("<Q", len(body) << 40 | offset))
    os.utime(path, (at, at))


def get_version_2(medium: Path, key: TileKey) -> bytes | None:
    """The bytes of a tile as another program would find them."""
    path = base_of(medium, key).with_suffix(".bundle")
    if not path.exists():
        return None
    data = path.read_bytes()
    (entry,) = struct.unpack_from("<Q", data, 64 + 8 * _row_major(key))
    offset, size = entry & (1 << 40) - 1, entry >> 40
    return data[offset : offset + size] if size else None


def put_version_1(medium: Path, key: TileKey, body: bytes, at: float) -> None:
    """Stores a tile as another program would."""
    base = base_of(medium, key)
    data, index = base.with_suffix(".bundle"), base.with_suffix(".bundlx")
    if not data.exists():
        data.parent.mkdir(parents=True, exist_ok=True)
        column, row = key.coord.x // 128 * 128, key.coord.y // 128 * 128
        corners = (row, row + 127, column, column + 127)
        data.write_bytes(struct.pack("<4I3Q5I", 3, 16384, 16, 5, 0, 65596, 40, 16, *corners) + bytes(65536))
        entries = b"".join(struct.pack("<Q", 60 + 4 * number)[:5] for number in range(16384))
        index.write_bytes(struct.pack("<4I", 3, 16, 16384, 5) + entries + struct.pack("<4I", 0, 16, 16, 0))
    with data.open("r+b") as file:
        offset = file.seek(0, os.SEEK_END)
        file.write(struct.pack("<I", len(body)) + body)
    with index.open("r+b") as file:
        file.seek(16 + 5 * _column_major(key))
        file.write(struct.pack("<Q", offset)[:5])
    os.utime(data, (at, at))


def get_version_1(medium: Path, key: TileKey) -> bytes | None:
    """The bytes of a tile as another program would find them."""
    base = base_of(medium, key)
    if not base.with_suffix(".bundlx").exists():
        return None
    data, index = base.with_suffix(".bundle").read_bytes(), base.with_suffix(".bundlx").read_bytes()
    start = 16 + 5 * _column_major(key)
    offset = int.from_bytes(index[start : start + 5], "little")
    if not offset:
        return None
    (size,) = struct.unpack_from("<I", data, offset)
    return data[offset + 4 : offset + 4 + size] if size else None


def _row_major(key: TileKey) -> int:
    return key.coord.x % 128 + 128 * (key.coord.y % 128)


def _column_major(key: TileKey) -> int:
    return key.coord.x % 128 * 128 + key.coord.y % 128
