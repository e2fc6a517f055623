"""WMS GetMap and GetFeatureInfo requests as text: names, order, spelling and encoding that servers are used to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.feature_info import InfoQuery
from tilekeep.domain.geometry import BBox
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.request_parameters import RequestParameters, as_text, with_query
from tilekeep.domain.srs import Srs

#: What requests for feature info are called (spec/sources.md, 5).
_INFO_REQUEST = {"map": "feature_info", "GetMap": "GetFeatureInfo"}

#: WMS versions that map requests can be made in, each with the parameters that come last (spec/sources.md, 3.1).
FIXED_PARAMETERS: dict[str, tuple[tuple[str, str], ...]] = {
    "1.0.0": (("request", "map"), ("wmtver", "1.0.0")),
    "1.1.0": (("request", "GetMap"), ("version", "1.1.0"), ("service", "WMS")),
    "1.1.1": (("request", "GetMap"), ("version", "1.1.1"), ("service", "WMS")),
    "1.3.0": (("request", "GetMap"), ("version", "1.3.0"), ("service", "WMS")),
}

#: What comes last in requests for legends, before the version (spec/sources.md, 6).
_LEGEND_PARAMETERS = (("request", "GetLegendGraphic"), ("service", "WMS"), ("sld_version", "1.1.0"))


@dataclass(frozen=True, slots=True)
class WmsRequestTemplate:
    """What all requests of one source have in common.

    :ivar url: the service URL, without credentials; it may have a query of its own.
    :ivar version: a key of :data:`FIXED_PARAMETERS`.
    :ivar parameters: configured parameters in the order of the configuration, without ``url``.
    """

    url: str = field(repr=False)
    version: str = "1.1.1"
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if self.version not in FIXED_PARAMETERS:
            known = ", ".join(FIXED_PARAMETERS)
            raise ConfigurationError(f"unknown WMS version {self.version!r}: use one of {known}")

    @classmethod
    def from_options(
        cls, url: str, options: Mapping[str, Any], *, version: str = "1.1.1", media_type: str | None = None
    ) -> WmsRequestTemplate:
        """The template of a source's ``req`` options.

        ``media_type``, where given, is the format of all its requests (spec/sources.md, 3.3): it takes the place
        of ``req.format``, or follows the other options.  Lists become comma lists, ``transparent: true`` becomes
        ``True`` and an option without value becomes empty.
        """
        parameters = RequestParameters((name, as_text(value)) for name, value in options.items() if name != "url")
        if media_type is not None:
            parameters.set("format", media_type)
        return cls(url, version, parameters.pairs())

    def parameter(self, name: str) -> str | None:
        """The configured value of ``name``, matched in any case, or None."""
        return next((value for own, value in self.parameters if own.lower() == name.lower()), None)

    def query_string(self, query: MapQuery, srs: Srs, media_type: str) -> str:
        """The GetMap query for ``query`` with the code of ``srs``, which must equal the SRS of the query.

        ``query.dimensions`` are sent as they are; the caller drops those that are not to be forwarded.
        """
        parameters = RequestParameters(self.parameters)
        if self.version == "1.0.0":
            parameters.set("request", "map")
        parameters.set("bbox", _bbox_text(query.bbox, srs, self.version))
        parameters.set("width", str(query.size.width))
        parameters.set("height", str(query.size.height))
        parameters.respell("srs", srs.code)
        parameters.set("format", _format_text(media_type, self.version))
        for name, value in query.dimensions:
            parameters.set(name, value)
        for name, value in FIXED_PARAMETERS[self.version]:
            parameters.set(name, value)
        parameters.set_default("styles", "")
        _adapt_to(self.version, parameters, srs)
        return parameters.query_string()

    def legend_query_string(self, layer: str, media_type: str, scale: float | None) -> str:
        """The GetLegendGraphic query for one layer; ``scale`` is a denominator, or None for any."""
        parameters = RequestParameters(self.parameters)
        parameters.drop("layers")
        parameters.set("layer", layer)
        parameters.set("format", media_type)
        if scale is not None:
            parameters.set("scale", str(scale))
        for name, value in (*_LEGEND_PARAMETERS, ("version", self.version)):
            parameters.set(name, value)
        parameters.set_default("styles", "")
        return parameters.query_string()

    def info_query_string(self, query: InfoQuery, srs: Srs) -> str:
        """The GetFeatureInfo query for ``query`` with the code of ``srs``, which must equal the SRS of the query.

        What is configured wins over the ``info_format`` and ``format`` of the client.
        """
        parameters = RequestParameters(self.parameters)
        parameters.set("bbox", _bbox_text(query.bbox, srs, self.version))
        parameters.set("width", str(query.size.width))
        parameters.set("height", str(query.size.height))
        parameters.set("x", str(query.position.x))
        parameters.set("y", str(query.position.y))
        if query.feature_count is not None:
            parameters.set("feature_count", str(query.feature_count))
        parameters.set_default("query_layers", self.parameter("layers") or "")
        if query.info_format:
            parameters.set_default("info_format", query.info_format)
        media_type = self.parameter("format") or query.media_type or "image/png"
        parameters.set("format", media_type if "/" in media_type else f"image/{media_type}")
        parameters.respell("srs", srs.code)
        for name, value in FIXED_PARAMETERS[self.version]:
            parameters.set(name, _INFO_REQUEST.get(value, value))
        parameters.set_default("styles", "")
        _adapt_to(self.version, parameters, srs)
        if self.version == "1.3.0":
            _rename_position(parameters, query)
        return parameters.query_string()

    def url_with(self, query_string: str) -> str:
        """The service URL followed by a query, joined with whatever is missing between them."""
        return with_query(self.url, query_string)


def _adapt_to(version: str, parameters: RequestParameters, srs: Srs) -> None:
    if version == "1.0.0":
        parameters.drop("version", "service")
    if version == "1.3.0":
        parameters.drop("srs", "crs")
        parameters.set("crs", srs.code)


def _rename_position(parameters: RequestParameters, query: InfoQuery) -> None:
    """In WMS 1.3.0 the place has other names (OGC 06-042, 7.4.3.7)."""
    parameters.drop("x", "y")
    parameters.set("i", str(query.position.x))
    parameters.set("j", str(query.position.y))


def _bbox_text(bbox: BBox, srs: Srs, version: str) -> str:
    """Shortest decimal form; WMS 1.3.0 has the axes in the order of the SRS (OGC 06-042, 6.7.4)."""
    if version != "1.3.0":
        return ",".join(str(value) for value in bbox)
    values = (bbox.min_y, bbox.min_x, bbox.max_y, bbox.max_x) if srs.north_first else bbox
    return ",".join(str(float(value)) for value in values)


def _format_text(media_type: str, version: str) -> str:
    if version == "1.0.0":
        return media_type.rpartition("/")[2].upper()
    return media_type if "/" in media_type else f"image/{media_type}"
