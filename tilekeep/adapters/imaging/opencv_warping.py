"""Maps in another SRS drawn by OpenCV, on words (spec/config-globals-grids.md, 8.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tilekeep.adapters.imaging.meshing import mesh_stays_inside
from tilekeep.adapters.imaging.pixels import OPAQUE, Words, image_from_words, words_from_image
from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import Mesh

_INTERPOLATIONS = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC}


#: Coordinates beyond this one are interpolated in double precision, lest nearby pixels be lost in rounding.
_FAR = 1e5

_WHITE = np.uint32(0xFFFFFFFF)
_TRANSPARENT_WHITE = np.uint32(0x00FFFFFF)

_Numbers = npt.NDArray[Any]

# Its threads would not survive the fork of a server, and requests are spread over processors already.
cv2.setNumThreads(1)


def warped_words(words: Words, mode: str, mesh: Mesh, resampling: str, *, transparent: bool) -> tuple[Words, str]:
    """``words`` of ``mode`` drawn anew, and the mode of the result."""
    x, y = _maps(mesh)
    has_alpha = mode == "RGBA" and bool(words.min() < OPAQUE)
    mixes_alpha = has_alpha and resampling != "nearest"
    drawn = _remapped(_premultiplied(words) if mixes_alpha else words, x - 0.5, y - 0.5, resampling)
    if mixes_alpha:
        drawn = _unmultiplied(drawn)
    if not mesh_stays_inside(mesh, Size(words.shape[1], words.shape[0])):
        seen = (x >= 0) & (x < words.shape[1]) & (y >= 0) & (y < words.shape[0])
        drawn = np.where(seen, drawn, _TRANSPARENT_WHITE if transparent else _WHITE)
        mode = "RGBA" if transparent else mode
    return drawn, mode


def _remapped(words: Words, x: _Numbers, y: _Numbers, resampling: str) -> Words:
    pixels = words.view(np.uint8).reshape(*words.shape, 4)
    drawn = cv2.remap(pixels, x, y, _INTERPOLATIONS[resampling], borderMode=cv2.BORDER_REPLICATE)
    return drawn.view(np.uint32).reshape(x.shape)


def _premultiplied(words: Words) -> Words:
    return np.frombuffer(image_from_words(words, "RGBA").convert("RGBa").tobytes(), np.uint32).reshape(words.shape)


def _unmultiplied(words: Words) -> Words:
    image = image_from_words(words, "RGBa").convert("RGBA")
    plain = words_from_image(image)
    assert plain is not None
    return np.where(plain < np.uint32(1 << 24), _TRANSPARENT_WHITE, plain)


def _maps(mesh: Mesh) -> tuple[_Numbers, _Numbers]:
    """Which x and which y of the raster the centre of each pixel shows; outside of any raster where nothing belongs."""
    points = np.array(mesh.points).reshape(len(mesh.rows), len(mesh.columns), 2)
    missing = ~np.isfinite(points).all(axis=2)
    points[missing] = 0
    precision = np.float64 if np.abs(points).max() > _FAR else np.float32
    across = _weights(mesh.columns, mesh.size.width, precision).T
    down = _weights(mesh.rows, mesh.size.height, precision)
    x, y = (down @ points[:, :, axis].astype(precision) @ across for axis in (0, 1))
    x, y = (np.clip(values, -_FAR, _FAR).astype(np.float32, copy=False) for values in (x, y))
    if missing.any():
        x[down @ missing.astype(precision) @ across > 0] = -_FAR
    return x, y


def _weights(lines: Sequence[int], pixels: int, precision: type[np.floating[Any]]) -> _Numbers:
    """How much the centre of each pixel ``(pixels, lines)`` has of each line."""
    centres = np.arange(pixels) + 0.5
    at = np.array(lines)
    before = np.searchsorted(at, centres, side="right") - 1
    share = (centres - at[before]) / np.diff(at)[before]
    weights = np.zeros((pixels, len(at)), precision)
    every = np.arange(pixels)
    weights[every, before] = 1 - share
    weights[every, before + 1] = share
    return weights
