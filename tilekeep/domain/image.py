"""Image formats, encodings and limits, without a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tilekeep.domain.geometry import Size

PNG = "image/png"
JPEG = "image/jpeg"
GIF = "image/gif"
TIFF = "image/tiff"
WEBP = "image/webp"

#: The cache format that stores PNG where a tile has transparent pixels and JPEG elsewhere (spec/caches.md, 12).
MIXED = "mixed"


def subtype(media_type: str) -> str:
    """The part between ``/`` and ``;``: by it formats are compared and files are named (``image/jpeg`` -> ``jpeg``)."""
    return media_type.split("/", 1)[-1].split(";", 1)[0].strip()


#: Most pixels on one side of an image, where the format says so.
_LARGEST_SIDES = {JPEG: 65_500, WEBP: 16_383}

#: Most pixels on one side of any map: GIF ends here, and nobody looks at longer ones, which cost out of proportion.
_LARGEST_SIDE = 65_535


def largest_side(media_type: str) -> int:
    """Most pixels on one side of a map of this media type."""
    return _LARGEST_SIDES.get(media_type, _LARGEST_SIDE)


#: The media types that :func:`sniffed_media_type` knows.
SNIFFED = frozenset({PNG, JPEG, WEBP, GIF, TIFF})


def sniffed_media_type(head: bytes) -> str | None:
    """The media type that the magic bytes of an image declare, or None; ``head`` needs twelve bytes."""
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return PNG
    if head[:3] == b"\xff\xd8\xff":
        return JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return GIF
    if head[:4] in (b"II*\x00", b"MM\x00*"):
        return TIFF
    return None


class ImageLimits(NamedTuple):
    """What an image from outside may cost: bytes as received, and pixels before any of them is decoded."""

    max_bytes: int
    max_pixels: int


@dataclass(frozen=True, slots=True)
class ImageEncoding:
    """How a raster becomes bytes (spec/config-globals-grids.md, 8).

    :ivar format: media type, or :data:`MIXED`.
    :ivar mode: Pillow's name of the final band layout (``RGB``, ``RGBA``, ``P``, ``L``, ``I``) or None to keep it.
    :ivar colors: palette size for PNG and GIF; 0 or None does not quantise.
    :ivar transparent: whether tiles may be transparent; None is undecided and treated as opaque.
    :ivar quantizer: ``fastoctree`` or ``mediancut``.
    :ivar jpeg_quality: 0 to 100.
    :ivar tiff_compression: ``raw``, ``tiff_lzw``, ``jpeg`` or None for the encoder's default.
    :ivar resampling: ``nearest``, ``bilinear``, ``bicubic``, ``area`` (the mean of all pixels that become one;
        enlarges as ``bilinear``) or ``lanczos``.
    """

    format: str = PNG
    mode: str | None = None
    colors: int | None = None
    transparent: bool | None = None
    quantizer: str = "fastoctree"
    jpeg_quality: int = 90
    tiff_compression: str | None = None
    resampling: str = "bicubic"

    @property
    def extension(self) -> str:
        """File extension of tiles in this encoding."""
        return subtype(self.format)

    @property
    def public_media_type(self) -> str:
        """The media type services advertise: ``mixed`` is offered as PNG."""
        return PNG if self.format == MIXED else self.format


class Raster(Protocol):
    """Decoded pixels, opaque to all but the imaging adapter that made them."""

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        ...


class ImageFacts(NamedTuple):
    """What is known of a verified image: ``width`` and ``height`` in pixels; ``single_color`` as in ``NewTile``."""

    media_type: str
    width: int
    height: int
    single_color: tuple[int, ...] | None = None


class EncodedImage(NamedTuple):
    """An image as bytes; ``single_color`` as in :class:`tilekeep.domain.tile.NewTile`."""

    body: bytes
    media_type: str
    single_color: tuple[int, ...] | None = None
