"""From a GetFeatureInfo request to what there is to say about a place (spec/services.md, 3.10)."""

from __future__ import annotations

from collections.abc import Mapping

from tilekeep.application.get_feature_info import GetFeatureInfo, InfoAnswer
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.feature_info import InfoKind, info_kind
from tilekeep.entrypoints.wsgi.authorise import authorise_feature_info
from tilekeep.entrypoints.wsgi.info_response import info_response
from tilekeep.entrypoints.wsgi.request_facts import note_layers
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.wms.info_request import InfoRequest, InfoRequests
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion
from tilekeep.ports.clock import Clock
from tilekeep.ports.info_documents import InfoTransformer

_SERVICE = "wms.featureinfo"


class WmsFeatureInfo:
    """Answers GetFeatureInfo.

    Args:
        requests: reads the parameters.
        get: asks the sources.
        transformers: transformations of the answers, by the kind that clients want.
        clock: bounds how long a request may take.
        request_seconds: the time a request may take.
    """

    def __init__(
        self,
        *,
        requests: InfoRequests,
        get: GetFeatureInfo,
        transformers: Mapping[InfoKind, InfoTransformer],
        clock: Clock,
        request_seconds: float,
    ) -> None:
        self._requests = requests
        self._get = get
        self._transformers = transformers
        self._monotonic = clock.monotonic
        self._request_seconds = request_seconds

    def __call__(self, environ: Environ, given: Mapping[str, str], version: WmsVersion) -> Response:
        """What the sources say, under the media type of that; nothing under the one that is asked for.

        :raises RequestError: a parameter is missing or means nothing.
        :raises AccessDenied: the authorisation hook refuses it.
        :raises SourceError: see :class:`tilekeep.application.get_feature_info.GetFeatureInfo`.
        """
        request = self._requests.read(given, version)
        query = request.query
        deadline = Deadline(self._monotonic() + self._request_seconds)
        transform = self._transformers.get(self._wanted_kind(query.info_format))
        answer = self._get(_permitted_sources(request, environ), query, deadline, transform)
        return info_response(answer, self._media_type(answer, query.info_format, version), environ)

    def _wanted_kind(self, info_format: str | None) -> InfoKind:
        """What the client wants, or the usual where there are transformations."""
        if info_format is not None:
            return info_kind(info_format)
        usual = (kind for kind in (InfoKind.XML, InfoKind.HTML) if kind in self._transformers)
        return next(usual, InfoKind.TEXT)

    def _media_type(self, answer: InfoAnswer, info_format: str | None, version: WmsVersion) -> str | None:
        if answer.document is None:
            return info_format
        kind = answer.document.kind
        if info_format is not None and kind in self._transformers and info_kind(info_format) is kind:
            return info_format
        return media_type_of(kind, version)


def media_type_of(kind: InfoKind, version: WmsVersion) -> str:
    """How a version of WMS calls a kind of document; only before 1.3.0 all XML is taken for GML."""
    types = {InfoKind.TEXT: "text/plain", InfoKind.HTML: "text/html", InfoKind.JSON: "application/json"}
    return types.get(kind) or ("text/xml" if version.authority_axes else "application/vnd.ogc.gml")


def _permitted_sources(request: InfoRequest, environ: Environ) -> list[str]:
    query = request.query
    names = [layer.name for layer in request.telling]
    note_layers(environ, names)
    permitted = authorise_feature_info(
        environ, _SERVICE, request.layers, names, query.srs.code, query.bbox, query.coordinate
    )
    return [source for layer in request.telling if layer.name in permitted for source in layer.info_sources]
