"""The Z-order of Morton: numbers for the cells of a square grid by which neighbours stay together."""

from __future__ import annotations


def morton(column: int, row: int) -> int:
    """The number of a cell; those of every aligned square of cells are consecutive."""
    return _spread(column) | _spread(row) << 1


def place_of(number: int) -> tuple[int, int]:
    """Column and row of the cell with a number."""
    return _gathered(number), _gathered(number >> 1)


def _spread(number: int) -> int:
    """The bits of ``number`` with a zero before each of them."""
    return int(f"{number:b}", 4)


def _gathered(number: int) -> int:
    """Every second bit of ``number``, from the last one on."""
    return int(f"{number:b}"[::-2][::-1], 2)
