"""From the bands of a raster to red, green, blue and alpha."""

from __future__ import annotations

from typing import Any, NamedTuple

from PIL import Image

_RGB = 3

#: Numbers of bands of which the last one is alpha.
_WITH_ALPHA = frozenset({2, 4})

_LOOKUP_SIZE = 256

#: The value of deep images where there is nothing.
_NOTHING = 0

#: Types of a band that is drawn alone, and those of the image, which has the same values; see
#: :mod:`tilekeep.adapters.imaging.deep`.
_DEEP_TYPES = {"uint16": "uint16", "int16": "int32", "int32": "int32", "float32": "float32", "float64": "float32"}


class Bands(NamedTuple):
    """Which bands are drawn, counted from 1.

    :ivar colors: one for gray or colours in a table, or three.
    :ivar alpha: the band that says what is transparent, or None where GDAL finds that out.
    :ivar table: colours by value, as 256 times RGBA, or None.
    :ivar deep: the type of the numbers in the image, where they have more than 8 bits, else None.
    """

    colors: tuple[int, ...]
    alpha: int | None
    table: bytes | None
    deep: str | None = None


def bands_of(dataset: Any, wanted: tuple[int, ...] | None) -> Bands:
    """Those that are wanted, with alpha behind one or three others, else what the file says of its own.

    An alpha band of the file counts in any case, unless another one is wanted.

    :raises ValueError: there are no such bands, or several that have more than 8 bits.
    """
    meanings = [meaning.name for meaning in dataset.colorinterp]
    alpha = meanings.index("alpha") + 1 if "alpha" in meanings else None
    if wanted is None:
        others = [number for number in dataset.indexes if number != alpha]
        colors = tuple(others[:_RGB] if len(others) >= _RGB else others[:1])
    else:
        colors, alpha = (wanted[:-1], wanted[-1]) if len(wanted) in _WITH_ALPHA else (wanted, alpha)
    drawn = colors if alpha is None else (*colors, alpha)
    for number in drawn:
        if number not in dataset.indexes:
            raise ValueError(f"there is no band {number}; it has {dataset.count}")
    if not colors:
        raise ValueError("there is no band but alpha")
    kind = dataset.dtypes[colors[0] - 1]
    if len(colors) == 1 and kind in _DEEP_TYPES:
        return Bands(colors, alpha, table=None, deep=_DEEP_TYPES[kind])
    _require_8_bits(dataset, drawn)
    table = _table(dataset, colors[0]) if len(colors) == 1 and meanings[colors[0] - 1] == "palette" else None
    return Bands(colors, alpha, table)


def _require_8_bits(dataset: Any, numbers: tuple[int, ...]) -> None:
    for number in numbers:
        kind = dataset.dtypes[number - 1]
        if kind != "uint8":
            remedy = "convert it to 8 bits, for example with gdal_translate -ot Byte -scale, or draw one band alone"
            raise ValueError(f"band {number} is of type {kind}; {remedy}")


def image_of(pixels: Any, bands: Bands) -> Image.Image:
    """An image of an array of the colours and alpha behind them, as ``(band, row, column)``.

    It is RGBA, or deep, with 0 where there is nothing.
    """
    import numpy as np

    if bands.deep is not None:
        values, alpha = pixels
        return Image.fromarray(np.where(alpha > 0, values, _NOTHING).astype(bands.deep))
    *colors, alpha = (Image.fromarray(band, "L") for band in pixels)
    if bands.table is not None:
        channels = [colors[0].point(list(bands.table[channel::4])) for channel in range(4)]
        own = channels.pop()
        return Image.merge("RGBA", (*channels, Image.composite(own, Image.new("L", own.size), alpha)))
    red, green, blue = colors if len(colors) == _RGB else colors * _RGB
    return Image.merge("RGBA", (red, green, blue, alpha))


def laid_over(image: Image.Image, below: Image.Image, bands: Bands) -> Image.Image:
    """Two images of these bands, one of them hiding the other where there is something."""
    import numpy as np

    if bands.deep is None:
        return Image.alpha_composite(below, image)
    values = np.asarray(image)
    return Image.fromarray(np.where(values != _NOTHING, values, np.asarray(below)))


def _table(dataset: Any, number: int) -> bytes:
    colors = dataset.colormap(number)
    return b"".join(bytes(colors.get(value, (0, 0, 0, 0))) for value in range(_LOOKUP_SIZE))
