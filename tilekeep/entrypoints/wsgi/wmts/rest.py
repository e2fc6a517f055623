"""WMTS by path (spec/services.md, 5.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tilekeep.domain.errors import InvalidParameter, InvalidRequest
from tilekeep.entrypoints.wsgi.base_url import script_url
from tilekeep.entrypoints.wsgi.errors import RENDERED, report
from tilekeep.entrypoints.wsgi.query_string import utf8
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.entrypoints.wsgi.wmts import get_tile
from tilekeep.entrypoints.wsgi.wmts.capabilities import WmtsCapabilities
from tilekeep.entrypoints.wsgi.wmts.exceptions import exception_report
from tilekeep.entrypoints.wsgi.wmts.feature_info import InfoParameters, WmtsFeatureInfo
from tilekeep.entrypoints.wsgi.wmts.matrix_sets import MatrixSets
from tilekeep.entrypoints.wsgi.wmts.rest_template import REQUIRED, RestTemplate

#: How the path of every capabilities document ends.
CAPABILITIES = "/1.0.0/WMTSCapabilities.xml"


class WmtsRest:
    """Answers requests below ``/wmts``.

    Args:
        sets: finds layers and matrix sets.
        delivery: makes tiles into responses.
        capabilities: writes the capabilities document.
        template: the form of tile addresses.
        feature_info: answers questions about places.
        info_template: the form of the addresses of places.
    """

    def __init__(
        self,
        *,
        sets: MatrixSets,
        delivery: TileDelivery,
        capabilities: WmtsCapabilities,
        template: RestTemplate,
        feature_info: WmtsFeatureInfo,
        info_template: RestTemplate,
    ) -> None:
        self._sets = sets
        self._deliver = delivery
        self._capabilities = capabilities
        self._template = template
        self._match = template.pattern.fullmatch
        self._tile_parameters = _picker(template.variables)
        self._feature_info = feature_info
        self._info_template = info_template
        self._info_tile_parameters = _picker(info_template.variables)

    def __call__(self, environ: Environ) -> Response:
        """The tile, the capabilities, what there is at a place, or an exception report."""
        path = environ["PATH_INFO"]
        try:
            if path.endswith(CAPABILITIES):
                return self._capabilities.by_path(environ, f"{script_url(environ)}/wmts", self._template)
            match = self._match(_text(path))
            if match is None:
                return self._info(path, environ)
            return self._deliver(self._tile(match.groups()), environ)
        except RENDERED as error:
            return exception_report(report(error))

    def locate(self, path: str, query_string: str) -> Located:
        """The tile at ``path`` as the WSGI environment spells it; the query string means nothing.

        :raises RequestError: there is none.
        """
        text = _text(path)
        match = self._match(text)
        if match is None:
            raise InvalidRequest(f"invalid request ({text})")
        return self._tile(match.groups())

    def _tile(self, values: Sequence[str]) -> Located:
        """The tile that the variables of its template mean."""
        dimensions = _dimensions(self._template, values) if self._template.dimensions else {}
        return self._located(self._tile_parameters(values), dimensions)

    def _info(self, path: str, environ: Environ) -> Response:
        """What there is at the place that a path means."""
        template = self._info_template
        match = template.pattern.fullmatch(_text(path))
        if match is None:
            raise InvalidRequest(f"invalid request ({_text(path)})")
        values = match.groups()
        found = dict(zip(template.variables, values, strict=True))
        wanted = self._info_tile_parameters(values)
        located = self._located(wanted._replace(format=""), _dimensions(template, values))
        return self._feature_info(located, InfoParameters(found["I"], found["J"], found["InfoFormat"]), environ)

    def _located(self, wanted: get_tile.TileParameters, dimensions: dict[str, str]) -> Located:
        located = get_tile.located(self._sets, wanted, dimensions)
        if dimensions:
            _refuse_unknown(dimensions, located)
        return located


def _text(path: str) -> str:
    """A path of the WSGI environment as it is meant."""
    return path if path.isascii() else utf8(path)


def _dimensions(template: RestTemplate, values: Sequence[str]) -> dict[str, str]:
    named = zip(template.variables, values, strict=True)
    return {name.lower(): value for name, value in named if name in template.dimensions}


def _picker(variables: tuple[str, ...]) -> Callable[[Sequence[str]], get_tile.TileParameters]:
    """A function from the groups of a match to tile parameters; a template without format means the layer's own."""
    layer, matrix_set, matrix, column, row = map(variables.index, REQUIRED)
    end = len(variables)
    format_ = variables.index("Format") if "Format" in variables else end

    def tile_parameters(values: Sequence[str]) -> get_tile.TileParameters:
        format_text = "" if format_ == end else values[format_]
        return get_tile.TileParameters(
            values[layer], values[matrix_set], values[matrix], values[column], values[row], format_text
        )

    return tile_parameters


def _refuse_unknown(dimensions: dict[str, str], located: Located) -> None:
    known = {dimension.name for dimension in located.route.layer.outline.dimensions}
    for name, value in dimensions.items():
        if name not in known and value != "default":
            raise InvalidParameter(f"unknown dimension: {name}", locator=name)
