"""Images to bytes by Pillow: the encoding pipeline (spec/config-globals-grids.md, 8.3)."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PIL import Image

from tilekeep.adapters.imaging.deep import in_deep_mode, in_eight_bits, is_deep_mode
from tilekeep.adapters.imaging.geotiff import geotiff_tags
from tilekeep.adapters.imaging.writer_options import writer_options
from tilekeep.domain.errors import ImageError
from tilekeep.domain.extent import Extent
from tilekeep.domain.image import JPEG, MIXED, PNG, EncodedImage, ImageEncoding

_PNG_MODES = frozenset({"1", "L", "LA", "I;16", "P", "RGB", "RGBA"})

#: Formats whose encoders know RGB and RGBA only.
_FULL_COLOR_KINDS = frozenset({"webp", "avif"})

_OPAQUE = 255
_LAST_ENTRY = 255
_HALF_TRANSPARENT = 128


def single_color(image: Image.Image) -> tuple[int, ...] | None:
    """The 8-bit band values that all pixels share, three or four of them, or None (spec/caches.md, 3.1.4).

    Palettes count as RGB; grey becomes RGB, so that every colour of a cache has one name.  Images with a colour key
    or a palette with alpha have none: their colour does not say what they look like.
    """
    if "transparency" in image.info:
        return None
    colors = image.getcolors(1) if image.mode in {"1", "L", "P", "LA", "RGB", "RGBA", "CMYK"} else None
    if colors is None:
        return None
    pixel = image.crop((0, 0, 1, 1))
    value = pixel.convert("RGBA" if image.mode in {"LA", "RGBA"} else "RGB").getpixel((0, 0))
    return value if isinstance(value, tuple) else None


def has_transparency(image: Image.Image) -> bool:
    """Whether any pixel is less than opaque; palettes are judged by the colours that appear."""
    if image.mode == "P":
        image = image.convert("RGBA")
    if image.mode != "RGBA":
        return False
    lowest, _ = image.getchannel("A").getextrema()
    return isinstance(lowest, int) and lowest < _OPAQUE


def settled(image: Image.Image, encoding: ImageEncoding) -> ImageEncoding:
    """``encoding`` with ``mixed`` decided: PNG for images with transparency, JPEG for others."""
    if encoding.format != MIXED:
        return encoding
    if has_transparency(image):
        return replace(encoding, format=PNG, transparent=True)
    return replace(encoding, format=JPEG, colors=None, transparent=False)


def encode_image(image: Image.Image, encoding: ImageEncoding, shows: Extent | None = None) -> EncodedImage:
    """``image`` as bytes, with its single colour as it was before encoding; TIFF says which area it ``shows``.

    :raises ImageError: Pillow cannot write it in this format.
    """
    color = single_color(image)
    if encoding.mode and image.mode[0] in "IFL" and not _is_in_mode(image, encoding.mode):
        image = image.convert(encoding.mode)
    encoding = settled(image, encoding)
    kind = pillow_kind(encoding)
    if is_deep_mode(image.mode):
        image, encoding = _deep(image, kind, encoding)
    options: dict[str, Any] = {}
    if encoding.colors and not has_palette_of(image, encoding.colors):
        options["compress_type"] = zlib.Z_RLE
        image = _quantised(image, encoding)
    image = _in_writable_mode(image, kind, encoding)
    options |= writer_options(kind, encoding)
    if kind == "tiff" and shows is not None:
        options["tiffinfo"] = geotiff_tags(shows, image.size)
    return EncodedImage(saved(image, kind, options), f"image/{kind}", color)


def _is_in_mode(image: Image.Image, mode: str) -> bool:
    """``I`` is any whole number, however wide."""
    return image.mode == mode or (mode == "I" and image.mode.startswith("I;16"))


def _deep(image: Image.Image, kind: str, encoding: ImageEncoding) -> tuple[Image.Image, ImageEncoding]:
    """A deep image as deep as the format has it, and without a palette; PNG has no more than 16 bits, unsigned."""
    if kind == "tiff":
        return image, replace(encoding, mode=None, colors=0)
    if kind == "png":
        return in_deep_mode(image, "I;16"), replace(encoding, mode=None, colors=0)
    return in_eight_bits(image), encoding


def has_palette_of(image: Image.Image, colors: int) -> bool:
    """Whether ``image`` is a palette image with exactly ``colors`` entries, which is never quantised again."""
    return image.mode == "P" and len(image.getpalette() or ()) == 3 * colors


def pillow_kind(encoding: ImageEncoding) -> str:
    """Pillow's name of the format: ``geotiff`` is ``tiff``, all that begins with ``png`` is ``png``."""
    extension = encoding.extension.lower()
    if extension.startswith("png"):
        return "png"
    return {"geotiff": "tiff", "jpg": "jpeg"}.get(extension, extension)


def opaque(image: Image.Image) -> Image.Image:
    """``image`` as RGB, alpha and a colour key dropped and not composited."""
    image = _converted(image, "RGB")
    image.info.pop("transparency", None)
    return image


def _converted(image: Image.Image, mode: str) -> Image.Image:
    """``image`` in another mode; a palette with alpha gets there by way of full colour."""
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    return image.convert(mode)


def _quantised(image: Image.Image, encoding: ImageEncoding) -> Image.Image:
    colors = encoding.colors or 0
    if encoding.quantizer != "mediancut":
        return _octree(image, colors, alpha=bool(encoding.transparent))
    if not (encoding.transparent and image.mode == "RGBA"):
        return opaque(image).convert("P", palette=Image.Palette.ADAPTIVE, colors=colors)
    alpha = image.getchannel("A")
    image = image.convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE, colors=colors - 1)
    image.paste(_LAST_ENTRY, mask=alpha.point([_OPAQUE if a <= _HALF_TRANSPARENT else 0 for a in range(256)]))
    image.info["transparency"] = _LAST_ENTRY
    return image


def _octree(image: Image.Image, colors: int, *, alpha: bool) -> Image.Image:
    """Keeps the full alpha of transparent images; modes without an octree stay as they are."""
    if not alpha:
        image = opaque(image)
    elif image.mode == "P":
        image = image.convert("RGBA")
    try:
        quantised = image.quantize(colors, Image.Quantize.FASTOCTREE)
    except ValueError:
        return image
    if isinstance(quantised.info.get("transparency"), tuple):
        del quantised.info["transparency"]  # a colour key, which Pillow carries over though no entry has its colour
    return quantised


def _in_writable_mode(image: Image.Image, kind: str, encoding: ImageEncoding) -> Image.Image:
    if kind == "jpeg":
        image = opaque(image)
    if kind == "png" and image.mode != "RGB" and isinstance(image.info.get("transparency"), tuple):
        image = image.copy()
        del image.info["transparency"]
    if encoding.mode and image.mode != encoding.mode:
        image = _converted(image, encoding.mode)
    if kind == "jpeg" and image.mode != "RGB":
        return image.convert("RGB")
    if kind in _FULL_COLOR_KINDS and image.mode not in {"RGB", "RGBA"}:
        return _converted(image, "RGBA" if image.has_transparency_data else "RGB")
    if kind == "png" and image.mode not in _PNG_MODES:
        return image.convert("RGB")
    return image


def saved(image: Image.Image, kind: str, options: Mapping[str, Any]) -> bytes:
    """``image`` written by Pillow with the options of its writer.

    :raises ImageError: Pillow cannot write it.
    """
    buffer = io.BytesIO()
    try:
        image.save(buffer, kind, **options)
    except (KeyError, OSError, ValueError) as error:
        raise ImageError(f"A {image.mode} image of {image.size} pixels cannot be written as {kind}: {error}") from error
    return buffer.getvalue()
