"""How tiles and their records are called in Redis.

A tile without dimensions has MapProxy's name ``<prefix>-<z>-<x>-<y>`` (spec/caches.md, 3.7).  Dimensions follow behind
a slash, as the directories that the file store gives them, with braces
escaped.  The record of a tile has a name that
contains the tile's between braces, by which a cluster puts both on one node.
"""

from __future__ import annotations

import re

from tilekeep.domain.dimension_path import dimension_directory, parsed_dimension_directory
from tilekeep.domain.tile import TileCoord, TileKey

_RECORD = b"tilekeep:"
#: Braces of dimensions, which would say what goes where; NUL is in no directory.
_OPENING, _CLOSING = "\0(", "\0)"
#: What a glob of Redis takes for more than itself.
_SPECIAL = re.compile(rb"[\\*?\[\]^-]")


class RedisKeys:
    """The names below one prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix.encode("utf-8", "surrogateescape")
        # Braces of the prefix itself already say what goes where.
        self._opening, self._closing = (b"", b"") if re.search(r"[{}]", prefix) else (b"{", b"}")
        self._parsed = re.compile(rb"%b-(\d+)-(\d+)-(\d+)(?:/(.+))?" % re.escape(self._prefix), re.DOTALL)

    def tile(self, key: TileKey) -> bytes:
        """The name of a tile.

        :raises InvalidDimension: a value is too long.
        """
        (z, x, y), dimensions, variant = key
        name = b"%b-%d-%d-%d" % (self._prefix, z, x, y)
        if not dimensions and not variant:
            return name
        below = dimension_directory(dimensions, variant)
        return b"%b/%b" % (name, below.replace("{", _OPENING).replace("}", _CLOSING).encode())

    def record(self, tile: bytes) -> bytes:
        """The name of the record of the tile called ``tile``."""
        return b"%b%b%b%b" % (_RECORD, self._opening, tile, self._closing)

    def level(self, z: int, *, with_records: bool) -> bytes:
        """A glob that matches the names of all tiles of a level, and some others; with those of records if wanted."""
        before = b"*" if with_records else b""
        return b"%b%b-%d-*" % (before, _SPECIAL.sub(rb"\\\g<0>", self._prefix), z)

    def tiles_among(self, names: list[bytes], z: int) -> dict[bytes, TileKey]:
        """The tiles of a level that ``names`` are, or whose records they are, by the names of these tiles."""
        found = {}
        for name in names:
            tile = name
            if name.startswith(_RECORD + self._opening) and name.endswith(self._closing):
                tile = name[len(_RECORD + self._opening) : len(name) - len(self._closing)]
            key = self._key(tile)
            if key is not None and key.coord.z == z:
                found[tile] = key
        return found

    def _key(self, tile: bytes) -> TileKey | None:
        """The tile with this name, or None if it is that of something else."""
        parsed = self._parsed.fullmatch(tile)
        key = None if parsed is None else _key(*parsed.groups())
        return key if key is not None and self.tile(key) == tile else None


def _key(z: bytes, x: bytes, y: bytes, below: bytes | None) -> TileKey | None:
    coord = TileCoord(int(z), int(x), int(y))
    if below is None:
        return TileKey(coord)
    try:
        directory = below.decode().replace(_OPENING, "{").replace(_CLOSING, "}")
    except UnicodeDecodeError:
        return None
    parsed = parsed_dimension_directory(directory)
    return None if parsed is None else TileKey(coord, *parsed)
