"""What Pillow's encoders are told."""

from __future__ import annotations

from typing import Any

from tilekeep.domain.image import ImageEncoding

#: More makes lossless WebP files hardly smaller, and the work many times longer.
_LOSSLESS_METHOD, _LOSSLESS_EFFORT = 2, 50

_METHOD = 4

#: A server encodes several images at a time anyway.
_THREADS = 1


def writer_options(kind: str, encoding: ImageEncoding) -> dict[str, Any]:
    """Keyword arguments for an image of Pillow's format ``kind``."""
    match kind:
        case "jpeg":
            return _jpeg(encoding)
        case "webp":
            return _webp(encoding)
        case "avif":
            return {"quality": encoding.avif_quality, "speed": encoding.avif_speed, "max_threads": _THREADS}
        case "tiff" if encoding.tiff_compression == "jpeg":
            return {"compression": "jpeg", "quality": encoding.jpeg_quality}
        case "tiff" if encoding.tiff_compression is not None:
            return {"compression": encoding.tiff_compression}
    return {}


def _jpeg(encoding: ImageEncoding) -> dict[str, Any]:
    options: dict[str, Any] = {"quality": encoding.jpeg_quality}
    if encoding.jpeg_subsampling is not None:
        options["subsampling"] = encoding.jpeg_subsampling
    if encoding.jpeg_progressive:
        options["progressive"] = True
    return options


def _webp(encoding: ImageEncoding) -> dict[str, Any]:
    """Lossless images keep the colours of transparent pixels too."""
    method = encoding.webp_method
    if encoding.webp_lossless:
        method = _LOSSLESS_METHOD if method is None else method
        return {"lossless": True, "exact": True, "quality": _LOSSLESS_EFFORT, "method": method}
    return {"quality": encoding.webp_quality, "method": _METHOD if method is None else method}
