"""Image formats, encodings and limits, without a pixel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tilekeep.domain.geometry import Size
from tilekeep.domain.opaque_format import OpaqueFormat, opaque_format

PNG = "image/png"
JPEG = "image/jpeg"
GIF = "image/gif"
TIFF = "image/tiff"
GEOTIFF = "image/geotiff"
WEBP = "image/webp"
AVIF = "image/avif"

#: The cache format that stores PNG where a tile has transparent pixels and JPEG elsewhere (spec/caches.md, 12).
MIXED = "mixed"


def subtype(media_type: str) -> str:
    """The part between ``/`` and ``;``: by it formats are compared and files are named (``image/jpeg`` -> ``jpeg``)."""
    return media_type.split("/", 1)[-1].split(";", 1)[0].strip()


#: Most pixels on one side of an image, where the format says so.
_LARGEST_SIDES = {JPEG: 65_500, WEBP: 16_383, AVIF: 32_768}

#: Most pixels on one side of any map: GIF ends here, and nobody looks at longer ones, which cost out of proportion.
_LARGEST_SIDE = 65_535


def largest_side(media_type: str) -> int:
    """Most pixels on one side of a map of this media type."""
    return _LARGEST_SIDES.get(media_type, _LARGEST_SIDE)


#: The media types that :func:`sniffed_media_type` knows.
SNIFFED = frozenset({PNG, JPEG, WEBP, AVIF, GIF, TIFF})


#: Magic bytes, each group named after the subtype that it means.
_MAGIC = re.compile(
    rb"(?P<png>\x89PNG\r\n\x1a\n)|(?P<jpeg>\xff\xd8\xff)|(?P<webp>RIFF....WEBP)|(?P<avif>....ftypavif)"
    rb"|(?P<gif>GIF8[79]a)|(?P<tiff>II\*\x00|MM\x00\*)",
    re.DOTALL,
)


def sniffed_media_type(head: bytes) -> str | None:
    """The media type that the magic bytes of an image declare, or None; ``head`` needs twelve bytes."""
    found = _MAGIC.match(head)
    return None if found is None else f"image/{found.lastgroup}"


class ImageLimits(NamedTuple):
    """What an image from outside may cost: bytes as received, and pixels before any of them is decoded."""

    max_bytes: int
    max_pixels: int


@dataclass(frozen=True, slots=True)
class ImageEncoding:
    """How a raster becomes bytes (spec/config-globals-grids.md, 8).

    :ivar format: media type, or :data:`MIXED`, or the name of a format that is never decoded
        (:mod:`tilekeep.domain.opaque_format`), to which nothing else applies.
    :ivar mode: Pillow's name of the final band layout (``RGB``, ``RGBA``, ``P``, ``L``, ``I``) or None to keep it.
        ``I`` is one band of whole numbers, with 16 bits in PNG; images that have one keep it unless told otherwise.
    :ivar colors: palette size for PNG and GIF; 0 or None does not quantise.  One band of more than 8 bits never is.
    :ivar transparent: whether tiles may be transparent; None is undecided and treated as opaque.
    :ivar quantizer: ``fastoctree`` or ``mediancut``.
    :ivar jpeg_quality: 0 to 100.
    :ivar jpeg_subsampling: ``4:4:4``, ``4:2:2`` or ``4:2:0`` for colours as sharp as brightness or coarser; None for
        the encoder's default.
    :ivar jpeg_progressive: whether JPEG images come coarse first.
    :ivar webp_quality: 0 to 100.
    :ivar webp_method: 0 (fast) to 6 (small); None for the default.
    :ivar webp_lossless: whether WebP images keep every pixel, which makes ``webp_quality`` mean nothing.
    :ivar avif_quality: 0 to 100.
    :ivar avif_speed: 0 (small) to 10 (fast).
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
    jpeg_subsampling: str | None = None
    jpeg_progressive: bool = False
    webp_quality: int = 80
    webp_method: int | None = None
    webp_lossless: bool = False
    avif_quality: int = 75
    avif_speed: int = 8
    tiff_compression: str | None = None
    resampling: str = "bicubic"

    @property
    def extension(self) -> str:
        """File extension of tiles in this encoding."""
        return subtype(self.format)

    @property
    def is_georeferenced(self) -> bool:
        """Whether images say which area they show."""
        return subtype(self.format).lower() == subtype(GEOTIFF)

    @property
    def public_media_type(self) -> str:
        """The media type services advertise: ``mixed`` is offered as PNG."""
        opaque = self.opaque
        if opaque is not None:
            return opaque.media_type
        return PNG if self.format == MIXED else self.format

    @property
    def public_extension(self) -> str:
        """The extension of addresses of tiles: that of files, but ``mixed`` is offered as PNG."""
        return self.extension if self.opaque else subtype(self.public_media_type)

    @property
    def opaque(self) -> OpaqueFormat | None:
        """The format, if it is one that is never decoded."""
        return opaque_format(self.format)


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
