"""Maps from ArcGIS servers: export of a map or image service (spec/sources.md, 7.2)."""

from __future__ import annotations

import logging

from tilekeep.adapters.arcgis_errors import refuse_error
from tilekeep.adapters.upstream_content import required_image
from tilekeep.adapters.upstream_exchange import UpstreamExchange, conditions
from tilekeep.domain.arcgis_request import ArcgisRequestTemplate
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.image import subtype
from tilekeep.domain.map_query import Fetched, MapQuery, NotModified, SourceTraits, UpstreamRequest
from tilekeep.domain.srs import Srs, as_listed

_LOG = logging.getLogger("tilekeep.source.arcgis")
_FAILURE = "no image returned from source ArcGIS"


class ArcgisSource:
    """A :class:`~tilekeep.ports.map_source.MapSource` that has maps exported.

    It draws in any box and size, but only in SRSs that the server has
    (:class:`tilekeep.application.sources.reprojected_source.ReprojectedSource` asks for others).

    Args:
        exchange: asks the server.
        request: what all requests have in common.
        traits: what planners need to know.
        supported_srs: what the server has, spelled as it wants them; empty for all.
        supported_formats: media types or their subtypes; the first stands in for one that is missing.
    """

    def __init__(
        self,
        exchange: UpstreamExchange,
        *,
        request: ArcgisRequestTemplate,
        traits: SourceTraits,
        supported_srs: tuple[Srs, ...] = (),
        supported_formats: tuple[str, ...] = (),
    ) -> None:
        self._exchange = exchange
        self._request = request
        self._traits = traits
        self._supported_srs = supported_srs
        self._supported_formats = tuple(subtype(name) for name in supported_formats)

    @property
    def traits(self) -> SourceTraits:
        """See :class:`~tilekeep.ports.map_source.MapSource`."""
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The export request for ``query``."""
        return (self._request_for(query),)

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Fetched | NotModified:
        """See :meth:`tilekeep.ports.map_source.MapSource.get`."""
        request = self._request_for(query)
        with self._exchange.logging_failures(_LOG, "could not retrieve ArcGIS map"):
            answer = self._exchange.ask(request, purpose, deadline)
            refuse_error(answer, request, _FAILURE)
            return required_image(answer, request, _FAILURE)

    def _request_for(self, query: MapQuery) -> UpstreamRequest:
        srs = as_listed(query.srs, self._supported_srs)
        media_type = self._offered_format(self._request.parameter("format") or query.media_type)
        url = self._request.export_url(query, srs, media_type)
        return UpstreamRequest("GET", url, conditions(query.validators))

    def _offered_format(self, wanted: str) -> str:
        if not self._supported_formats or subtype(wanted) in self._supported_formats:
            return wanted
        return self._supported_formats[0]
