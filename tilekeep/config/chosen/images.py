"""What hands images to sources that draw, of Tilekeep and of plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tilekeep.domain.image import Raster

if TYPE_CHECKING:
    from PIL import Image


def raster(image: Image.Image) -> Raster:
    """A drawn image as the imaging takes it."""
    from tilekeep.adapters.imaging.raster import PillowRaster

    return PillowRaster(image)
