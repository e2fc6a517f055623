"""A map source that draws a GeoJSON file, in any box and SRS."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

from tilekeep.adapters.drawing.shapes import Plane
from tilekeep.adapters.drawing.sheet import View
from tilekeep.adapters.sources.geojson.features import Features, features_of, in_degrees
from tilekeep.adapters.sources.geojson.painting import GeojsonLook, paint
from tilekeep.adapters.sources.geojson.projected import ProjectedFeatures, projected
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError, SourceContentError
from tilekeep.domain.image import Raster
from tilekeep.domain.map_query import Drawn, MapQuery, SourceTraits, UpstreamRequest
from tilekeep.domain.source_failure import hidden
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection

_LOG = logging.getLogger("tilekeep.source.geojson")

_FAILURE = "could not draw GeoJSON"

_TRAITS = SourceTraits(meta_tiles=True)

#: SRSs in which the features are kept; clients choose among few.
_MOST_SRS = 8


class _Loaded(NamedTuple):
    """What a version of the file holds; ``in_srs`` grows as SRSs are asked for."""

    version: tuple[int, int, int]
    features: Features
    in_srs: dict[Srs, ProjectedFeatures]


class GeojsonSource:
    """A :class:`~tilekeep.ports.map_source.MapSource`; the file is read on first use, and anew when it changes.

    Args:
        raster: wraps a drawn image for the imaging adapter in use.
        path: absolute path of the file.
        srs: what its coordinates are in; by the standard degrees.
        look: colours and widths.
    """

    def __init__(
        self,
        *,
        projection: Projection,
        raster: Callable[[Image.Image], Raster],
        path: str,
        srs: Srs,
        look: GeojsonLook,
    ) -> None:
        self._projection = projection
        self._raster = raster
        self._path = path
        self._srs = srs
        self._look = look
        self._loaded: _Loaded | None = None

    @property
    def traits(self) -> SourceTraits:
        """See the port."""
        return _TRAITS

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """None: everything is drawn here."""
        return ()

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Drawn:
        """See the port; the same for all dimensions and purposes.

        :raises SourceContentError: the file cannot be read, is no GeoJSON, or cannot be shown in the SRS.
        """
        try:
            features = self._features_in(query.srs)
            view = View.of(query, self._projection)
        except (OSError, ValueError, ProjectionError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            message = f"{_FAILURE} {self._path}: {reason}"
            _LOG.warning("%s", message)
            raise SourceContentError(message, client_message=hidden(_FAILURE)) from error
        return Drawn(self._raster(paint(features, self._look, view)))

    def _features_in(self, srs: Srs) -> ProjectedFeatures:
        status = os.stat(self._path)
        version = (status.st_mtime_ns, status.st_size, status.st_ino)
        # Threads that are first at the same moment do the work twice, with the same result; there is no lock to fork.
        loaded = self._loaded
        if loaded is None or loaded.version != version:
            loaded = self._loaded = _Loaded(version, self._read(), {})
        found = loaded.in_srs.get(srs)
        if found is None:
            found = projected(loaded.features, Plane.of(srs, self._projection))
            if len(loaded.in_srs) >= _MOST_SRS:
                loaded.in_srs.clear()
            loaded.in_srs[srs] = found
        return found

    def _read(self) -> Features:
        with open(self._path, "rb") as file:
            features = features_of(file.read())
        degrees = self._projection.srs("CRS:84")
        if self._srs == degrees:
            return features
        return in_degrees(features, self._projection.between(self._srs, degrees).points)
