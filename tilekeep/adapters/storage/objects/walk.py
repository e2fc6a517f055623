"""Finding the tiles of a level among objects, of every dimension, without listing what cannot hold any."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tilekeep.adapters.storage.objects.names import ObjectNames, parsed_dimension_folder
from tilekeep.adapters.storage.objects.service import ListedObject, Listing, ObjectService
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.dimension_path import DimensionPath, may_be_dimension_directory
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.ports.tile_store import TileWindow

_NO_DIMENSIONS = DimensionPath((), "")

#: The objects of tiles that one page of a listing has brought.
TilesOfPage = list["FoundTile"]


class FoundTile(NamedTuple):
    """A tile and its object; empty objects are no tiles, but lie in the way of others."""

    key: TileKey
    entry: ListedObject


@dataclass(frozen=True, slots=True)
class ObjectWalk:
    """Goes through the folders that slashes in keys make.

    :ivar dimension_names: the dimensions to look for; None for all.
    """

    service: ObjectService
    names: ObjectNames
    dimension_names: Collection[str] | None
    z: int
    window: TileWindow | None
    deadline: Deadline

    def pages(self) -> Iterator[TilesOfPage]:
        """The tiles of the level as pages bring them; lazy."""
        return self._dimension("", _NO_DIMENSIONS)

    def _dimension(self, folder: str, dimension: DimensionPath | None) -> Iterator[TilesOfPage]:
        """All below a folder that stands for dimensions, or with None may be a part of such a folder's name."""
        for page in self._listing(folder, flat=False):
            if dimension is not None:
                yield self._tiles(page.objects, folder, dimension)
            for below in page.folders:
                path = below[len(self.names.prefix) :]
                name = path[len(folder) : -1]
                if dimension is not None and self.names.layout.may_hold((name,), self.z, self.window):
                    yield from self._layout(path, (name,), dimension, len(folder))
                if may_be_dimension_directory(name, nested=bool(folder), keys=self.dimension_names):
                    yield from self._dimension(path, parsed_dimension_folder(path[:-1]))

    def _layout(
        self, folder: str, above: tuple[str, ...], dimension: DimensionPath, start: int
    ) -> Iterator[TilesOfPage]:
        """All below a folder of the layout; ``above`` are its folders, which begin at ``start`` of the path."""
        flat = self.window is None or len(above) == self.names.layout.depth
        for page in self._listing(folder, flat=flat):
            yield self._tiles(page.objects, folder[:start], dimension)
            for below in page.folders:
                path = below[len(self.names.prefix) :]
                names = (*above, path[len(folder) : -1])
                if self.names.layout.may_hold(names, self.z, self.window):
                    yield from self._layout(path, names, dimension, start)

    def _listing(self, folder: str, *, flat: bool) -> Iterator[Listing]:
        return self.service.pages(f"{self.names.prefix}{folder}", flat=flat, deadline=self.deadline)

    def _tiles(self, objects: Collection[ListedObject], folder: str, dimension: DimensionPath) -> TilesOfPage:
        start = len(self.names.prefix) + len(folder)
        found = ((self.names.layout.coord(entry.key[start:], self.names.extension), entry) for entry in objects)
        return [FoundTile(TileKey(coord, *dimension), entry) for coord, entry in found if coord and self._wants(coord)]

    def _wants(self, coord: TileCoord) -> bool:
        return coord.z == self.z and (self.window is None or self.window.holds(coord.x, coord.y))
