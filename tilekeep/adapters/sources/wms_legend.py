"""Legends from WMS servers: GetLegendGraphic (spec/sources.md, 6)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from tilekeep.adapters.upstream_content import required_image, unwanted
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError
from tilekeep.domain.image import PNG
from tilekeep.domain.map_query import Fetched, UpstreamRequest
from tilekeep.domain.merged_json import json_value
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.http_client import HttpAnswer

_LOG = logging.getLogger("tilekeep.source.wms")

_JSON = "application/json"
_NO_JSON = "no json returned from source WMS"


class WmsLegend:
    """A :class:`~tilekeep.ports.legend_source.LegendSource` for one layer of a server.

    Args:
        exchange: asks the server.
        request: what all requests to it have in common; its format, else PNG, is that of pictures.
        layer: the layer as the server calls it.
    """

    def __init__(self, exchange: UpstreamExchange, *, request: WmsRequestTemplate, layer: str) -> None:
        self._exchange = exchange
        self._request = request
        self._layer = layer

    def picture(self, scale: float | None, deadline: Deadline) -> bytes:
        """See :meth:`tilekeep.ports.legend_source.LegendSource.picture`."""
        request = self._request_for(self._request.parameter("format") or PNG, scale)
        try:
            answer = self._exchange.ask(request, Purpose.SERVE, deadline)
            found = required_image(answer, request, "no image returned from source WMS")
        except SourceError as error:
            _LOG.warning("could not retrieve WMS legend: %s", error)
            raise
        assert isinstance(found, Fetched), "the request has no conditions"
        return found.body

    def description(self, scale: float | None, deadline: Deadline) -> Mapping[str, Any] | None:
        """See :meth:`tilekeep.ports.legend_source.LegendSource.description`."""
        request = self._request_for(_JSON, scale)
        try:
            return _entry(self._exchange.ask(request, Purpose.SERVE, deadline), request)
        except SourceError as error:
            _LOG.warning("could not retrieve WMS legend: %s", error)
            raise

    def _request_for(self, media_type: str, scale: float | None) -> UpstreamRequest:
        url = self._request.url_with(self._request.legend_query_string(self._layer, media_type, scale))
        return UpstreamRequest("GET", url)


def _entry(answer: HttpAnswer, request: UpstreamRequest) -> Mapping[str, Any]:
    """The first entry of a document with a list of them, else the whole document."""
    if answer.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise unwanted(answer, request, _NO_JSON)
    try:
        document = json_value(answer.body.decode())
        entry = document["Legend"][0] if "Legend" in document else document
    except (ValueError, TypeError, LookupError) as error:
        raise unwanted(answer, request, _NO_JSON) from error
    if not isinstance(entry, dict):
        raise unwanted(answer, request, _NO_JSON)
    return entry
