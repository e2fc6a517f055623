"""Palettes looked up by OpenCV, straight into a part of a larger image."""

from __future__ import annotations

import numpy as np

from tilekeep.adapters.imaging.opencv import cv2
from tilekeep.adapters.imaging.pixels import Bytes, Words


def look_up_by_opencv(indexes: Bytes, table: Words, words: Words) -> None:
    """As :data:`tilekeep.adapters.imaging.fast_mosaic.LookUp` says."""
    cv2.LUT(indexes, table.view(np.int32), dst=words.view(np.int32))
