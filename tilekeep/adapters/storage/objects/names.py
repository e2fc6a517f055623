"""The keys of tiles: those of the file layouts below a prefix (spec/caches.md, 3.8), dimensions in between."""

from __future__ import annotations

import re

from tilekeep.domain.dimension_path import DimensionPath, dimension_directory, parsed_dimension_directory
from tilekeep.domain.errors import InvalidDimension
from tilekeep.domain.tile import Dimensions, TileKey
from tilekeep.domain.tile_layout import TileLayout

#: What services allow, in bytes of UTF-8.
_LONGEST_KEY = 1024

#: Services, and the XML they speak, have trouble with these.
_CONTROLS = re.compile("[\x01-\x1f\x7f]")


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
        name = f"{self.prefix}{dimension_folder(dimensions, variant)}/{self._below(coord)}"
        if len(name.encode()) > _LONGEST_KEY:
            longest, value = max(dimensions, key=lambda pair: len(pair[1]), default=("", ""))
            message = f"values of dimensions are too long for the key of an object: {value[:40]!r}..."
            raise InvalidDimension(message, locator=longest)
        return name


def dimension_folder(dimensions: Dimensions, variant: str = "") -> str:
    """The directories of the file layouts, control characters percent-encoded.

    :raises InvalidDimension: a value is too long.
    """
    return _CONTROLS.sub(lambda match: f"%{ord(match[0]):02X}", dimension_directory(dimensions, variant))


def parsed_dimension_folder(path: str) -> DimensionPath | None:
    """The inverse of :func:`dimension_folder`; None for a path it would not give."""
    return parsed_dimension_directory(path, dimension_folder)


def _prefix(directory: str) -> str:
    """The directory as the beginning of keys, which do not begin with a slash."""
    joined = directory if not directory or directory.endswith("/") else f"{directory}/"
    return joined.lstrip("/")
