"""Scans of JPEG images written and read coefficient by coefficient, with Huffman tables of any kind (T.81, F)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

END_OF_IMAGE = b"\xff\xd9"
END_OF_BLOCK, SIXTEEN_ZEROS = 0x00, 0xF0

#: Symbols of all differences, and of all other coefficients, in images of 8 bits.
DC_SYMBOLS = tuple(range(12))
AC_SYMBOLS = (END_OF_BLOCK, SIXTEEN_ZEROS, *(zeros << 4 | bits for zeros in range(16) for bits in range(1, 11)))


class Block(NamedTuple):
    """The DC coefficient, and the 63 others in zigzag order."""

    dc: int
    ac: tuple[int, ...]


class Coding(NamedTuple):
    """Huffman tables of one band, as in DHT segments."""

    dc: bytes
    ac: bytes


def table_of(symbols: Sequence[int], dice: random.Random) -> bytes:
    """A Huffman table with codes for all ``symbols``, of lengths as they fall, and never that of ones only."""
    order = dice.sample(symbols, len(symbols))
    lengths = [0] * 17
    free, left = 1, len(order)
    for bits in range(1, 17):
        free *= 2
        longest = 16 - bits
        most = max(number for number in range(min(free, left) + 1) if (free - number) << longest > left - number)
        lengths[bits] = left if bits == 16 else dice.choice([0, most, dice.randint(0, most)])
        free -= lengths[bits]
        left -= lengths[bits]
    return bytes(lengths[1:]) + bytes(order)


@lru_cache
def codes_of(table: bytes) -> dict[int, str]:
    """The code of each symbol, in bits."""
    codes, code, symbols = {}, 0, iter(table[16:])
    for bits, count in enumerate(table[:16], 1):
        for _ in range(count):
            codes[next(symbols)] = f"{code:0{bits}b}"
            code += 1
        code <<= 1
    return codes


def coded(block: Block, last_dc: int, coding: Coding) -> str:
    """A block in bits."""
    dc, ac = codes_of(coding.dc), codes_of(coding.ac)
    difference = block.dc - last_dc
    bits = dc[abs(difference).bit_length()] + magnitude(difference)
    end = max((place for place, value in enumerate(block.ac, 1) if value), default=0)
    zeros = 0
    for value in block.ac[:end]:
        if not value:
            zeros += 1
            continue
        bits += ac[SIXTEEN_ZEROS] * (zeros // 16) + ac[zeros % 16 << 4 | abs(value).bit_length()] + magnitude(value)
        zeros = 0
    return bits + (ac[END_OF_BLOCK] if end < len(block.ac) else "")


def magnitude(value: int) -> str:
    """The bits behind the code of a coefficient."""
    bits = abs(value).bit_length()
    return f"{value if value > 0 else value + (1 << bits) - 1:0{bits}b}" if bits else ""


def stuffed(bits: str) -> bytes:
    """Bits as they stand in a scan, the last byte filled with ones."""
    bits += "1" * (-len(bits) % 8)
    return int(f"1{bits}", 2).to_bytes(len(bits) // 8 + 1)[1:].replace(b"\xff", b"\xff\0")


def scan_of(blocks: Sequence[Block], layout: bytes, codings: Sequence[Coding], restart: int = 0) -> bytes:
    """Blocks in the order of their MCUs as a scan, with the end of the image."""
    parts = [""]
    last = [0, 0, 0]
    for number, block in enumerate(blocks):
        if restart and number and not number % (restart * len(layout)):
            parts.append("")
            last = [0, 0, 0]
        band = layout[number % len(layout)]
        parts[-1] += coded(block, last[band], codings[band])
        last[band] = block.dc
    scan = stuffed(parts[0])
    for number, part in enumerate(parts[1:]):
        scan += bytes((0xFF, 0xD0 + number % 8)) + stuffed(part)
    return scan + END_OF_IMAGE


def blocks_of(scan: bytes, layout: bytes, codings: Sequence[Coding], count: int) -> list[Block]:
    """The ``count`` blocks of a scan without restarts, in which nothing may be left but bits to fill a byte."""
    bits = "".join(f"{byte:08b}" for byte in scan.replace(b"\xff\0", b"\xff"))
    reader = _Reader(bits)
    last = [0, 0, 0]
    blocks = []
    for number in range(count):
        band = layout[number % len(layout)]
        last[band] += reader.value(reader.symbol(codings[band].dc))
        blocks.append(Block(last[band], tuple(reader.others(codings[band].ac))))
    assert bits[reader.at :] in {"1" * left for left in range(8)}
    return blocks


@lru_cache
def _symbols_of(table: bytes) -> dict[str, int]:
    return {code: symbol for symbol, code in codes_of(table).items()}


class _Reader:
    def __init__(self, bits: str) -> None:
        self.bits = bits
        self.at = 0

    def symbol(self, table: bytes) -> int:
        start = self.at
        symbols = _symbols_of(table)
        while (code := self.bits[start : self.at]) not in symbols:
            assert self.at - start < 16, "no code"
            self.at += 1
        return symbols[code]

    def value(self, bits: int) -> int:
        found = self.bits[self.at : self.at + bits]
        self.at += bits
        if not found:
            return 0
        return int(found, 2) if found[0] == "1" else int(found, 2) - (1 << bits) + 1

    def others(self, table: bytes) -> Iterator[int]:
        left = 63
        while left:
            symbol = self.symbol(table)
            if symbol == END_OF_BLOCK:
                yield from [0] * left
                return
            values = [0] * (symbol >> 4) + [self.value(symbol & 15)]
            yield from values
            left -= len(values)
