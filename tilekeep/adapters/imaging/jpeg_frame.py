"""The header of baseline JPEG images (ITU-T T.81, annex B): read, and written for parts of them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass

from tilekeep.domain.geometry import Size

#: Edge of a block in pixels.
BLOCK_PX = 8

_START_OF_IMAGE = b"\xff\xd8"
_PREFIX = 0xFF
_SOF0, _DHT, _SOS, _DQT, _DRI = 0xC0, 0xC4, 0xDA, 0xDB, 0xDD
_APP0, _APP14, _APP15, _COM = 0xE0, 0xEE, 0xEF, 0xFE

#: Bytes of a marker, of the length of a segment, which counts itself, and of both.
_MARKER, _LENGTH, _SEGMENT_HEAD = 2, 2, 4

#: Application segments and comments say nothing about the coefficients, but for Adobe's about what the bands are.
_BESIDE_THE_PICTURE = frozenset({*range(_APP0, _APP15 + 1), _COM})
_ADOBE, _ADOBE_TRANSFORM_AT, _YCBCR = b"Adobe", 11, b"\1"
_NAMES_OF_RGB = b"RGB"

_JFIF = b"JFIF\0\1\1\0\0\1\0\1\0\0"
_BITS, _BANDS = 8, 3
_STEPS = 64
_HUFFMAN_HEAD = 16
_ALL_OF_SEQUENTIAL = b"\0\x3f\0"

#: Huffman tables of DC coefficients have numbers from here, those of AC coefficients from there (B.2.4.2).
_DC, _AC = 0x00, 0x10
_MOST_TABLES = 4
_HUFFMAN_NUMBERS = frozenset(kind | number for kind in (_DC, _AC) for number in range(_MOST_TABLES))

#: The tables of DC coefficients in annex K.3.3.1, of brightness and of colours.
_USUAL_DC_TABLES = (
    bytes.fromhex("00010501010101010100000000000000") + bytes(range(12)),
    bytes.fromhex("00030101010101010101010000000000") + bytes(range(12)),
)


@dataclass(frozen=True, slots=True)
class JpegBand:
    """Brightness or a colour difference.

    ``across`` and ``down`` say how many blocks of it an MCU has, ``steps`` are its quantisation steps in zigzag order,
    the tables those of Huffman codes as they stand in the file.
    """

    across: int
    down: int
    steps: bytes
    dc_table: bytes
    ac_table: bytes


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """An image of 8 bits in the bands Y, Cb and Cr, whose only scan begins at ``scan_at``.

    ``restart`` is the number of MCUs (minimum coded units) between restart markers, 0 without.
    """

    size: Size
    bands: tuple[JpegBand, JpegBand, JpegBand]
    restart: int
    scan_at: int

    @property
    def mcu(self) -> Size:
        """Width and height of an MCU in pixels."""
        return Size(BLOCK_PX * max(b.across for b in self.bands), BLOCK_PX * max(b.down for b in self.bands))

    @property
    def layout(self) -> bytes:
        """The number of the band of each block of an MCU."""
        return b"".join(bytes([number]) * (band.across * band.down) for number, band in enumerate(self.bands))

    @property
    def tables(self) -> tuple[bytes, ...]:
        """Three Huffman tables of each band: of DC and of AC coefficients, and of DC coefficients in parts."""
        brightness, *colors = self.bands
        tables = [brightness.dc_table, brightness.ac_table, _USUAL_DC_TABLES[0]]
        for band in colors:
            tables += band.dc_table, band.ac_table, _USUAL_DC_TABLES[1]
        return tuple(tables)

    def header_of_part(self, size: Size) -> bytes:
        """All in front of the scan of a part of the image, which has no restarts."""
        steps = _distinct(band.steps for band in self.bands)
        ac_tables = _distinct(band.ac_table for band in self.bands)
        frame, scan = bytearray(), bytearray()
        for name, band in enumerate(self.bands, 1):
            frame += bytes((name, band.across << 4 | band.down, steps.index(band.steps)))
            scan += bytes((name, (name > 1) << 4 | ac_tables.index(band.ac_table)))
        return b"".join(
            [
                _START_OF_IMAGE,
                _segment(_APP0, _JFIF),
                _segment(_DQT, _numbered(0, steps)),
                _segment(_SOF0, struct.pack(">BHHB", _BITS, size.height, size.width, _BANDS) + frame),
                _segment(_DHT, _numbered(_DC, _USUAL_DC_TABLES) + _numbered(_AC, ac_tables)),
                _segment(_SOS, bytes((_BANDS,)) + scan + _ALL_OF_SEQUENTIAL),
            ]
        )


def jpeg_frame(body: bytes) -> JpegFrame | None:
    """The frame of an image, or None for images of other kinds and for what is none; its scan is not looked at."""
    header = _Header()
    try:
        for marker, content, end in _segments(body):
            if marker == _SOS:
                return header.frame(content, end)
            if not header.take(marker, content):
                break
    except (struct.error, IndexError, KeyError):
        pass  # something is missing: those who decode the image find the words for it
    return None


class _Header:
    """What the segments in front of a scan have said so far."""

    def __init__(self) -> None:
        self._frame: bytes | None = None
        self._steps: dict[int, bytes] = {}
        self._huffman: dict[int, bytes] = {}
        self._restart = 0

    def take(self, marker: int, content: bytes) -> bool:
        """Learns what a segment says; False if the image is none of those that are read here."""
        if marker == _SOF0 and self._frame is None:
            self._frame = content
        elif marker == _DQT:
            self._steps.update(_tables(content, range(_MOST_TABLES), lambda _: _STEPS))
        elif marker == _DHT:
            self._huffman.update(_tables(content, _HUFFMAN_NUMBERS, _huffman_length))
        elif marker == _DRI:
            (self._restart,) = struct.unpack(">H", content)
        else:
            return marker in _BESIDE_THE_PICTURE and not _is_adobe_of_other_bands(marker, content)
        return True

    def frame(self, scan: bytes, scan_at: int) -> JpegFrame | None:
        """The image whose scan has this header and begins there."""
        bits, height, width, count, *bands = struct.unpack(">BHHB3s3s3s", self._frame or b"")
        scan_count, *scanned, coefficients = struct.unpack(">B2s2s2s3s", scan)
        if (bits, count, scan_count, coefficients) != (_BITS, _BANDS, _BANDS, _ALL_OF_SEQUENTIAL):
            return None
        names = bytes(band[0] for band in bands)
        if not width or not height or names == _NAMES_OF_RGB or len(set(names)) < _BANDS:
            return None
        if names != bytes(band[0] for band in scanned):
            return None
        brightness, blue, red = map(self._band, bands, scanned)
        frame = JpegFrame(Size(width, height), (brightness, blue, red), self._restart, scan_at)
        return frame if len(_distinct(band.ac_table for band in frame.bands)) < _BANDS else None

    def _band(self, band: bytes, scanned: bytes) -> JpegBand:
        _, factors, steps = band
        _, tables = scanned
        dc_table, ac_table = self._huffman[_DC | tables >> 4], self._huffman[_AC | tables & 0x0F]
        return JpegBand(factors >> 4, factors & 0x0F, self._steps[steps], dc_table, ac_table)


def _segments(body: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Marker, content and end of each segment.

    :raises struct.error: the body ends before the next.
    """
    end = len(_START_OF_IMAGE)
    while body.startswith(_START_OF_IMAGE):
        prefix, marker, length = struct.unpack_from(">BBH", body, end)
        start, end = end + _SEGMENT_HEAD, end + _MARKER + length
        if prefix != _PREFIX or not start <= end <= len(body):
            return
        yield marker, body[start:end], end


def _tables(content: bytes, numbers: Container[int], length_of: Callable[[bytes], int]) -> Iterator[tuple[int, bytes]]:
    """Tables by their numbers; ``length_of`` tells how long one is by its first bytes.

    :raises KeyError: one has another number, as those of 16 bits have.
    :raises IndexError: one is cut.
    """
    end = 0
    while end < len(content):
        number, start = content[end], end + 1
        end = start + length_of(content[start : start + _HUFFMAN_HEAD])
        if number not in numbers:
            raise KeyError(number)
        if end > len(content):
            raise IndexError(end)
        yield number, content[start:end]


def _huffman_length(head: bytes) -> int:
    return _HUFFMAN_HEAD + sum(head)


def _is_adobe_of_other_bands(marker: int, content: bytes) -> bool:
    return marker == _APP14 and content.startswith(_ADOBE) and not content.startswith(_YCBCR, _ADOBE_TRANSFORM_AT)


def _distinct(tables: Iterable[bytes]) -> list[bytes]:
    return list(dict.fromkeys(tables))


def _numbered(first: int, tables: Iterable[bytes]) -> bytes:
    return b"".join(bytes((number,)) + table for number, table in enumerate(tables, first))


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", _PREFIX, marker, len(content) + _LENGTH) + content
