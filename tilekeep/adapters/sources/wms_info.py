"""What WMS servers say about places: GetFeatureInfo (spec/sources.md, 5)."""

from __future__ import annotations

import logging
import re

from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceContentError, SourceError, SourceStatusError
from tilekeep.domain.feature_info import InfoDocument, InfoQuery, info_kind
from tilekeep.domain.info_text import info_text
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.source_failure import NO_CONTENT, hidden, upstream_text
from tilekeep.domain.srs import Srs, as_listed
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.http_client import HttpAnswer

_LOG = logging.getLogger("tilekeep.source.wms")

#: How exceptions begin that servers send under status 200 (OGC 01-068r3, annex A.3; OGC 06-042, annex E.2).
_EXCEPTION = re.compile(rb"<(?:[\w.-]+:)?(?:ServiceExceptionReport|WMTException|ExceptionReport)\b")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_EXCEPTION_TYPE = "application/vnd.ogc.se"
_BEGINNING_BYTES = 1000

#: A report does not begin further down than this, whatever comments stand before it.
_SEARCHED_BYTES = 100_000

#: Bytes of an exception that are logged.
_LOGGED_BYTES = 8000


class WmsInfoSource:
    """An :class:`~tilekeep.ports.info_source.InfoSource` that sends GetFeatureInfo requests, always by GET.

    It is asked only in SRSs that the server has: another one is to be transformed by whoever asks.

    Args:
        exchange: asks the server.
        request: what all requests have in common; its ``info_format`` also says what the answers are.
        supported_srs: what the server has, spelled as it wants them; empty for all.
    """

    def __init__(
        self, exchange: UpstreamExchange, *, request: WmsRequestTemplate, supported_srs: tuple[Srs, ...] = ()
    ) -> None:
        self._exchange = exchange
        self._request = request
        self._supported_srs = supported_srs

    def get(self, query: InfoQuery, deadline: Deadline) -> InfoDocument | None:
        """See :meth:`tilekeep.ports.info_source.InfoSource.get`; an empty answer, or none under 204, is nothing."""
        request = self._request_for(query)
        try:
            answer = self._exchange.ask(request, Purpose.SERVE, deadline)
            _refuse_exception(answer, request)
        except SourceError as error:
            if isinstance(error, SourceStatusError) and error.status == NO_CONTENT:
                return None
            _LOG.warning("could not retrieve WMS feature info: %s", error)
            raise
        if not answer.body.strip():
            return None
        declared = answer.headers.get("content-type")
        kind = info_kind(self._request.parameter("info_format") or declared or query.info_format or "")
        return InfoDocument(kind, info_text(answer.body, declared, kind))

    def _request_for(self, query: InfoQuery) -> UpstreamRequest:
        srs = as_listed(query.srs, self._supported_srs)
        url = self._request.url_with(self._request.info_query_string(query, srs))
        return UpstreamRequest("GET", url)


def _refuse_exception(answer: HttpAnswer, request: UpstreamRequest) -> None:
    """An exception of the server says nothing about the place, and may say more than clients should know."""
    declared = answer.headers.get("content-type", "").lower()
    beginning = _COMMENT.sub(b"", answer.body[:_SEARCHED_BYTES])[:_BEGINNING_BYTES]
    if declared.startswith(_EXCEPTION_TYPE) or _EXCEPTION.search(beginning):
        shown = upstream_text(answer.body[:_LOGGED_BYTES].decode("utf-8", "backslashreplace"))
        raise SourceContentError(
            f"exception instead of feature info from {request.public_url}: '{shown}'",
            client_message=hidden("no feature info from source WMS"),
        )
