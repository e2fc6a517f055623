"""Formats that not every build of Pillow has."""

from __future__ import annotations

from tilekeep.domain.image import AVIF, WEBP

#: What Pillow calls the part of it that reads and writes a format.
_FEATURES = {WEBP: "webp", AVIF: "avif"}


def has_encoder(media_type: str) -> bool:
    """Whether the installed Pillow reads and writes images of this media type; others than these it always does."""
    feature = _FEATURES.get(media_type)
    if feature is None:
        return True
    from PIL import features  # on first use: only configurations with such formats need it at start

    return bool(features.check(feature))
