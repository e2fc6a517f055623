"""Which tiles of a cache go when it holds too much: those that nobody has used for long and that are cheap to make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tilekeep.domain.ledger import Amount, Cell, Count

#: Of the quota, what is left of a cache that has held too much, so that there is room for some time.
_KEPT_SHARE = 0.9


class Quota(NamedTuple):
    """How many bytes tiles may have together, and how many are left of them once they have had more."""

    most: int

    @property
    def kept(self) -> int:
        """What tiles are reduced to."""
        return int(self.most * _KEPT_SHARE)

    def excess(self, held: Amount, *, disk_is_full: bool) -> int:
        """The bytes that have to go.

        While the disk has too little room a tenth of what there is goes, however little that may be.
        """
        if held.size > self.most:
            return held.size - self.kept
        return max(1, held.size - int(held.size * _KEPT_SHARE)) if disk_is_full and held.size else 0


def cells_to_evict(
    cells: Iterable[tuple[Cell, Count]], used: Mapping[Cell, float], now: float, excess: int
) -> list[Cell]:
    """The cells whose tiles go, first those that are missed least, until ``excess`` bytes are reached.

    A cell is the less missed the longer ago it was used, divided by what a tile of its level is worth.  That is the
    number of levels from it to the deepest one stored: a tile of a level further up stands for four times as much of
    the source's data, is wanted by all who come from above, and there are few of them.  So of two cells that were used
    at the same time the deeper one goes, and the tiles of level 8 outlive those of level 18 eleven times.

    Args:
        cells: what is stored.
        used: when cells were used last, in POSIX seconds; of the others the newest tile counts.
        now: in POSIX seconds.
        excess: bytes.
    """
    some = list(cells)
    deepest = max((cell.z for cell, _ in some), default=0)

    def missed_least(entry: tuple[Cell, Count]) -> tuple[float, Cell]:
        cell, count = entry
        idle = max(0.0, now - max(used.get(cell, 0.0), count.newest))
        return -idle / (deepest - cell.z + 1), Cell(-cell.z, cell.column, cell.row)

    going: list[Cell] = []
    for cell, count in sorted(some, key=missed_least):
        if excess <= 0:
            break
        going.append(cell)
        excess -= count.size
    return going
