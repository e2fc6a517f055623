"""Large maps in a palette or as PNG, made in bands of rows: beside the pixels themselves it takes little memory.

Where palettes are left to Pillow, as where there was no C compiler, it takes ten to fifteen bytes a pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PIL import Image

from tilekeep.adapters.imaging.octree import Palette
from tilekeep.adapters.imaging.pixels import OPAQUE, Bytes, FastRaster, Words, is_plain, words_from_image
from tilekeep.adapters.imaging.png_writing import png_of_bands
from tilekeep.adapters.imaging.quantising import pillow_sorts_stably

#: From so many pixels on it matters.
LARGE = 1 << 22

#: Pixels of a band.
_BAND_PIXELS = 1 << 18

#: Gives the bands from the top.
_Bands = Callable[[], Iterator[Words]]


def large_png(raster: FastRaster, colors: int | None, *, transparent: bool) -> bytes | None:
    """``raster`` in at most ``colors`` colours, or in all of them; None where this is no way to write it."""
    if raster.words is None and not is_plain(raster.image):
        return None
    mode = "RGB" if colors and not transparent else raster.mode

    def bands() -> Iterator[Words]:
        return _opaque(_bands(raster)) if mode == "RGB" else _bands(raster)

    if not colors:
        return png_of_bands(raster.size, (_samples(band, len(mode)) for band in bands()), mode=mode)
    return _with_palette(raster.size, bands, mode, colors)


def large_palette_image(raster: FastRaster, colors: int) -> Image.Image | None:
    """An opaque ``raster`` in at most ``colors`` colours; None where this is no way to find them."""
    if raster.mode != "RGB" or (raster.words is None and not is_plain(raster.image)):
        return None
    palette = Palette.of(_bands(raster), colors, "RGB", stable=pillow_sorts_stably())
    if palette is None:
        return raster.image.quantize(colors, Image.Quantize.FASTOCTREE)
    image = Image.frombytes("P", raster.size, b"".join(palette.indices(band).tobytes() for band in _bands(raster)))
    image.putpalette(palette.colors[:, :3].tobytes())
    return image


def _with_palette(size: tuple[int, int], bands: _Bands, mode: str, colors: int) -> bytes | None:
    palette = Palette.of(bands(), colors, mode, stable=pillow_sorts_stably())
    if palette is None:
        return None
    alpha = palette.colors[:, 3].tobytes() if mode == "RGBA" else b""
    rows = (palette.indices(band) for band in bands())
    return png_of_bands(size, rows, colors=palette.colors[:, :3].tobytes(), alpha=alpha)


def _bands(raster: FastRaster) -> Iterator[Words]:
    width, height = raster.size
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        if raster.words is not None:
            yield raster.words[top : top + rows]
        else:
            words = words_from_image(raster.image.crop((0, top, width, min(top + rows, height))))
            assert words is not None
            yield words


def _opaque(bands: Iterator[Words]) -> Iterator[Words]:
    return (band | OPAQUE for band in bands)


def _samples(band: Words, bands: int) -> Bytes:
    """Without the bytes of each word that are no band."""
    rows, width = band.shape
    samples: Bytes = band.view("u1").reshape(rows, width, 4)[:, :, :bands]
    return samples.reshape(rows, width * bands)
