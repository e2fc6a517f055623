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
    """The areas of a journal, and whether everything else may have changed too.

    That is also so for one that is damaged: a loss of power leaves zeros where notes were not on the disk yet.
    """
    areas: set[Cell | CellBlock] = set()
    everything = b"\0" in journal
    for line in set(journal.split(b"\n")):
        if not line.endswith(b"."):
            continue
        area = _area(line)
        if area is None:
            everything = True
        else:
            areas.add(area)
    return frozenset(areas), everything


def _area(line: bytes) -> Cell | CellBlock | None:
    """What a line speaks of; None for everything, or nobody knows what."""
    try:
        numbers = tuple(map(int, line.removesuffix(b".").split(b" ")))
    except ValueError:
        return None
    if len(numbers) == _CELL_NUMBERS:
        return Cell(*numbers)
    if len(numbers) == _BLOCK_NUMBERS:
        z, west, east, first, last = numbers
        return CellBlock(z, (west, east), (first, last))
    return CellBlock(*numbers) if len(numbers) == 1 else None
