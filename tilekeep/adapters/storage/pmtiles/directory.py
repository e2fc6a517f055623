"""Directories of an archive: which tiles lie where (PMTiles 3, clause 4).

Own code, because the ``pmtiles`` package takes nearly three times as long to read one (measured), and serving
reads them; it also knows archives with compressed directories only.
"""

from __future__ import annotations

import gzip
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from tilekeep.adapters.storage.pmtiles.header import GZIP

#: A directory with more bytes is none: programs put a few thousand entries into each, of ten bytes or so.
_MOST_BYTES = 1 << 23

#: Numbers have 64 bits, seven in each byte.
_MOST_SHIFT = 63


class Entry(NamedTuple):
    """``run`` tiles from ``first`` on have the same bytes; a run of 0 is the directory of tiles from ``first`` on."""

    first: int
    offset: int
    length: int
    run: int


class Directory:
    """Entries in the order of their tiles, in four columns so that many take little memory."""

    __slots__ = ("firsts", "lengths", "offsets", "runs")

    def __init__(self, firsts: array[int], runs: array[int], lengths: array[int], offsets: array[int]) -> None:
        self.firsts = firsts
        self.runs = runs
        self.lengths = lengths
        self.offsets = offsets

    def __len__(self) -> int:
        """The number of entries."""
        return len(self.firsts)

    def entry(self, index: int) -> Entry:
        """The entry at a place."""
        return Entry(self.firsts[index], self.offsets[index], self.lengths[index], self.runs[index])

    def find(self, number: int) -> Entry | None:
        """The entry that the tile with this number is in."""
        index = bisect_right(self.firsts, number) - 1
        if index < 0:
            return None
        entry = self.entry(index)
        return entry if not entry.run or number < entry.first + entry.run else None


def decoded_directory(body: bytes, compression: int) -> Directory:
    """The directory in ``body``.

    :raises ValueError: it is damaged, or larger than any directory.
    """
    numbers = _numbers(_inflated(body) if compression == GZIP else body)
    if not numbers or len(numbers) != 4 * numbers[0] + 1:
        raise ValueError("a directory is damaged")
    count = numbers[0]
    first = behind = 0
    try:
        firsts, runs, lengths, offsets = (array("Q", numbers[1 + p * count : 1 + (p + 1) * count]) for p in range(4))
        for index in range(count):
            first += firsts[index]
            firsts[index] = first
            offset = offsets[index]
            offsets[index] = behind = offset - 1 if offset else behind
            behind += lengths[index]
    except OverflowError as error:
        raise ValueError("a directory is damaged") from error
    return Directory(firsts, runs, lengths, offsets)


def encoded_directory(entries: Sequence[Entry]) -> bytes:
    """The bytes of a directory, compressed by gzip."""
    numbers = [len(entries)]
    before = 0
    for entry in entries:
        numbers.append(entry.first - before)
        before = entry.first
    numbers.extend(entry.run for entry in entries)
    numbers.extend(entry.length for entry in entries)
    behind = -1
    for entry in entries:
        numbers.append(0 if entry.offset == behind else entry.offset + 1)
        behind = entry.offset + entry.length
    return gzip.compress(_varints(numbers), mtime=0)


def inflated(body: bytes, most_bytes: int) -> bytes:
    """What gzip has compressed.

    :raises ValueError: it is damaged, or larger than ``most_bytes``.
    """
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = decompressor.decompress(body, most_bytes)
    except zlib.error as error:
        raise ValueError("compressed data is damaged") from error
    if decompressor.unconsumed_tail or not decompressor.eof:
        raise ValueError("compressed data is cut, or too large" if found else "compressed data is cut")
    return found


def _inflated(body: bytes) -> bytes:
    return inflated(body, _MOST_BYTES)


def _numbers(data: bytes) -> list[int]:
    """Numbers of seven bits a byte, the lowest first; all but the last byte of each have the eighth bit."""
    numbers: list[int] = []
    number = shift = 0
    for byte in data:
        if byte < 0x80:  # noqa: PLR2004 - the eighth bit
            numbers.append(number | byte << shift)
            number = shift = 0
        else:
            number |= (byte & 0x7F) << shift
            shift += 7
            if shift > _MOST_SHIFT:
                raise ValueError("a directory is damaged")
    if shift:
        raise ValueError("a directory is cut")
    return numbers


def _varints(numbers: Sequence[int]) -> bytes:
    out = bytearray()
    for number in numbers:
        rest = number
        while rest > 0x7F:  # noqa: PLR2004 - seven bits
            out.append(rest & 0x7F | 0x80)
            rest >>= 7
        out.append(rest)
    return bytes(out)
