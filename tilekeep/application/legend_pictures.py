"""Pictures of legends: out of the store, else from the servers, stacked and then kept (spec/sources.md, 6)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from tilekeep.application.legend import Legend
from tilekeep.application.legend_sizes import LegendSizes
from tilekeep.application.single_flight import SingleFlight
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import ImageError, SourceContentError, SourceError, StoreError
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import PNG, ImageEncoding, ImageLimits, Raster
from tilekeep.domain.secrets import redacted
from tilekeep.ports.imaging import Canvas, Imaging, Placement
from tilekeep.ports.legend_store import LegendStore

log = logging.getLogger("tilekeep.legend")

_REFUSED = "The source did not answer with a usable legend."
_STORED = ImageEncoding(PNG, mode="RGBA", transparent=True)


class Picture(NamedTuple):
    """A legend as pixels, and as it is kept; parts whose servers failed are missing unless it ``is_complete``.

    :ivar body: a PNG in full colour, or what another program has kept.
    """

    raster: Raster
    body: bytes
    is_complete: bool


class LegendPictures:
    """Gives the picture of one legend; who asks for the same one meanwhile gets it too.

    Args:
        imaging: decodes and stacks pictures.
        limits: what an image may cost, and all parts of a legend together.
        store: keeps legends that are complete.
        sizes: is told how large they are.
        flights: lets one request make a legend for all that want it.
    """

    def __init__(
        self,
        *,
        imaging: Imaging,
        limits: ImageLimits,
        store: LegendStore,
        sizes: LegendSizes,
        flights: SingleFlight[Picture],
    ) -> None:
        self._imaging = imaging
        self._limits = limits
        self._store = store
        self._sizes = sizes
        self._flights = flights

    def __call__(self, legend: Legend, scale: float | None, deadline: Deadline) -> Picture:
        """The picture for a scale denominator, or for any scale.

        :raises SourceError: no server gave a part of it.
        :raises LockTimeout: another request was still making it when the deadline passed.
        """
        name = legend.file_name(scale)
        picture = self._flights.run(("legend", name), lambda: self._picture(legend, name, scale, deadline), deadline)
        if picture.is_complete and name == legend.file_name(None):
            self._sizes.remember(legend, picture.raster.size)
        return picture

    def stacked(self, rasters: Sequence[Raster], *, transparent: bool = True) -> Raster:
        """Several rasters as one: the last one on top, as wide as the widest, on a ``transparent`` or white ground.

        :raises SourceContentError: together they have more pixels than an image may have.
        """
        if len(rasters) == 1 and transparent:
            return rasters[0]
        size = Size(max(raster.size.width for raster in rasters), sum(raster.size.height for raster in rasters))
        if size.width * size.height > self._limits.max_pixels:
            message = f"legends of {size.width}x{size.height} pixels together are larger than an image may be"
            raise SourceContentError(message, client_message=_REFUSED)
        placements, top = [], 0
        for raster in reversed(rasters):
            placements.append(Placement(raster, 0, top))
            top += raster.size.height
        return self._imaging.compose(Canvas(size, transparent=transparent), placements)

    def _picture(self, legend: Legend, name: str, scale: float | None, deadline: Deadline) -> Picture:
        stored = self._stored(name)
        if stored is not None:
            return stored
        rasters: list[Raster] = []
        failures: list[SourceError] = []
        for part in legend.parts():
            try:
                rasters.append(self._decoded(part.picture(scale, deadline), legend))
            except SourceError as error:
                failures.append(error)
        if not rasters:
            raise failures[0]
        raster = self.stacked(rasters)
        body = self._imaging.encode(raster, _STORED).body
        if not failures:
            self._keep(name, body)
        return Picture(raster, body, not failures)

    def _decoded(self, body: bytes, legend: Legend) -> Raster:
        try:
            return self._imaging.decode(body, self._limits)
        except ImageError as error:
            message = f"legend of {redacted(legend.identity)} refused: {error}"
            log.warning("%s", message)
            raise SourceContentError(message, client_message=_REFUSED) from error

    def _stored(self, name: str) -> Picture | None:
        """One that cannot be read is made anew."""
        try:
            body = self._store.read(name)
            return None if body is None else Picture(self._imaging.decode(body, self._limits), body, True)
        except (StoreError, ImageError) as error:
            log.warning("kept legend %s is of no use: %s", name, error)
            return None

    def _keep(self, name: str, body: bytes) -> None:
        try:
            self._store.write(name, body)
        except StoreError as error:
            log.warning("legend could not be kept: %s", error)
