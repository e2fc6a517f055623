"""Requests of the ArcGIS REST API as text: maps by export, places by identify (spec/sources.md, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tilekeep.domain.feature_info import InfoKind, InfoQuery, info_kind
from tilekeep.domain.image import subtype
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.request_parameters import RequestParameters, as_text, with_query
from tilekeep.domain.srs import Srs

#: What maps are asked for at, by the last part of the address of a service.
_EXPORTS = {"MapServer": "export", "ImageServer": "exportImage"}

#: The resolution that servers think in where nothing else is said.
_DPI = 96

#: Axes are x/y there, whatever the code: what differs from another in that alone has no code of its own.
_CODES = {"CRS:84": "4326", "OGC:CRS84": "4326"}


@dataclass(frozen=True, slots=True)
class ArcgisRequestTemplate:
    """What all requests to one service have in common.

    :ivar url: of the service or its export operation, without credentials; it may have a query of its own.
    :ivar parameters: configured parameters in the order of the configuration, without ``url``.
    """

    url: str = field(repr=False)
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def from_options(
        cls, url: str, options: Mapping[str, Any], *, media_type: str | None = None
    ) -> ArcgisRequestTemplate:
        """The template of a source's ``req`` options; ``media_type`` is the format of all its requests, if given."""
        parameters = RequestParameters((name, as_text(value)) for name, value in options.items() if name != "url")
        if media_type is not None:
            parameters.set("format", media_type)
        return cls(url, parameters.pairs())

    def parameter(self, name: str) -> str | None:
        """The configured value of ``name``, matched in any case, or None."""
        return next((value for own, value in self.parameters if own.lower() == name.lower()), None)

    def export_url(self, query: MapQuery, srs: Srs, media_type: str) -> str:
        """The request for the map of ``query`` with the code of ``srs``, which must equal its SRS; always x/y order."""
        parameters = RequestParameters(self.parameters)
        parameters.set("format", subtype(media_type))
        parameters.set("bbox", _numbers(query.bbox))
        parameters.set("size", _numbers(query.size))
        for name in ("bboxSR", "imageSR"):
            parameters.set(name, _code(srs))
        parameters.set("f", "image")
        return with_query(export_address(self.url), parameters.query_string())

    def identify_url(self, query: InfoQuery, srs: Srs, *, tolerance_px: float, geometries: bool) -> str:
        """The request for what is at the place of ``query``; ``srs`` as for maps."""
        x, y = query.coordinate
        parameters = RequestParameters(self.parameters)
        parameters.set("mapExtent", _numbers(query.bbox))
        parameters.set("imageDisplay", _numbers((*query.size, _DPI)))
        parameters.set("geometry", f"{x:f},{y:f}")
        parameters.set("sr", _code(srs))
        parameters.set("f", "html" if info_kind(query.info_format or "") is InfoKind.HTML else "json")
        parameters.set("tolerance", f"{tolerance_px:g}")
        parameters.set("returnGeometry", str(geometries).lower())
        parameters.set("geometryType", "esriGeometryPoint")
        return with_query(identify_address(self.url), parameters.query_string())


def export_address(url: str) -> str:
    """Where maps are asked for (the same place, 7.1)."""
    parts = _path(url)
    if parts[-1] in _EXPORTS.values():
        parent = parts[-2] if len(parts) > 1 else ""
        parts[-1] = _EXPORTS.get(parent, parts[-1])
    elif parts[-1] in _EXPORTS:
        parts.append(_EXPORTS[parts[-1]])
    return _with_path(url, parts)


def identify_address(url: str) -> str:
    """Where places are asked about."""
    parts = _path(url)
    if parts[-1] in _EXPORTS.values():
        parts[-1] = "identify"
    elif parts[-1] in _EXPORTS:
        parts.append("identify")
    return _with_path(url, parts)


def _path(url: str) -> list[str]:
    return urlsplit(url).path.rstrip("/").split("/")


def _with_path(url: str, path: list[str]) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/".join(path)))


def _numbers(values: tuple[float, ...]) -> str:
    return ",".join(map(str, values))


def _code(srs: Srs) -> str:
    return _CODES.get(srs.code, srs.code.rpartition(":")[2])
