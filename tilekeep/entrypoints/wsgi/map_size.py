"""The parameters ``width`` and ``height`` (spec/services.md, 3.4)."""

from __future__ import annotations

from tilekeep.domain.errors import InvalidParameter, MapTooLarge
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import largest_side
from tilekeep.entrypoints.wsgi.numbers import number

#: No image has more pixels on one side; larger numbers are no sizes.
_LARGEST_SIDE = 2**31 - 1


def map_size(width: str, height: str, max_output_pixels: int) -> Size:
    """Width and height in pixels; fractions are cut off.

    :raises InvalidParameter: a number that is none, or not positive.
    :raises MapTooLarge: more than ``max_output_pixels``, width times height.
    """
    size = Size(_pixels("width", width), _pixels("height", height))
    if size.width * size.height > max_output_pixels:
        raise MapTooLarge(
            f"image size too large: width {size.width}, height {size.height} (at most {max_output_pixels} pixels)",
            locator="width" if size.width >= size.height else "height",
        )
    return size


def require_fit(size: Size, media_type: str) -> None:
    """Returns if an image format has room for ``size``.

    :raises MapTooLarge: it has not.
    """
    limit = largest_side(media_type)
    if max(size) > limit:
        name = "width" if size.width > limit else "height"
        raise MapTooLarge(f"image size too large: {name} {max(size)} (at most {limit} in {media_type})", locator=name)


def _pixels(name: str, text: str) -> int:
    value = number(text)
    if value is None or value < 1:
        raise InvalidParameter(f"invalid {name}: {text!r} (a positive number of pixels)", locator=name)
    if value > _LARGEST_SIDE:
        raise MapTooLarge(f"image size too large: {name} {text}", locator=name)
    return int(value)
