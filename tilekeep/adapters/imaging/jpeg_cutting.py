"""Tiles cut out of a JPEG image without decoding it: they are as good as the image, which nothing else is."""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence

from PIL import Image

from tilekeep.adapters.imaging import jpeg_scan
from tilekeep.adapters.imaging.jpeg_frame import BLOCK_PX, JpegFrame, jpeg_frame
from tilekeep.adapters.imaging.jpeg_raster import JpegRaster
from tilekeep.adapters.imaging.pillow_encoding import pillow_kind, single_color
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import JPEG, MIXED, EncodedImage, ImageEncoding, Raster

#: Sampling factors of brightness beside bands of colour with 1 by 1.
_FACTORS = {"4:4:4": (1, 1), "4:2:2": (2, 1), "4:2:0": (2, 2)}
_USUAL_SUBSAMPLING = "4:2:0"

_END_OF_IMAGE = b"\xff\xd9"

#: Most bytes of a block in three bands that says no more than "as the one before" (T.81, K.3).
_FLAT_BLOCK_BYTES = 2


def tiles_without_decoding(
    raster: Raster, corners: Sequence[tuple[int, int]], tile_size: Size, encoding: ImageEncoding
) -> list[EncodedImage] | None:
    """The tiles, or None where they are to be made of pixels.

    They are cut where that gives a tile as configured: its colours are no sharper, its quantisation nowhere finer,
    so that it is no larger than it would be, and its corner lies between blocks.
    """
    if not isinstance(raster, JpegRaster) or not corners or not _is_wanted(encoding):
        return None
    if jpeg_scan.compiled is None:
        return None
    frame = jpeg_frame(raster.body)
    if frame is None or not _is_coarse_enough(frame, encoding):
        return None
    mcu = frame.mcu
    if not all(_is_between_blocks(corner, tile_size, frame.size, mcu) for corner in corners):
        return None
    scans = _cut(frame, raster.body, [(left // mcu.width, top // mcu.height) for left, top in corners], tile_size)
    return None if scans is None else _tiles(frame.header_of_part(tile_size), scans, tile_size)


def _is_wanted(encoding: ImageEncoding) -> bool:
    kind = pillow_kind(encoding)
    has_colors = kind == MIXED or (kind == "jpeg" and not encoding.colors)
    return has_colors and encoding.mode in {None, "RGB"} and not encoding.jpeg_progressive


def _is_coarse_enough(frame: JpegFrame, encoding: ImageEncoding) -> bool:
    factors, *of_colors = ((band.across, band.down) for band in frame.bands)
    across, down = _FACTORS[encoding.jpeg_subsampling or _USUAL_SUBSAMPLING]
    if factors not in _FACTORS.values() or of_colors != [(1, 1), (1, 1)] or factors[0] < across or factors[1] < down:
        return False
    return all(
        all(map(int.__ge__, band.steps, configured))
        for band, configured in zip(frame.bands, _steps(encoding.jpeg_quality), strict=True)
    )


@functools.lru_cache
def _steps(quality: int) -> list[bytes]:
    """The quantisation steps that ``quality`` stands for, of each band."""
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, "JPEG", quality=quality)
    frame = jpeg_frame(buffer.getvalue())
    assert frame is not None
    return [band.steps for band in frame.bands]


def _is_between_blocks(corner: tuple[int, int], tile: Size, image: Size, mcu: Size) -> bool:
    left, top = corner
    inside = min(corner) >= 0 and left + tile.width <= image.width and top + tile.height <= image.height
    return inside and not left % mcu.width and not top % mcu.height


def _cut(frame: JpegFrame, body: bytes, corners: Sequence[tuple[int, int]], tile: Size) -> list[bytes] | None:
    """The scans of tiles whose ``corners`` are counted in MCUs."""
    assert jpeg_scan.compiled is not None
    mcu = frame.mcu
    return jpeg_scan.compiled.cut_scan(
        memoryview(body)[frame.scan_at :],
        frame.layout,
        frame.tables,
        _mcus_of(frame.size, mcu),
        frame.restart,
        tuple(corners),
        _mcus_of(tile, mcu),
    )


def _mcus_of(size: Size, mcu: Size) -> tuple[int, int]:
    return -(-size.width // mcu.width), -(-size.height // mcu.height)


def _tiles(header: bytes, scans: Sequence[bytes], size: Size) -> list[EncodedImage]:
    """Whole images; those of one colour, which are short and often alike, are looked at."""
    blocks = (size.width // BLOCK_PX + 2) * (size.height // BLOCK_PX + 2)
    colors: dict[bytes, tuple[int, ...] | None] = {}
    tiles = []
    for scan in scans:
        body = b"".join((header, scan, _END_OF_IMAGE))
        if len(scan) <= _FLAT_BLOCK_BYTES * blocks and scan not in colors:
            colors[scan] = single_color(Image.open(io.BytesIO(body), formats=["JPEG"]))
        tiles.append(EncodedImage(body, JPEG, colors.get(scan)))
    return tiles
