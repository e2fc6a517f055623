"""Image options: of named formats, caches and sources (spec/config-globals-grids.md, 8)."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tilekeep.config.mapproxy.markers import NoEffect
from tilekeep.config.mapproxy.options import Color, NotNegative, NotNegativeNumber, Opt, Options, Section, whole_number

Opacity = Annotated[float, Field(ge=0, le=1)]
Quality = Annotated[int, Field(ge=0, le=100)]
Resampling = Literal["nearest", "bilinear", "bicubic", "area", "lanczos"]
MERGE_METHOD = NoEffect("images are always composited since MapProxy 1.9")


class EncodingOptions(Options):
    """How an encoder is to work.

    :ivar jpeg_quality: 0 to 100.
    :ivar jpeg_subsampling: 4:4:4 for colors as sharp as brightness, 4:2:2, or 4:2:0 as without it (own addition).
    :ivar jpeg_progressive: whether JPEG images come coarse first, some 8 percent smaller in three times the time (own
        addition).
    :ivar webp_quality: 0 to 100, 80 without it (own addition).
    :ivar webp_method: 0 to 6, small files for long work; 4 without it, 2 if lossless (own addition).
    :ivar webp_lossless: whether WebP images keep every pixel (own addition).
    :ivar avif_quality: 0 to 100, 75 without it (own addition).
    :ivar avif_speed: 0 to 10, large files for short work; 8 without it (own addition).
    :ivar quantizer: how palettes are chosen.
    :ivar tiff_compression: how TIFF files are packed.
    """

    jpeg_quality: Opt[Quality] = None
    jpeg_subsampling: Opt[Literal["4:4:4", "4:2:2", "4:2:0"]] = None
    jpeg_progressive: Opt[bool] = None
    webp_quality: Opt[Quality] = None
    webp_method: Opt[Annotated[int, Field(ge=0, le=6), BeforeValidator(whole_number)]] = None
    webp_lossless: Opt[bool] = None
    avif_quality: Opt[Quality] = None
    avif_speed: Opt[Annotated[int, Field(ge=0, le=10), BeforeValidator(whole_number)]] = None
    quantizer: Opt[Literal["fastoctree", "mediancut"]] = None
    tiff_compression: Opt[Literal["raw", "tiff_lzw", "jpeg"]] = None


class ImageOptions(Options):
    """Options of a format, a cache or a source; the opacity counts where images are laid over each other.

    :ivar format: media type.
    :ivar mode: bands of the image, such as RGB, RGBA or P for a palette.
    :ivar colors: size of the palette; 0 for none.
    :ivar transparent: whether the image may be transparent.
    :ivar resampling_method: how pixels are found in scaled and reprojected images.
    :ivar encoding_options: how the encoder is to work.
    :ivar opacity: 0 to 1, where the image is laid over others.
    """

    format: Opt[str] = None
    mode: Opt[Literal["RGB", "RGBA", "P", "I", "L"]] = None
    colors: Opt[NotNegative] = None
    transparent: Opt[bool] = None
    resampling_method: Opt[Resampling] = None
    encoding_options: Section[EncodingOptions] | None = None
    merge_method: Annotated[Opt[str], MERGE_METHOD] = None
    opacity: Opt[Opacity] = None


class WmsImageOptions(ImageOptions):
    """Options of a source that answers like a WMS, which may also turn a color transparent.

    :ivar transparent_color: a color that stands for nothing.
    :ivar transparent_color_tolerance: how far other colors may be from it and still stand for nothing.
    """

    transparent_color: Opt[Color] = None
    transparent_color_tolerance: Opt[NotNegativeNumber] = None
