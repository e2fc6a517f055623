"""Maps from WMS servers (spec/sources.md, 3)."""

from __future__ import annotations

import logging

from tilekeep.adapters.upstream_content import required_image
from tilekeep.adapters.upstream_exchange import UpstreamExchange, conditions
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError
from tilekeep.domain.image import subtype
from tilekeep.domain.map_query import Fetched, MapQuery, NotModified, SourceTraits, UpstreamRequest
from tilekeep.domain.srs import Srs
from tilekeep.domain.wms_request import WmsRequestTemplate

_LOG = logging.getLogger("tilekeep.source.wms")


class WmsSource:
    """A :class:`~tilekeep.ports.map_source.MapSource` that sends GetMap requests.

    It draws in any box and size, but only in SRSs that the server has
    (:class:`tilekeep.application.sources.reprojected_source.ReprojectedSource` asks for others).

    Args:
        exchange: asks the server.
        request: what all requests have in common.
        traits: what planners need to know.
        supported_srs: what the server has, spelled as it wants them; empty for all.
        supported_formats: media types or their subtypes; the first stands in for one that is missing.
        forwarded_dimensions: names of dimensions that are sent, any case; others are dropped.
        method: ``GET``, ``POST`` or ``AUTO``: POST for requests with ``sld_body``.
    """

    def __init__(
        self,
        exchange: UpstreamExchange,
        *,
        request: WmsRequestTemplate,
        traits: SourceTraits,
        supported_srs: tuple[Srs, ...] = (),
        supported_formats: tuple[str, ...] = (),
        forwarded_dimensions: tuple[str, ...] = (),
        method: str = "AUTO",
    ) -> None:
        self._request = request
        self._traits = traits
        self._supported_srs = supported_srs
        self._supported_formats = tuple(subtype(name) for name in supported_formats)
        self._forwarded = frozenset(name.lower() for name in forwarded_dimensions)
        self._by_post = method == "POST" or (method == "AUTO" and request.parameter("sld_body") is not None)
        self._exchange = exchange

    @property
    def traits(self) -> SourceTraits:
        """See :class:`~tilekeep.ports.map_source.MapSource`."""
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The GetMap request for ``query``; none in an SRS that the server does not have."""
        srs = self._server_srs(query.srs)
        return () if srs is None else (self._request_in(srs, query),)

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Fetched | NotModified:
        """See :meth:`tilekeep.ports.map_source.MapSource.get`."""
        srs = self._server_srs(query.srs)
        if srs is None:
            raise self._wrong_srs(query.srs)
        request = self._request_in(srs, query)
        with self._exchange.logging_failures(_LOG, "could not retrieve WMS map"):
            answer = self._exchange.ask(request, purpose, deadline)
            return required_image(answer, request, "no image returned from source WMS")

    def _server_srs(self, wanted: Srs) -> Srs | None:
        """The SRS as the server spells it: ``EPSG:900913`` where it lists that for ``EPSG:3857``."""
        if not self._supported_srs:
            return wanted
        return next((srs for srs in self._supported_srs if srs == wanted), None)

    def _wrong_srs(self, wanted: Srs) -> SourceError:
        listed = ", ".join(srs.code for srs in self._supported_srs)
        message = f"WMS source asked for {wanted.code}, but its supported_srs are {listed}"
        _LOG.error("%s", message)
        return SourceError(message, client_message=f"Source does not offer {wanted.code}.")

    def _request_in(self, srs: Srs, query: MapQuery) -> UpstreamRequest:
        dimensions = tuple(pair for pair in query.dimensions if pair[0].lower() in self._forwarded)
        of_query = f"image/{subtype(query.media_type)}"
        media_type = self._offered_format(self._request.parameter("format") or of_query)
        query_string = self._request.query_string(query._replace(dimensions=dimensions), srs, media_type)
        headers = conditions(query.validators)
        if self._by_post:
            url = self._request.url.rstrip("?")
            return UpstreamRequest("POST", url, headers, query_string.encode("ascii"))
        url = self._request.url_with(query_string)
        return UpstreamRequest("GET", url, headers)

    def _offered_format(self, wanted: str) -> str:
        if not self._supported_formats or subtype(wanted) in self._supported_formats:
            return wanted
        return f"image/{self._supported_formats[0]}"
