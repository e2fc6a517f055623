"""WMS by key-value pairs: which operation answers, and how errors are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilekeep.domain.errors import InvalidRequest, MapTooLarge, TilekeepError
from tilekeep.entrypoints.wsgi.base_url import base_url
from tilekeep.entrypoints.wsgi.errors import RENDERED, report
from tilekeep.entrypoints.wsgi.query_string import parameters
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.entrypoints.wsgi.wms.capabilities import WmsCapabilities
from tilekeep.entrypoints.wsgi.wms.colors import is_true
from tilekeep.entrypoints.wsgi.wms.exception_images import ExceptionImages
from tilekeep.entrypoints.wsgi.wms.exceptions import service_exception
from tilekeep.entrypoints.wsgi.wms.feature_info import WmsFeatureInfo
from tilekeep.entrypoints.wsgi.wms.legends import WmsLegends
from tilekeep.entrypoints.wsgi.wms.maps import WmsMaps
from tilekeep.entrypoints.wsgi.wms.operations import Operation, operation
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion, negotiated


class Wms:
    """Answers requests whose query string says ``service=WMS``.

    Args:
        versions: those that are offered, ascending.
        maps: answers GetMap.
        feature_info: answers GetFeatureInfo.
        legends: answers GetLegendGraphic.
        capabilities: writes the capabilities documents.
        exception_images: makes errors into images where clients want them so.
    """

    def __init__(
        self,
        *,
        versions: Sequence[WmsVersion],
        maps: WmsMaps,
        feature_info: WmsFeatureInfo,
        legends: WmsLegends,
        capabilities: WmsCapabilities,
        exception_images: ExceptionImages,
    ) -> None:
        self._versions = versions
        self._maps = maps
        self._feature_info = feature_info
        self._legends = legends
        self._capabilities = capabilities
        self._exception_images = exception_images

    def __call__(self, environ: Environ, given: Mapping[str, str]) -> Response:
        """The map, tile, document or exception; ``given`` are the parameters by lower-case name."""
        version = self._versions[-1]
        try:
            version = negotiated(given, self._versions)
            wanted = operation(given, version)
            if wanted is Operation.MAP:
                return self._maps(environ, given, version)
            if wanted is Operation.FEATURE_INFO:
                return self._feature_info(environ, given, version)
            if wanted is Operation.LEGEND:
                return self._legends(environ, given, version)
            return self._capabilities(environ, base_url(environ), version, with_tiles=is_true(given.get("tiled")))
        except RENDERED as error:
            return self._exception(error, given, version)

    def locate(self, path: str, query_string: str) -> Located:
        """The tile that a query string means, found as in serving.

        :raises RequestError: none.
        """
        given = parameters(query_string)
        version = negotiated(given, self._versions)
        located = self._maps.locate(given, version) if operation(given, version) is Operation.MAP else None
        if located is None:
            raise InvalidRequest(f"no tile is asked for, which takes GetMap with tiled=true: {query_string}")
        return located

    def _exception(self, error: TilekeepError, given: Mapping[str, str], version: WmsVersion) -> Response:
        """Maps that are too large for an answer are no images as errors either."""
        found = report(error)
        image = None if isinstance(error, MapTooLarge) else self._exception_images(found, given, version)
        return service_exception(found, version) if image is None else image
