"""Which bundle a tile lies in, and where in it: 128 by 128 tiles of a level share one file (spec/caches.md, 3.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_layout import Window
from tilekeep.domain.tile_namers import Namer, bundle_namer

#: Tiles across and down.
SIDE = 128
TILES_PER_BUNDLE = SIDE * SIDE

_LEVEL = re.compile(r"L(\d{2,})", re.ASCII)
_BUNDLE = re.compile(r"R([0-9a-f]{4,})C([0-9a-f]{4,})")


def slot_of(coord: TileCoord) -> int:
    """The number of a tile in its bundle: rows one after the other."""
    return coord.x % SIDE + coord.y % SIDE * SIDE


def bundle_of(coord: TileCoord) -> TileCoord:
    """The first tile of the bundle in which a tile lies."""
    z, x, y = coord
    return TileCoord(z, x - x % SIDE, y - y % SIDE)


def coord_in(bundle: TileCoord, slot: int) -> TileCoord:
    """The tile in a slot of the bundle that begins with the tile ``bundle``."""
    y, x = divmod(slot, SIDE)
    return TileCoord(bundle.z, bundle.x + x, bundle.y + y)


def bundles_of(window: Window) -> Window:
    """The window, made larger to hold the first tiles of all bundles that have tiles in it."""
    min_x, min_y, max_x, max_y = window
    return min_x - min_x % SIDE, min_y - min_y % SIDE, max_x, max_y


def bundle_at(path: str) -> TileCoord:
    """The first tile of the bundle with a file at ``path``, which ends as :class:`BundleLayout` has it."""
    level, name = path.split("/")[-2:]
    name, _, extension = name.partition(".")
    coord = BundleLayout().coord(f"{level}/{name}.{extension}", extension)
    if coord is None:
        raise ValueError(f"{path!r} is not the path of a bundle")
    return coord


@dataclass(frozen=True, slots=True)
class BundleLayout:
    """A :class:`~tilekeep.domain.tile_layout.TileLayout` of bundles; the coordinate of one is that of its first tile.

    Paths are ``L<zz>/R<rrrr>C<cccc>``; windows are those of :func:`bundles_of`.
    """

    name: str = "compact"
    depth: int = 1

    def namer(self, prefix: str, extension: str) -> Namer:
        """See :class:`~tilekeep.domain.tile_layout.TileLayout`; takes any tile of the bundle."""
        return bundle_namer(prefix, f".{extension}")

    def coord(self, path: str, extension: str) -> TileCoord | None:
        """See :class:`~tilekeep.domain.tile_layout.TileLayout`."""
        level, _, name = path.removesuffix(f".{extension}").partition("/")
        found_level, found_name = _LEVEL.fullmatch(level), _BUNDLE.fullmatch(name)
        if found_level is None or found_name is None:
            return None
        row, column = (int(digits, 16) for digits in found_name.groups())
        coord = TileCoord(int(found_level[1]), column, row)
        return coord if self.namer("", extension)(coord) == path else None

    def may_hold(self, directories: Sequence[str], z: int, window: Window | None) -> bool:
        """See :class:`~tilekeep.domain.tile_layout.TileLayout`."""
        return list(directories) == [f"L{z:02d}"]
