"""A map source that has Mapnik draw in this process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PIL import Image

from tilekeep.adapters.sources.mapnik.loaded_maps import LoadedMaps, MapKind
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceContentError, SourceError, SourceTimeout
from tilekeep.domain.image import Raster
from tilekeep.domain.map_query import Drawn, MapQuery, SourceTraits, Upstream, UpstreamRequest
from tilekeep.domain.source_failure import hidden, upstream_text
from tilekeep.domain.srs import WEB_MERCATOR_CODES, WGS_84_CODE, Srs
from tilekeep.ports.clock import Clock
from tilekeep.ports.upstream_gate import UpstreamGate

_LOG = logging.getLogger("tilekeep.source.mapnik")

#: How long one of the permitted drawings at a time is waited for (spec/sources.md, 10).
_GATE_SECONDS = 60.0

_FAILURE = "could not render Mapnik map"


class MapnikSource:
    """A :class:`~tilekeep.ports.map_source.MapSource` that draws one mapfile, or one for each level.

    A drawing that has begun is finished: Mapnik knows no deadline.

    Args:
        maps: loads and keeps maps.
        gate: limits how many are drawn at a time.
        raster: wraps a drawn image for the imaging adapter in use.
        mapfile: gives the absolute path of the mapfile for a query.
        layers: names of the layers that are drawn; None for all.
        keeps_maps: whether loaded maps are used again.
        scale_factor: how much larger than intended lines, symbols and labels are.
        upstream: the mapfile as the gate knows it.
    """

    def __init__(
        self,
        *,
        maps: LoadedMaps,
        gate: UpstreamGate,
        clock: Clock,
        raster: Callable[[Image.Image], Raster],
        mapfile: Callable[[MapQuery], str],
        layers: frozenset[str] | None,
        keeps_maps: bool,
        scale_factor: float,
        upstream: Upstream,
        traits: SourceTraits,
    ) -> None:
        self._maps = maps
        self._gate = gate
        self._clock = clock
        self._raster = raster
        self._mapfile = mapfile
        self._layers = layers
        self._keeps_maps = keeps_maps
        self._scale_factor = scale_factor
        self._upstream = upstream
        self._traits = traits

    @property
    def traits(self) -> SourceTraits:
        """See the port."""
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """None: everything is drawn here."""
        return ()

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Drawn:
        """See the port; the same for all dimensions and purposes.

        :raises SourceBusy: too many drawings stayed under way.
        :raises SourceContentError: Mapnik cannot draw it.
        """
        patience = deadline.sooner(self._clock.monotonic() + _GATE_SECONDS)
        try:
            with self._gate.admit(self._upstream, purpose, patience):
                if deadline.has_passed(self._clock.monotonic()):
                    raise SourceTimeout(f"{_FAILURE}: the deadline has passed", client_message=hidden(_FAILURE))
                return Drawn(self._raster(self._drawn(query)))
        except SourceError as error:
            _LOG.warning("%s", error)
            raise

    def _drawn(self, query: MapQuery) -> Image.Image:
        mapfile = self._mapfile(query)
        try:
            with self._maps.borrowed(MapKind(mapfile, self._layers), kept=self._keeps_maps) as drawing:
                return _rendered(drawing, query, self._scale_factor)
        except (RuntimeError, OSError, ValueError, ImportError) as error:
            reason = upstream_text(getattr(error, "strerror", None) or str(error))
            raise SourceContentError(f"{_FAILURE} {mapfile}: {reason}", client_message=hidden(_FAILURE)) from error


def _rendered(drawing: Any, query: MapQuery, scale_factor: float) -> Image.Image:
    """The pixels of a map in the box, size and SRS of ``query``, with straight alpha."""
    import mapnik

    drawing.resize(*query.size)
    drawing.srs = mapnik_srs(query.srs)
    drawing.aspect_fix_mode = mapnik.aspect_fix_mode.RESPECT
    drawing.zoom_to_box(mapnik.Box2d(*query.bbox))
    image = mapnik.Image(*query.size)
    mapnik.render(drawing, image, scale_factor)
    if image.premultiplied():
        image.demultiply()
    return Image.frombytes("RGBA", (query.size.width, query.size.height), image.to_string())


def mapnik_srs(srs: Srs) -> str:
    """The SRS as Mapnik is told it: it has short ways between web mercator and degrees under these names alone."""
    if srs.code in WEB_MERCATOR_CODES:
        return "epsg:3857"
    if srs.code in {WGS_84_CODE, "CRS:84"}:
        return "epsg:4326"
    return srs.code.lower()
