"""GetLegendGraphic: the legends of layers as images or JSON (OGC 05-078r4, 10; spec/services.md, 3.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tilekeep.application.get_legend import GetLegend
from tilekeep.application.layer_tree import LayerTree, MapLayer
from tilekeep.application.legend import Legend
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import InvalidParameter, NoLegend, UnknownLayer, UnsupportedFormat
from tilekeep.entrypoints.wsgi.authorise import authorise_legends, document_headers
from tilekeep.entrypoints.wsgi.map_drawing import image_response
from tilekeep.entrypoints.wsgi.numbers import number
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.request_facts import note_layers
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Environ, Header, Response, document
from tilekeep.entrypoints.wsgi.wms.legend_parts import LegendParts
from tilekeep.entrypoints.wsgi.wms.operations import require_legend_parameters
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion
from tilekeep.ports.clock import Clock

JSON = "application/json"

#: The version of the standard on styles that the request belongs to.
_SLD_VERSION = "1.1.0"


class _LegendRequest(NamedTuple):
    """A legend as a client asks for it; ``scale`` is a denominator, or None for any."""

    layer: str
    format: str
    scale: float | None


class WmsLegends:
    """Answers GetLegendGraphic.

    Args:
        options: formats, and how strict requests are read.
        layer_tree: finds layers.
        parts: gives the legends of layers, and makes them into one.
        clock: bounds how long a request may take.
        request_seconds: the time a request may take.
    """

    def __init__(
        self, *, options: WmsOptions, layer_tree: LayerTree, parts: LegendParts, clock: Clock, request_seconds: float
    ) -> None:
        self._formats = options.formats
        self._strict = options.strict
        self._layer_tree = layer_tree
        self._legends_of = parts.of_layer
        self._get_legend: GetLegend = parts.get_legend
        self._monotonic = clock.monotonic
        self._request_seconds = request_seconds

    def __call__(self, environ: Environ, given: Mapping[str, str], version: WmsVersion) -> Response:
        """The legend.

        :raises RequestError: a parameter is missing or means nothing, or the layer has no legend.
        :raises AccessDenied: the authorisation hook refuses it.
        :raises SourceError: no source has given its legend; LockTimeout as for maps.
        """
        request = self._request(given, version)
        nodes = self._explaining(request.layer)
        note_layers(environ, (request.layer,))
        visible = authorise_legends(environ, request.layer, [node.name for node in nodes])
        permitted = (node for node in nodes if node.name in visible)
        legends = list(dict.fromkeys(legend for node in permitted for legend in self._legends_of(node)))
        deadline = Deadline(self._monotonic() + self._request_seconds)
        if request.format == JSON:
            return self._document(environ, legends, request, deadline)
        return self._image(environ, legends, request, deadline)

    def _request(self, given: Mapping[str, str], version: WmsVersion) -> _LegendRequest:
        require_legend_parameters(given, version, strict=self._strict)
        sld_version = given.get("sld_version", _SLD_VERSION)
        if sld_version != _SLD_VERSION:
            raise InvalidParameter(f"invalid sld_version {sld_version}", locator="sld_version")
        if given["format"] != JSON and given["format"] not in self._formats:
            raise UnsupportedFormat(f"unsupported image format: {given['format']}", locator="format")
        return _LegendRequest(given["layer"], given["format"], _scale(given.get("scale")))

    def _explaining(self, name: str) -> list[MapLayer]:
        try:
            layer = self._layer_tree.layer(name)
        except UnknownLayer as error:
            raise UnknownLayer(error.message, locator="layer") from None
        nodes = list(layer.explained_by())
        if not nodes:
            raise NoLegend(f"layer {name} has no legend graphic", locator="layer")
        return nodes

    def _image(
        self, environ: Environ, legends: Sequence[Legend], request: _LegendRequest, deadline: Deadline
    ) -> Response:
        encoding = self._formats[request.format]
        image, is_complete = self._get_legend.image(legends, encoding, request.scale, deadline)
        return image_response(image, request.format, encoding, _headers(environ, is_complete=is_complete))

    def _document(
        self, environ: Environ, legends: Sequence[Legend], request: _LegendRequest, deadline: Deadline
    ) -> Response:
        body, is_complete = self._get_legend.document(legends, request.scale, deadline)
        return document(200, JSON, body, _headers(environ, is_complete=is_complete))


def _scale(text: str | None) -> float | None:
    if text is None or not text.strip():
        return None
    scale = number(text)
    if scale is None or scale <= 0:
        raise InvalidParameter(f"invalid scale: {text!r} (a scale denominator above 0)", locator="scale")
    return scale


def _headers(environ: Environ, *, is_complete: bool) -> tuple[Header, ...]:
    """A legend with gaps may be whole the next time."""
    return document_headers(environ) if is_complete else NOT_STORABLE
