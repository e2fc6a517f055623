"""``sources``: where maps come from (spec/sources.md)."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.coverage import Coverage
from tilekeep.config.mapproxy.globals import MapserverDefaults
from tilekeep.config.mapproxy.http import HttpOptions
from tilekeep.config.mapproxy.image import SourceImageOptions, WmsImageOptions
from tilekeep.config.mapproxy.markers import FEATURE_INFO, LEGENDS, Later, NoEffect
from tilekeep.config.mapproxy.options import Color, NotNegativeNumber, Opt, Options, PositiveNumber, Section

ONLY_WMS_LIKE = NoEffect("only wms, mapserver and mapnik sources can be limited")


class SourceOptions(Options):
    """Options that all sources share; scales are OGC scale denominators, resolutions metres per pixel."""

    #: Source types that a later version brings say so here.
    later: ClassVar[bool] = False

    min_res: Opt[NotNegativeNumber] = None
    max_res: Opt[NotNegativeNumber] = None
    min_scale: Opt[NotNegativeNumber] = None
    max_scale: Opt[NotNegativeNumber] = None
    coverage: Section[Coverage] | None = None
    seed_only: bool = False


def _error_status(value: Any) -> Any:
    """A status code or ``other``."""
    if value == "other" or type(value) is int:
        return value
    raise PydanticCustomError("error_status", "expected an HTTP status such as 404, or 'other'")


class ErrorResponse(Options):
    """One entry of ``on_error``."""

    response: Any
    cache: bool = False
    authorize_stale: bool = False


OnError = dict[Annotated[int | Literal["other"], BeforeValidator(_error_status)], ErrorResponse]


class WmsOptions(Options):
    """``wms_opts`` of a source."""

    version: Literal["1.0.0", "1.1.0", "1.1.1", "1.3.0"] = "1.1.1"
    map: bool = True
    featureinfo: Annotated[bool, FEATURE_INFO] = False
    legendgraphic: Annotated[bool, LEGENDS] = False
    legendurl: Annotated[Opt[str], LEGENDS] = None
    featureinfo_format: Annotated[Opt[str], FEATURE_INFO] = None
    featureinfo_xslt: Annotated[Opt[str], FEATURE_INFO] = None
    featureinfo_out_format: Annotated[Opt[str], FEATURE_INFO] = None
    query_layers: Annotated[Opt[str], FEATURE_INFO] = None


@cache
def _default_wms_options() -> WmsOptions:
    """One value for all sources that say nothing."""
    return WmsOptions()


class WmsSource(SourceOptions):
    """A Web Map Service; ``req`` keeps the order and spelling of its parameters."""

    type: Literal["wms"]
    req: dict[str, Any] = Field(repr=False)
    transparent: Opt[bool] = None
    wms_opts: Section[WmsOptions] = Field(default_factory=_default_wms_options)
    image: Section[WmsImageOptions] | None = None
    supported_formats: Opt[tuple[str, ...]] = None
    supported_srs: Opt[tuple[str, ...]] = None
    http: Section[HttpOptions] | None = None
    on_error: Annotated[Section[OnError] | None, Later()] = None
    forward_req_params: Opt[tuple[str, ...]] = None
    concurrent_requests: Opt[Annotated[int, Field(ge=0)]] = None


class TileSource(SourceOptions):
    """A server of tiles with a URL template."""

    type: Literal["tile"]
    url: str = Field(repr=False)
    grid: Opt[str] = None
    transparent: Opt[bool] = None
    image: Section[SourceImageOptions] | None = None
    http: Section[HttpOptions] | None = None
    on_error: Annotated[Section[OnError] | None, Later()] = None
    request_format: Annotated[Opt[str], NoEffect("tiles are requested in the format of the cache")] = None
    origin: Annotated[Opt[str], NoEffect("the origin is that of the grid")] = None
    concurrent_requests: Annotated[Opt[int], ONLY_WMS_LIKE] = None


class WorldSource(SourceOptions):
    """A simple world map drawn by Tilekeep itself, for demonstrations (own addition)."""

    type: Literal["world"]
    image: Section[SourceImageOptions] | None = None
    transparent: Opt[bool] = None


class LaterSource(SourceOptions):
    """A source of a type that a later version brings."""

    later: ClassVar[bool] = True

    concurrent_requests: Opt[int] = None


class MapserverSource(LaterSource):
    """A MapServer binary called through CGI."""

    type: Literal["mapserver"]
    req: dict[str, Any] = Field(repr=False)
    wms_opts: Section[dict[str, Any]] | None = None
    image: Section[dict[str, Any]] | None = None
    supported_formats: Opt[tuple[str, ...]] = None
    supported_srs: Opt[tuple[str, ...]] = None
    forward_req_params: Opt[tuple[str, ...]] = None
    mapserver: Section[MapserverDefaults] | None = None
    on_error: Section[dict[Any, Any]] | None = None


class MapnikSource(LaterSource):
    """A Mapnik style."""

    type: Literal["mapnik"]
    mapfile: str
    transparent: Opt[bool] = None
    image: Section[dict[str, Any]] | None = None
    layers: Opt[str | tuple[str, ...]] = None
    use_mapnik2: Opt[bool] = None
    scale_factor: Opt[PositiveNumber] = None
    multithreaded: Opt[bool] = None


class ArcgisSource(LaterSource):
    """An ArcGIS REST service."""

    type: Literal["arcgis"]
    req: dict[str, Any] = Field(repr=False)
    opts: Section[dict[str, Any]] | None = None
    image: Section[dict[str, Any]] | None = None
    supported_formats: Opt[tuple[str, ...]] = None
    supported_srs: Opt[tuple[str, ...]] = None
    http: Section[HttpOptions] | None = None
    on_error: Section[dict[Any, Any]] | None = None


class OgcApiTilesSource(LaterSource):
    """An OGC API Tiles server."""

    type: Literal["ogcapitiles"]
    landingpage_url: str = Field(repr=False)
    collection: Opt[str] = None
    tile_matrix_set_id: Opt[str] = None
    image: Section[dict[str, Any]] | None = None
    http: Section[HttpOptions] | None = None
    on_error: Section[dict[Any, Any]] | None = None


class OgcApiMapsSource(LaterSource):
    """An OGC API Maps server."""

    type: Literal["ogcapimaps"]
    landingpage_url: str = Field(repr=False)
    collection: Opt[str] = None
    supported_srs: Opt[tuple[str, ...]] = None
    transparent: Opt[bool] = None
    image: Section[dict[str, Any]] | None = None
    bgcolor: Opt[Color] = None
    http: Section[HttpOptions] | None = None
    on_error: Section[dict[Any, Any]] | None = None


class DebugSource(LaterSource):
    """Draws the box and the resolution of each request."""

    type: Literal["debug"]


Source = Annotated[
    WmsSource
    | TileSource
    | WorldSource
    | MapserverSource
    | MapnikSource
    | ArcgisSource
    | OgcApiTilesSource
    | OgcApiMapsSource
    | DebugSource,
    Field(discriminator="type"),
]
