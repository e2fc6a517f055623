"""The meaning of image options of caches and sources (spec/config-globals-grids.md, 8.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tilekeep.config.mapproxy.image import EncodingOptions, ImageOptions
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.image import MIXED, PNG, ImageEncoding
from tilekeep.domain.opaque_format import opaque_format

_PALETTE_SIZE = 256

#: Encoding options that are called the same in an :class:`ImageEncoding`, which has their defaults.
_OWN_OPTIONS = (
    "jpeg_subsampling",
    "jpeg_progressive",
    "webp_quality",
    "webp_method",
    "webp_lossless",
    "avif_quality",
    "avif_speed",
)


@dataclass(frozen=True, slots=True)
class ImageChoice:
    """Image options after all defaults; None is undecided.

    :ivar format: media type, or ``mixed``.
    :ivar opacity: 0.0 to 1.0, where images are laid over each other.
    """

    format: str | None
    mode: str | None
    colors: int | None
    transparent: bool | None
    opacity: float | None
    resampling: str
    encoding: EncodingOptions


#: What a cache without any source takes for its source: nothing but transparency is decided.
NO_SOURCE = ImageChoice(
    None, None, None, transparent=True, opacity=None, resampling="", encoding=EncodingOptions.untouched()
)


def image_choice(settings: Settings, local: ImageOptions | None, format_name: str | None) -> ImageChoice:
    """The options ``local`` on top of those that ``globals.image.formats`` has for ``format_name``."""
    own = local or ImageOptions.untouched()
    named = settings.globals.image.formats.get(format_name or "", None)
    base = named or ImageOptions.untouched()
    image_format = own.format or base.format
    opaque = opaque_format(format_name)
    if opaque is not None:
        image_format = opaque.name
    elif image_format is None and format_name is not None and format_name.startswith("image/"):
        image_format = format_name
    transparent = base.transparent if own.transparent is None else own.transparent
    if format_name == MIXED:
        image_format, transparent = MIXED, True
    colors = base.colors if own.colors is None else own.colors
    if colors is None and settings.globals.image.paletted and "png" in (image_format or ""):
        colors = _PALETTE_SIZE
    return ImageChoice(
        format=image_format,
        mode=own.mode or base.mode,
        colors=colors,
        transparent=transparent,
        opacity=base.opacity if own.opacity is None else own.opacity,
        resampling=own.resampling_method or base.resampling_method or settings.globals.image.resampling_method,
        encoding=own.encoding_options or base.encoding_options or EncodingOptions.untouched(),
    )


def cache_image_choice(settings: Settings, local: ImageOptions | None, format_name: str) -> ImageChoice:
    """The options of a cache, before its sources have a say; a format of its own hides the named format."""
    has_own_format = local is not None and local.format is not None
    return image_choice(settings, local, None if has_own_format else format_name)


def cache_encoding(settings: Settings, own: ImageChoice, sources: Sequence[ImageChoice]) -> ImageEncoding:
    """How tiles are encoded: the cache's own options, gaps filled with what suits all sources.

    A palette is out of the question if one source forbids it (``colors: 0``), else the largest palette counts;
    modes order as text (I < P < RGB < RGBA); one opaque source makes the cache opaque.
    """
    sources = sources or [NO_SOURCE]
    palettes = [choice.colors or 0 for choice in sources]
    forbidden = any(choice.colors == 0 for choice in sources)
    modes = [choice.mode for choice in sources if choice.mode]
    wishes = {choice.transparent for choice in sources}
    transparent = False if False in wishes else True if True in wishes else None
    return _encoding(
        settings,
        own,
        mode=own.mode or (max(modes) if modes else None),
        colors=own.colors if own.colors is not None else 0 if forbidden else max(palettes),
        transparent=transparent if own.transparent is None else own.transparent,
    )


def variant_encoding(settings: Settings, own: ImageEncoding, format_name: str) -> ImageEncoding:
    """How tiles of a cache are encoded that is offered in another format; ``own`` is how they are stored."""
    choice = image_choice(settings, None, format_name)
    encoding = _encoding(settings, choice, mode=choice.mode, colors=choice.colors, transparent=own.transparent)
    return replace(encoding, resampling=own.resampling)


def map_encoding(settings: Settings, format_name: str) -> ImageEncoding:
    """How maps are encoded in a format of a service; whether they are transparent is up to each request."""
    choice = image_choice(settings, None, format_name)
    return _encoding(settings, choice, mode=choice.mode, colors=choice.colors, transparent=None)


def _encoding(
    settings: Settings, choice: ImageChoice, *, mode: str | None, colors: int | None, transparent: bool | None
) -> ImageEncoding:
    encoding = choice.encoding
    quality = encoding.jpeg_quality
    given = {name: value for name in _OWN_OPTIONS if (value := getattr(encoding, name)) is not None}
    return ImageEncoding(
        format=choice.format or PNG,
        mode=mode,
        colors=0 if mode == "I" else colors,
        transparent=transparent,
        quantizer=encoding.quantizer or "fastoctree",
        jpeg_quality=settings.globals.image.jpeg_quality if quality is None else quality,
        tiff_compression=encoding.tiff_compression,
        resampling=choice.resampling,
        **given,
    )
