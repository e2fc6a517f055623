"""The font that text is written in, by size."""

from __future__ import annotations

import functools
import logging
import os

from PIL import ImageFont

Typeface = ImageFont.FreeTypeFont | ImageFont.ImageFont

_FILE = "DejaVuSans.ttf"
_OWN_FOLDER = os.path.join(os.path.dirname(__file__), "fonts")

#: Pixels; a glyph is a picture in memory before it is drawn.
_LARGEST = 500

_log = logging.getLogger("tilekeep.system")


@functools.lru_cache(maxsize=32)
def typeface(directory: str | None, size: int) -> Typeface:
    """DejaVu Sans out of ``directory``, else the one that comes with the package, else whatever Pillow has.

    ``size`` is in pixels and bounded.
    """
    size = max(1, min(size, _LARGEST))
    for folder in filter(None, (directory, _OWN_FOLDER)):
        try:
            return ImageFont.truetype(os.path.join(folder, _FILE), size)
        except (OSError, ImportError) as error:
            _log.warning("text is written in another font: %s cannot be loaded from %s: %s", _FILE, folder, error)
    return ImageFont.load_default(size)
