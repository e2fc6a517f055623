"""Images from outside: measured by their header, then decoded by Pillow to the last pixel."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Protocol, cast

from PIL import Image

from tilekeep.adapters.imaging.header_size import declared_size
from tilekeep.adapters.imaging.png_chunks import read_chunks
from tilekeep.domain.errors import ImageError, ImageTooLarge, UndecodableImage
from tilekeep.domain.image import AVIF, GIF, JPEG, PNG, TIFF, WEBP, ImageLimits, sniffed_media_type

_PILLOW_FORMATS = {PNG: "PNG", JPEG: "JPEG", GIF: "GIF", TIFF: "TIFF", WEBP: "WEBP", AVIF: "AVIF"}


def accepted_media_type(body: bytes, limits: ImageLimits) -> str:
    """The format of ``body`` by its magic bytes, after looking at what it would cost where that shows at once.

    :raises UndecodableImage: none of the accepted formats.
    :raises ImageTooLarge: over ``limits``.
    """
    if len(body) > limits.max_bytes:
        raise ImageTooLarge(f"The image has {len(body)} bytes, more than the {limits.max_bytes} permitted.")
    media_type = sniffed_media_type(body[:12])
    if media_type is None:
        raise UndecodableImage(f"{len(body)} bytes that are no PNG, JPEG, GIF, TIFF, WebP or AVIF image.")
    size = declared_size(body, media_type)
    if size is not None:
        check_pixels(size.width, size.height, limits)
    return media_type


def check_pixels(width: int, height: int, limits: ImageLimits) -> None:
    """Refuses an image of ``width`` by ``height`` pixels over ``limits``.

    :raises ImageTooLarge: it is.
    """
    if width * height > limits.max_pixels:
        raise ImageTooLarge(f"The image has {width} x {height} pixels, more than the {limits.max_pixels} permitted.")


def read_image(body: bytes, media_type: str, limits: ImageLimits) -> Image.Image:
    """The decoded first frame of ``body``.

    :raises UndecodableImage: damaged or cut.
    :raises ImageTooLarge: over ``limits``, before any pixel is decoded.
    """
    if media_type == PNG:
        read_chunks(body, zlib.crc32)
    return load(io.BytesIO(body), media_type, limits)


class ReadableFile(Protocol):
    """As much of a file as Pillow needs."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Moves to ``offset``."""
        ...

    def tell(self) -> int:
        """The position."""
        ...


def load(file: ReadableFile, media_type: str, limits: ImageLimits) -> Image.Image:
    """As :func:`read_image`, for a file whose chunks have been checked."""
    return loaded(opened(file, media_type, limits), media_type)


def opened(file: ReadableFile, media_type: str, limits: ImageLimits) -> Image.Image:
    """The image before any pixel is decoded, which :func:`loaded` does; raises as :func:`read_image`."""
    with _translating(media_type):
        image = Image.open(cast("IO[bytes]", file), formats=[_PILLOW_FORMATS[media_type]])
        check_pixels(*image.size, limits)
    return image


def loaded(image: Image.Image, media_type: str) -> Image.Image:
    """An opened ``image`` with its pixels.

    :raises UndecodableImage: damaged or cut.
    """
    with _translating(media_type):
        image.load()
    return image


@contextmanager
def _translating(media_type: str) -> Iterator[None]:
    try:
        yield
    except (ImageError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLarge(f"The image has more pixels than can be decoded: {error}") from error
    # Pillow's format readers let the errors of a dozen modules through, down to KeyError and struct.error.
    except Exception as error:
        raise UndecodableImage(f"The {media_type} image is damaged or cut: {error!r}") from error
