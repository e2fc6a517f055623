"""The paths below ``/ogcapi`` and what they lead to (spec/services.md, 8.2)."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum, auto
from typing import NamedTuple

_ROOT = "ogcapi"


class Resource(Enum):
    """What a path leads to."""

    LANDING_PAGE = auto()
    CONFORMANCE = auto()
    API = auto()
    COLLECTIONS = auto()
    COLLECTION = auto()
    MAP = auto()
    TILE_MATRIX_SETS = auto()
    TILE_MATRIX_SET = auto()
    TILESETS = auto()
    TILESET = auto()
    TILE = auto()


#: What is there only with maps, and only with tiles.
OF_MAPS = frozenset({Resource.MAP})
OF_TILES = frozenset(
    {Resource.TILE_MATRIX_SETS, Resource.TILE_MATRIX_SET, Resource.TILESETS, Resource.TILESET, Resource.TILE}
)


class Address(NamedTuple):
    """A path read.

    :ivar collection: the name of a layer; None is the whole dataset, where there is a choice.
    :ivar place: level, row and column of a tile, as text.
    :ivar extension: how the last part ends, without the dot; None for none.
    """

    resource: Resource
    collection: str | None = None
    matrix_set: str | None = None
    place: tuple[str, str, str] | None = None
    extension: str | None = None


_FIXED = {
    (): Address(Resource.LANDING_PAGE),
    ("conformance",): Address(Resource.CONFORMANCE),
    ("api",): Address(Resource.API),
    ("collections",): Address(Resource.COLLECTIONS),
    ("tileMatrixSets",): Address(Resource.TILE_MATRIX_SETS),
}


def address_of(path: str, extensions: Collection[str]) -> Address | None:
    """What a path means, or None if it means nothing; ``extensions`` are those with which maps may be asked for."""
    root, *parts = path.strip("/").split("/")
    if root != _ROOT:
        return None
    match parts:
        case ["collections", name, _, *_]:
            return _of_map(parts[2:], name, extensions)
    return _FIXED.get(tuple(parts)) or _named(parts) or _of_map(parts, None, extensions)


def _named(parts: list[str]) -> Address | None:
    """The documents of a collection and of a tile matrix set."""
    match parts:
        case ["collections", name]:
            return Address(Resource.COLLECTION, name)
        case ["tileMatrixSets", name]:
            return Address(Resource.TILE_MATRIX_SET, matrix_set=name)
    return None


def _of_map(parts: list[str], collection: str | None, extensions: Collection[str]) -> Address | None:
    """What lies below a collection, or below the whole dataset."""
    match parts:
        case ["map", "tiles"]:
            return Address(Resource.TILESETS, collection)
        case ["map", "tiles", matrix_set]:
            return Address(Resource.TILESET, collection, matrix_set)
        case ["map", "tiles", matrix_set, level, row, last]:
            column, dot, extension = last.partition(".")
            return Address(Resource.TILE, collection, matrix_set, (level, row, column), extension if dot else None)
        case [last]:
            name, dot, extension = last.partition(".")
            if name == "map" and (not dot or extension in extensions):
                return Address(Resource.MAP, collection, extension=extension if dot else None)
    return None
