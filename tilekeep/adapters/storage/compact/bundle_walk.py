"""Finding the bundles of a level, of every dimension, and what writers that were killed have left beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tilekeep.adapters.storage.compact.bundle_format import BundleFormat
from tilekeep.adapters.storage.compact.bundle_lock import ENDING
from tilekeep.adapters.storage.tile_walk import FoundFile, TileWalk
from tilekeep.domain.bundle_layout import BundleLayout, bundles_of
from tilekeep.domain.dimension_path import may_be_dimension_directory
from tilekeep.domain.tile import TileKey
from tilekeep.domain.tile_layout import Window

_LAYOUT = BundleLayout()
_LEVEL = re.compile(r"L\d\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class BundleWalk:
    """Walks the directory of a cache.

    :ivar dimension_names: the dimensions to look for; None for all.
    """

    directory: str
    bundle_format: BundleFormat
    dimension_names: Collection[str] | None

    def bundles(self, z: int, window: Window | None = None) -> Iterator[tuple[TileKey, str]]:
        """Key of the first tile, and path of the data file, of each bundle with tiles in ``window``; lazy."""
        for file in self._files(self.bundle_format.data_ending, z, window, prune=False):
            if not file.unfinished:
                yield file.key, file.path

    def all_bundles(self) -> Iterator[str]:
        """The paths of the data files of all levels and dimensions; lazy."""
        ending = self.bundle_format.data_ending
        for directory, below, names in os.walk(self.directory, followlinks=True):
            nested = directory != self.directory
            below[:] = [name for name in below if self._is_part(name, nested=nested)]
            level = os.path.basename(directory)
            yield from (f"{directory}/{name}" for name in names if _LAYOUT.coord(f"{level}/{name}", ending))

    def _is_part(self, name: str, *, nested: bool) -> bool:
        """Whether a directory may be one of the cache, and not of another that lies inside."""
        is_level = _LEVEL.fullmatch(name) is not None
        return is_level or may_be_dimension_directory(name, nested=nested, keys=self.dimension_names)

    def unfinished(self, z: int) -> Iterator[str]:
        """Files that a writer which was killed, or is at work, has not finished."""
        for ending in sorted({self.bundle_format.data_ending, self.bundle_format.index_ending}):
            for file in self._files(ending, z, None, prune=False):
                if file.unfinished:
                    yield file.path

    def lonely_indexes(self, z: int) -> Iterator[str]:
        """Index files without a bundle."""
        data, index = self.bundle_format.data_ending, self.bundle_format.index_ending
        if data != index:
            for file in self._files(index, z, None, prune=False):
                if not file.unfinished and not os.path.exists(file.path.removesuffix(index) + data):
                    yield file.path

    def locks(self, z: int) -> Iterator[str]:
        """Lock files; directories that are empty afterwards are removed."""
        for file in self._files(ENDING, z, None, prune=True):
            yield file.path

    def _files(self, ending: str, z: int, window: Window | None, *, prune: bool) -> Iterator[FoundFile]:
        names = None if self.dimension_names is None else frozenset(self.dimension_names)
        around = None if window is None else bundles_of(window)
        return TileWalk(self.directory, _LAYOUT, ending, z, around, prune, names).files()
