"""The tiles of a cell as bytes of a database: column by column and byte by byte, which deflate makes small."""

from __future__ import annotations

import sys
import zlib
from array import array

from tilekeep.domain.cell_tiles import CellTiles

#: More saves next to nothing and takes longer.
_LEVEL = 1


def pack(tiles: CellTiles) -> bytes:
    """All columns; numbers begin with their least byte."""
    return zlib.compress(b"".join(_planes(column) for column in tiles), _LEVEL)


def unpack(packed: bytes) -> CellTiles:
    """What :func:`pack` was given.

    :raises ValueError: these are not such bytes.
    """
    try:
        planes = zlib.decompress(packed)
    except (zlib.error, TypeError) as error:
        raise ValueError(f"damaged tiles of a cell: {error}") from error
    tiles = CellTiles.empty()
    count, rest = divmod(len(planes), sum(column.itemsize for column in tiles))
    if rest:
        raise ValueError("tiles of a cell are cut off")
    begin = 0
    for column in tiles:
        end = begin + count * column.itemsize
        column.extend(_numbers(planes[begin:end], column.typecode))
        begin = end
    if not tiles.is_sound:
        raise ValueError("damaged tiles of a cell: one lies elsewhere")
    return tiles


def _planes(column: array[int]) -> bytes:
    """The least bytes of all numbers, then the next ones: they resemble each other."""
    data = _least_byte_first(column).tobytes()
    return b"".join(data[number :: column.itemsize] for number in range(column.itemsize))


def _numbers(planes: bytes, typecode: str) -> array[int]:
    numbers: array[int] = array(typecode)
    count = len(planes) // numbers.itemsize
    data = bytearray(len(planes))
    for number in range(numbers.itemsize):
        data[number :: numbers.itemsize] = planes[number * count : (number + 1) * count]
    numbers.frombytes(data)
    return _least_byte_first(numbers)


def _least_byte_first(numbers: array[int]) -> array[int]:
    """From the order of this machine, or to it."""
    if sys.byteorder == "little":
        return numbers
    swapped = numbers[:]
    swapped.byteswap()
    return swapped
