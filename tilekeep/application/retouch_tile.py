"""Another image of a stored tile, for one request alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tilekeep.domain.errors import ImageError, StoreError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import PNG, EncodedImage, ImageEncoding, ImageLimits
from tilekeep.domain.map_query import Drawn
from tilekeep.domain.region import Region
from tilekeep.ports.imaging import Imaging

#: What others make of an image before it is sent.
Redraw = Callable[[Drawn], Drawn]

#: Whatever the format of a tile, cut it is a PNG with alpha (spec/auth-plugins-decorate.md, 2.5).
_CUT = ImageEncoding(PNG, transparent=True)


class Retouched(NamedTuple):
    """A tile that is stored nowhere; ``storable`` says whether clients may keep it."""

    image: EncodedImage
    storable: bool


class RetouchTile:
    """Has tiles drawn on, and cuts them to a region.

    Args:
        imaging: decodes, clips and encodes.
        limits: what a stored tile may cost to decode.
    """

    def __init__(self, imaging: Imaging, limits: ImageLimits) -> None:
        self._imaging = imaging
        self._limits = limits

    def __call__(
        self, body: bytes, bbox: BBox, encoding: ImageEncoding, *, redraw: Redraw | None, region: Region | None
    ) -> Retouched:
        """The tile ``body`` that shows ``bbox``, first redrawn, then transparent outside ``region`` (same SRS).

        ``encoding`` is that of the cache, and of a tile that is not cut.

        :raises StoreError: the stored tile cannot be read as an image: uncut it must not be shown.
        """
        try:
            drawn = Drawn(self._imaging.decode(body, self._limits))
        except ImageError as error:
            raise StoreError(f"a stored tile can be neither drawn on nor cut: {error}") from error
        if redraw is not None:
            drawn = redraw(drawn)
        if region is None:
            return Retouched(self._imaging.encode(drawn.raster, encoding), drawn.storable)
        cut = self._imaging.clip(drawn.raster, region.mask(bbox, drawn.raster.size))
        return Retouched(self._imaging.encode(cut, _CUT), drawn.storable)
