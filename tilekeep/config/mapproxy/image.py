"""Image options: of named formats, caches and sources (spec/config-globals-grids.md, 8)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tilekeep.config.mapproxy.markers import WMS, Later, NoEffect
from tilekeep.config.mapproxy.options import Color, NotNegative, NotNegativeNumber, Opt, Options, Section

Opacity = Annotated[float, Field(ge=0, le=1)]
Resampling = Literal["nearest", "bilinear", "bicubic"]
MERGE_METHOD = NoEffect("images are always composited since MapProxy 1.9")


class EncodingOptions(Options):
    """How an encoder is to work."""

    jpeg_quality: Opt[Annotated[int, Field(ge=0, le=100)]] = None
    quantizer: Opt[Literal["fastoctree", "mediancut"]] = None
    tiff_compression: Opt[Literal["raw", "tiff_lzw", "jpeg"]] = None


class ImageOptions(Options):
    """Options of a format or a cache."""

    format: Opt[str] = None
    mode: Opt[Literal["RGB", "RGBA", "P", "I", "L"]] = None
    colors: Opt[NotNegative] = None
    transparent: Opt[bool] = None
    resampling_method: Opt[Resampling] = None
    encoding_options: Section[EncodingOptions] | None = None
    merge_method: Annotated[Opt[str], MERGE_METHOD] = None
    opacity: Annotated[Opt[Opacity], WMS] = None


class SourceImageOptions(ImageOptions):
    """Options of a source; its opacity counts where a cache has several sources."""

    opacity: Opt[Opacity] = None


class WmsImageOptions(SourceImageOptions):
    """Options of a WMS source, which may also turn a color transparent."""

    transparent_color: Annotated[Opt[Color], Later()] = None
    transparent_color_tolerance: Annotated[
        Opt[NotNegativeNumber], NoEffect("it only matters together with transparent_color")
    ] = None
