"""The keys of tiles: those of the file layouts below a prefix (spec/caches.md, 3.8), dimensions in between."""

from __future__ import annotations

from tilekeep.domain.dimension_path import dimension_directory
from tilekeep.domain.errors import InvalidDimension
from tilekeep.domain.tile import TileKey
from tilekeep.domain.tile_layout import TileLayout

#: What services allow, in bytes of UTF-8.
_LONGEST_KEY = 1024


class ObjectNames:
    """Names the objects of one tile set.

    :ivar prefix: what all keys begin with; ends in a slash unless it is empty.
    """

    def __init__(self, directory: str, layout: TileLayout, extension: str) -> None:
        self.prefix = _prefix(directory)
        self.layout = layout
        self.extension = extension
        self._plain = layout.namer(self.prefix, extension)
        self._below = layout.namer("", extension)

    def key(self, key: TileKey) -> str:
        """The key of the object of a tile.

        :raises ValueError: the layout cannot name the coordinate.
        :raises InvalidDimension: the values of dimensions are too long.
        """
        coord, dimensions, variant = key
        if not dimensions and not variant:
            return self._plain(coord)
        name = f"{self.prefix}{dimension_directory(dimensions, variant)}/{self._below(coord)}"
        if len(name.encode()) > _LONGEST_KEY:
            longest, value = max(dimensions, key=lambda pair: len(pair[1]), default=("", ""))
            message = f"values of dimensions are too long for the key of an object: {value[:40]!r}..."
            raise InvalidDimension(message, locator=longest)
        return name


def _prefix(directory: str) -> str:
    """The directory as the beginning of keys, which do not begin with a slash."""
    joined = directory if not directory or directory.endswith("/") else f"{directory}/"
    return joined.lstrip("/")
