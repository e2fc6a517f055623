"""PNG images whose filters compiled loops undo.

Map servers mostly write true colour, which becomes pixels here.  All other PNG images are inflated here too and
handed to Pillow as an uncompressed PNG: its decoder then spends no time on zlib, and remains the judge of palettes,
depths and colour keys.
"""

from __future__ import annotations

import io

import numpy as np
from isal import isal_zlib

from tilekeep.adapters.imaging import pixel_loops
from tilekeep.adapters.imaging.indexed_png import IndexedImage, color_table
from tilekeep.adapters.imaging.inflating import inflated
from tilekeep.adapters.imaging.pillow_reading import ReadableFile, load
from tilekeep.adapters.imaging.pixels import Bytes, FastRaster, Words
from tilekeep.adapters.imaging.png_chunks import Png, PngHeader, read_chunks
from tilekeep.adapters.imaging.stored_png import StoredPng
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import PNG, ImageLimits

#: Samples of a pixel by colour type (ISO/IEC 15948, 11.2.2).
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_MODES = {2: "RGB", 6: "RGBA"}
_PLAIN_DEPTH = 8

#: Chunks that change what pixels mean or that encoding carries on: Pillow's business.
_SPECIAL = frozenset({b"tRNS", b"iCCP", b"acTL"})

#: Filter types (ISO/IEC 15948, 9.2).
_SUB, _UP, _PAETH = 1, 2, 4

#: Larger images are left to Pillow, which does not need all rows at once.
_MOST_PIXELS = 1 << 24

#: Fewer rows are not worth comparing.
_FEW_ROWS = 3


def decode_png(body: bytes, limits: ImageLimits) -> FastRaster:
    """The pixels of a PNG image whose size has been checked.

    :raises UndecodableImage: damaged or cut.
    """
    png = read_chunks(body, isal_zlib.crc32)
    filtered = (
        inflated(png.data, _filtered_bytes(png.header)) if _is_plain(png) and pixel_loops.compiled is not None else None
    )
    words = None if filtered is None else _reconstructed(png.header, filtered)
    if words is not None:
        return FastRaster(words=words, mode=_MODES[png.header.color_type])
    if png.header.interlaced or png.header.color_type not in _SAMPLES:
        return _by_pillow(io.BytesIO(body), limits)
    return _by_pillow(StoredPng(png, _filtered_bytes(png.header)), limits)


def decode_indexed_png(body: bytes, limits: ImageLimits) -> FastRaster | IndexedImage:
    """As :func:`decode_png`, but palette images without filters, which most have not, are not looked up yet."""
    png = read_chunks(body, isal_zlib.crc32)
    table = color_table(png)
    filtered = None if table is None else inflated(png.data, _filtered_bytes(png.header))
    if table is None or filtered is None:
        return decode_png(body, limits)
    rows = _rows(png.header, filtered)
    return decode_png(body, limits) if rows[:, 0].any() else IndexedImage(rows[:, 1:], png.header.width, table)


def verify_png(body: bytes, limits: ImageLimits) -> Size:
    """The size, after making sure that all pixels are there; plain ones are not reconstructed for it.

    :raises UndecodableImage: damaged or cut.
    """
    png = read_chunks(body, isal_zlib.crc32)
    filtered = inflated(png.data, _filtered_bytes(png.header)) if _is_plain(png) else None
    if filtered is None or _rows(png.header, filtered)[:, 0].max() > _PAETH:
        return _by_pillow(io.BytesIO(body), limits).size
    return Size(png.header.width, png.header.height)


def _by_pillow(file: ReadableFile, limits: ImageLimits) -> FastRaster:
    image = load(file, PNG, limits)
    return FastRaster(image=image, mode=image.mode)


def _is_plain(png: Png) -> bool:
    header = png.header
    eight_bits = header.color_type in _MODES and header.bit_depth == _PLAIN_DEPTH
    small = header.width * header.height <= _MOST_PIXELS
    return eight_bits and small and not header.interlaced and _SPECIAL.isdisjoint(png.contents)


def _row_bytes(header: PngHeader) -> int:
    return (header.width * header.bit_depth * _SAMPLES[header.color_type] + 7) // 8


def _filtered_bytes(header: PngHeader) -> int:
    """Length of all rows, each led by its filter type."""
    return header.height * (1 + _row_bytes(header))


def _rows(header: PngHeader, filtered: bytes | bytearray) -> Bytes:
    """One row per line of the image, each led by its filter type."""
    return np.frombuffer(filtered, np.uint8).reshape(header.height, 1 + _row_bytes(header))


def _reconstructed(header: PngHeader, filtered: bytes | bytearray) -> Words | None:
    """The pixels of a plain image, or None for one that is better left to Pillow."""
    rows = _rows(header, filtered)
    if _is_one_row_again_and_again(rows, filtered):
        first = _unfiltered(header._replace(height=1), filtered[: rows.strides[0]])
        return None if first is None else np.broadcast_to(first, (header.height, header.width))
    return _unfiltered(header, filtered)


def _unfiltered(header: PngHeader, filtered: bytes | bytearray) -> Words | None:
    """The pixels of a plain image, undone in a compiled loop, or None if there is a filter that nobody knows."""
    assert pixel_loops.compiled is not None
    words: Words = np.empty((header.height, header.width), "<u4")
    try:
        pixel_loops.compiled.unfilter(filtered, header.width, header.height, _SAMPLES[header.color_type], words)
    except ValueError:
        return None
    return words


def _is_one_row_again_and_again(rows: Bytes, filtered: bytes | bytearray) -> bool:
    """Whether all rows show what the first does, and say it alike, as where the sea is all there is to see."""
    if len(rows) < _FEW_ROWS or not np.array_equal(rows[1], rows[-1]):
        return False
    second = rows[1].tobytes()
    adds_to_above = second[0] in {_UP, _PAETH}
    shows_first = not any(second[1:]) if adds_to_above else second[0] <= _SUB and second == rows[0].tobytes()
    from_second_to_last_but_one = memoryview(filtered)[len(second) : -len(second)]
    return shows_first and filtered.startswith(from_second_to_last_but_one, 2 * len(second))
