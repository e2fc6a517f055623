"""What ArcGIS servers say about places: identify (spec/sources.md, 7.3)."""

from __future__ import annotations

import logging

from tilekeep.adapters.arcgis_errors import refuse_error
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.domain.arcgis_request import ArcgisRequestTemplate
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError, SourceStatusError
from tilekeep.domain.feature_info import InfoDocument, InfoKind, InfoQuery, info_kind
from tilekeep.domain.info_text import info_text
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.source_failure import NO_CONTENT
from tilekeep.domain.srs import Srs, as_listed

_LOG = logging.getLogger("tilekeep.source.arcgis")
_FAILURE = "no feature info from source ArcGIS"


class ArcgisInfoSource:
    """An :class:`~tilekeep.ports.info_source.InfoSource` that sends identify requests.

    It is asked only in SRSs that the server has: another one is to be transformed by whoever asks.

    Args:
        exchange: asks the server.
        request: what all requests have in common.
        supported_srs: what the server has, spelled as it wants them; empty for all.
        tolerance_px: how far from the place features may be, in pixels.
        geometries: whether their geometries are wanted.
    """

    def __init__(
        self,
        exchange: UpstreamExchange,
        *,
        request: ArcgisRequestTemplate,
        supported_srs: tuple[Srs, ...] = (),
        tolerance_px: float = 5.0,
        geometries: bool = False,
    ) -> None:
        self._exchange = exchange
        self._request = request
        self._supported_srs = supported_srs
        self._tolerance_px = tolerance_px
        self._geometries = geometries

    def get(self, query: InfoQuery, deadline: Deadline) -> InfoDocument | None:
        """See :meth:`tilekeep.ports.info_source.InfoSource.get`; an empty answer, or none under 204, is nothing."""
        request = self._request_for(query)
        try:
            answer = self._exchange.ask(request, Purpose.SERVE, deadline)
            refuse_error(answer, request, _FAILURE)
        except SourceError as error:
            if isinstance(error, SourceStatusError) and error.status == NO_CONTENT:
                return None
            _LOG.warning("could not retrieve ArcGIS feature info: %s", error)
            raise
        if not answer.body.strip():
            return None
        kind = _kind_for(query)
        return InfoDocument(kind, info_text(answer.body, answer.headers.get("content-type"), kind))

    def _request_for(self, query: InfoQuery) -> UpstreamRequest:
        srs = as_listed(query.srs, self._supported_srs)
        url = self._request.identify_url(query, srs, tolerance_px=self._tolerance_px, geometries=self._geometries)
        return UpstreamRequest("GET", url)


def _kind_for(query: InfoQuery) -> InfoKind:
    """What the client wants, as servers declare anything; XML is nothing that they have."""
    kind = info_kind(query.info_format or "")
    return InfoKind.TEXT if kind is InfoKind.XML else kind
