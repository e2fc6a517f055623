"""How large the pictures inside an AVIF file are, which may be larger than the file says.

AV1 specification, 5.3 to 5.5; boxes as in ISO/IEC 14496-12, 8.11.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from tilekeep.domain.errors import UndecodableImage
from tilekeep.domain.geometry import Size

_META, _LOCATIONS, _ITEMS, _ITEM, _DATA = b"meta", b"iloc", b"iinf", b"infe", b"idat"
_PICTURE = b"av01"

_SEQUENCE_HEADER = 1

#: No picture has as many units.
_MOST_UNITS = 10_000

#: No file of one picture has as many items.
_MOST_ITEMS = 1000

_Box = tuple[bytes, int, int]


class _Damaged(Exception):
    """The file is cut, or has something that no file of one picture has."""


class _Extent(NamedTuple):
    """Where data of an item lies: in the file, or in the box of data."""

    item: int
    offset: int
    length: int
    in_box: bool


def frame_size(body: bytes) -> Size:
    """Width and height that no frame inside goes beyond, whatever the file says of itself.

    :raises UndecodableImage: it is cut, or its frames say nothing.
    """
    try:
        sizes = list(_frame_sizes(body))
    except (_Damaged, struct.error, IndexError) as error:
        raise UndecodableImage("The AVIF image is cut or damaged.") from error
    if not sizes:
        raise UndecodableImage("The AVIF image has no picture.")
    return Size(max(size.width for size in sizes), max(size.height for size in sizes))


def _frame_sizes(body: bytes) -> Iterator[Size]:
    meta = _only(_META, _boxes(body, 0, len(body)))
    boxes = list(_boxes(body, meta[1] + 4, meta[2]))
    pictures = set(_pictures(body, _only(_ITEMS, boxes)))
    data = next((box for box in boxes if box[0] == _DATA), None)
    seen = set()
    for extent in _extents(body, _only(_LOCATIONS, boxes)):
        if extent.item not in pictures:
            continue
        if extent.item in seen or (extent.in_box and data is None):
            raise _Damaged
        seen.add(extent.item)
        start = extent.offset + (data[1] if extent.in_box and data is not None else 0)
        yield from _sizes_within(body[start : start + extent.length if extent.length else len(body)])


def _only(kind: bytes, boxes: Iterator[_Box] | list[_Box]) -> _Box:
    for box in boxes:
        if box[0] == kind:
            return box
    raise _Damaged


def _boxes(body: bytes, position: int, end: int) -> Iterator[_Box]:
    """Kind, start and end of the content of each box."""
    while position + 8 <= end:
        size, kind = struct.unpack_from(">I4s", body, position)
        start = position + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", body, start)
            start += 8
        elif size == 0:
            size = end - position
        if size < start - position or position + size > end:
            raise _Damaged
        yield kind, start, position + size
        position += size


def _pictures(body: bytes, items: _Box) -> Iterator[int]:
    """Numbers of the items that are pictures."""
    version = body[items[1]]
    for kind, start, _ in _boxes(body, items[1] + (6 if version == 0 else 8), items[2]):
        if kind != _ITEM:
            continue
        item_version = body[start]
        if item_version not in {2, 3}:
            raise _Damaged
        form = ">HH4s" if item_version == 2 else ">IH4s"  # noqa: PLR2004 - as in the standard
        number, _, item_type = struct.unpack_from(form, body, start + 4)
        if item_type == _PICTURE:
            yield number


def _extents(body: bytes, locations: _Box) -> Iterator[_Extent]:
    """All extents of all items."""
    reader = _Bytes(body, locations[1])
    version = reader.number(1)
    reader.number(3)
    sizes = reader.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    wide = 4 if version == 2 else 2  # noqa: PLR2004 - as in the standard
    count = reader.number(wide)
    if count > _MOST_ITEMS:
        raise _Damaged
    for _ in range(count):
        item = reader.number(wide)
        method = reader.number(2) & 15 if version else 0
        if method > 1:
            raise _Damaged
        reader.number(2)
        base = reader.number(base_size)
        for _ in range(reader.number(2)):
            reader.number(index_size)
            offset, length = reader.number(offset_size), reader.number(length_size)
            yield _Extent(item, base + offset, length, method == 1)


class _Bytes:
    """Reads numbers one after the other."""

    def __init__(self, body: bytes, position: int) -> None:
        self._body = body
        self._position = position

    def number(self, size: int) -> int:
        """The next number, of ``size`` bytes."""
        piece = self._body[self._position : self._position + size]
        if len(piece) < size:
            raise _Damaged
        self._position += size
        return int.from_bytes(piece, "big")


def _sizes_within(data: bytes) -> Iterator[Size]:
    """What each sequence header in the data of a picture says, of which there is at least one."""
    position, found = 0, False
    for _ in range(_MOST_UNITS):
        if position >= len(data):
            break
        head = data[position]
        position += 2 if head & 4 else 1
        size, position = _leb128(data, position) if head & 2 else (len(data) - position, position)
        if head >> 3 & 15 == _SEQUENCE_HEADER:
            found = True
            yield _sequence_size(_Bits(data[position : position + size]))
        position += size
    if not found or position < len(data):
        raise _Damaged


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for count in range(8):
        value |= (data[position + count] & 127) << 7 * count
        if data[position + count] < 128:  # noqa: PLR2004 - the last byte of a number
            return value, position + count + 1
    raise _Damaged


class _Bits:
    """Reads numbers bit by bit."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def number(self, bits: int) -> int:
        """The next number, of so many bits."""
        self._left -= bits
        if self._left < 0:
            raise _Damaged
        return self._value >> self._left & (1 << bits) - 1

    def variable(self) -> int:
        """A number of variable length (AV1, 4.10.3), of which only the place matters."""
        zeros = 0
        while not self.number(1):
            zeros += 1
        return self.number(zeros) if zeros < 32 else 0  # noqa: PLR2004 - as in the standard


def _sequence_size(bits: _Bits) -> Size:
    """Frames of a reduced header have the size of the sequence; others may have any that has as many bits."""
    bits.number(4)
    is_reduced = bool(bits.number(1))
    if is_reduced:
        bits.number(5)
    else:
        _skip_operating_points(bits)
    lengths = (bits.number(4) + 1, bits.number(4) + 1)
    width, height = (bits.number(length) + 1 for length in lengths)
    return Size(width, height) if is_reduced else Size(1 << lengths[0], 1 << lengths[1])


def _skip_operating_points(bits: _Bits) -> None:
    """AV1, 5.5.1."""
    has_timing = bits.number(1)
    delay_bits = 0
    if has_timing:
        bits.number(64)
        if bits.number(1):
            bits.variable()
        if bits.number(1):
            delay_bits = bits.number(5) + 1
            bits.number(32 + 5 + 5)
    has_display_delay = bits.number(1)
    for _ in range(bits.number(5) + 1):
        bits.number(12)
        if bits.number(5) > 7:  # noqa: PLR2004 - higher levels have tiers
            bits.number(1)
        if delay_bits and bits.number(1):
            bits.number(2 * delay_bits + 1)
        if has_display_delay and bits.number(1):
            bits.number(4)
