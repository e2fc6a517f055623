"""How changed areas are written into a journal."""

from __future__ import annotations

from collections.abc import Iterable

from tilekeep.domain.ledger import Cell, CellBlock

#: Everything may have changed, as notes have been lost.
EVERYTHING = b"\n*."

_CELL_NUMBERS = 3
_BLOCK_NUMBERS = 5


def encoded(areas: Iterable[Cell | CellBlock]) -> bytes:
    """One line for each.

    A line begins with its newline and ends with a full stop, so that one that a full disk has cut off is no line, and
    spoils none that follows it.
    """
    return b"".join(map(_line, areas))


def _line(area: Cell | CellBlock) -> bytes:
    if isinstance(area, Cell):
        return b"\n%d %d %d." % area
    z, columns, rows = area
    return b"\n%d." % z if columns is None or rows is None else b"\n%d %d %d %d %d." % (z, *columns, *rows)


def decoded(journal: bytes) -> tuple[frozenset[Cell | CellBlock], bool]:
    """The areas of a journal, and whether everything else may have changed too."""
    areas: set[Cell | CellBlock] = set()
    everything = False
    for line in set(journal.split(b"\n")):
        numbers = line.removesuffix(b".").split(b" ")
        if not line.endswith(b"."):
            continue
        if numbers == [b"*"]:
            everything = True
        elif len(numbers) == _CELL_NUMBERS:
            areas.add(Cell(*map(int, numbers)))
        elif len(numbers) == _BLOCK_NUMBERS:
            z, west, east, first, last = map(int, numbers)
            areas.add(CellBlock(z, (west, east), (first, last)))
        else:
            areas.add(CellBlock(int(numbers[0])))
    return frozenset(areas), everything
