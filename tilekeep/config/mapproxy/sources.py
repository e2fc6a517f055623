"""``sources``: where maps come from (spec/sources.md)."""

from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.coverage import Coverage
from tilekeep.config.mapproxy.globals import MapserverDefaults
from tilekeep.config.mapproxy.http import HttpOptions
from tilekeep.config.mapproxy.image import ImageOptions, Opacity, WmsImageOptions
from tilekeep.config.mapproxy.markers import NoEffect
from tilekeep.config.mapproxy.options import (
    COLOR_SCHEMA,
    ByType,
    Color,
    NotNegativeNumber,
    Opt,
    Options,
    Positive,
    PositiveNumber,
    Section,
    color_value,
)
from tilekeep.config.mapproxy.scale_hints import ScaleHints

ONLY_WMS_LIKE = NoEffect("only wms, mapserver and mapnik sources can be limited")


class SourceOptions(ScaleHints):
    """Options that all sources share.

    :ivar coverage: where the source has something to show.
    :ivar seed_only: whether it is asked for seeding only.
    """

    #: Source types that a later version brings say so here.
    later: ClassVar[bool] = False

    coverage: Section[Coverage] | None = None
    seed_only: bool = False

    @property
    def draws_maps(self) -> bool:
        """Whether it has maps or tiles to show, rather than only answers to questions about them."""
        return True


def _error_status(value: Any) -> Any:
    """A status code or ``other``."""
    if value == "other" or type(value) is int:
        return value
    raise PydanticCustomError("error_status", "expected an HTTP status such as 404, or 'other'")


def _error_color(value: Any) -> Any:
    """``transparent`` or a color."""
    if value == "transparent":
        return value
    try:
        return color_value(value)
    except PydanticCustomError as problem:
        raise PydanticCustomError(
            "error_color", "expected 'transparent', [r, g, b] or text such as '#ff0000'"
        ) from problem


class ErrorResponse(Options):
    """One entry of ``on_error``: what stands for a map that the server did not give (spec/sources.md, 9).

    :ivar response: transparent or a color.
    :ivar cache: whether it is stored.
    :ivar authorize_stale: whether an old tile is better.
    """

    response: Annotated[
        Any,
        BeforeValidator(_error_color),
        WithJsonSchema({"anyOf": [{"const": "transparent"}, *COLOR_SCHEMA["anyOf"]]}),
    ]
    cache: bool = False
    authorize_stale: bool = False


_STATUS_SCHEMA = {"pattern": r"^(other|\d{3})$"}
ErrorStatus = Annotated[int | Literal["other"], BeforeValidator(_error_status), WithJsonSchema(_STATUS_SCHEMA)]

OnError = dict[ErrorStatus, ErrorResponse]


def _request_schema(required: str, texts: tuple[str, ...], **others: str) -> WithJsonSchema:
    """A request: some parameters that mean something, and any others that are sent as they are."""
    properties = {name: {"type": "string"} for name in texts} | {name: {"type": kind} for name, kind in others.items()}
    transparent = {"anyOf": [{"type": "boolean"}, {"type": "string"}]}
    return WithJsonSchema(
        {
            "type": "object",
            "properties": {required: {"type": "string"}, **properties, "transparent": transparent},
            "required": [required],
            "additionalProperties": True,
        }
    )


WmsRequest = Annotated[dict[str, Any], _request_schema("url", ("layers", "format", "styles", "sld", "sld_body"))]
MapserverRequest = Annotated[dict[str, Any], _request_schema("map", ("layers", "format", "styles", "sld", "sld_body"))]
ArcgisRequest = Annotated[dict[str, Any], _request_schema("url", ("layers", "format", "time"), dpi="integer")]


class WmsOptions(Options):
    """``wms_opts`` of a source.

    :ivar version: of the requests.
    :ivar map: whether the source is asked for maps.
    :ivar featureinfo: whether it can be asked about places.
    :ivar legendgraphic: whether it can be asked for legends.
    :ivar legendurl: address of a legend.
    :ivar featureinfo_format: format of what it says about places.
    :ivar featureinfo_xslt: file that transforms what it says.
    :ivar featureinfo_out_format: format of the result.
    :ivar query_layers: layers that are asked about places.
    """

    version: Literal["1.0.0", "1.1.0", "1.1.1", "1.3.0"] = "1.1.1"
    map: bool = True
    featureinfo: bool = False
    legendgraphic: bool = False
    legendurl: Opt[str] = None
    featureinfo_format: Opt[str] = None
    featureinfo_xslt: Opt[str] = None
    featureinfo_out_format: Opt[str] = None
    query_layers: Opt[str] = None


@cache
def _default_wms_options() -> WmsOptions:
    """One value for all sources that say nothing."""
    return WmsOptions.untouched()


class WmsLikeSource(SourceOptions):
    """What speaks the language of a Web Map Service, whoever runs it.

    :ivar req: parameters of the requests.
    :ivar supported_formats: formats that the server knows.
    :ivar supported_srs: SRS that the server knows; others are reprojected.
    :ivar forward_req_params: parameters of clients that are passed on.
    :ivar concurrent_requests: requests to the server at a time.
    :ivar on_error: what stands for maps that the server does not give, by HTTP status or for all ``other`` failures.
    """

    req: dict[str, Any] = Field(repr=False)
    wms_opts: Section[WmsOptions] = Field(default_factory=_default_wms_options)
    image: Section[WmsImageOptions] | None = None
    supported_formats: Opt[tuple[str, ...]] = None
    supported_srs: Opt[tuple[str, ...]] = None
    on_error: Section[OnError] | None = None
    forward_req_params: Opt[tuple[str, ...]] = None
    concurrent_requests: Opt[Annotated[int, Field(ge=0)]] = None

    @property
    def draws_maps(self) -> bool:
        """See :class:`SourceOptions`."""
        return self.wms_opts.map


class WmsSource(WmsLikeSource):
    """A Web Map Service; ``req`` keeps the order and spelling of its parameters.

    :ivar req: address, layers and other parameters of the requests.
    :ivar transparent: whether maps are transparent.
    :ivar mirrors: addresses of servers with the same maps, asked where others fail (own addition).
    """

    type: Literal["wms"]
    req: WmsRequest = Field(repr=False)
    transparent: Opt[bool] = None
    http: Section[HttpOptions] | None = None
    mirrors: Annotated[Opt[tuple[str, ...]], Field(repr=False)] = None


class TileSource(SourceOptions):
    """A server of tiles with a URL template.

    :ivar url: with %(z)s, %(x)s, %(y)s or other variables.
    :ivar grid: grid of the server.
    :ivar transparent: whether tiles are transparent.
    :ivar on_error: what stands for tiles that the server does not give, by HTTP status or for all ``other`` failures.
    :ivar mirrors: addresses of servers with the same maps, asked where others fail (own addition).
    """

    type: Literal["tile"]
    url: str = Field(repr=False)
    grid: Opt[str] = None
    transparent: Opt[bool] = None
    image: Section[ImageOptions] | None = None
    http: Section[HttpOptions] | None = None
    on_error: Section[OnError] | None = None
    mirrors: Annotated[Opt[tuple[str, ...]], Field(repr=False)] = None
    request_format: Annotated[Opt[str], NoEffect("tiles are requested in the format of the cache")] = None
    origin: Annotated[Opt[str], NoEffect("the origin is that of the grid")] = None
    concurrent_requests: Annotated[Opt[int], ONLY_WMS_LIKE] = None


class WorldSource(SourceOptions):
    """A simple world map drawn by Tilekeep itself, for demonstrations (own addition)."""

    type: Literal["world"]
    image: Section[ImageOptions] | None = None
    transparent: Opt[bool] = None


class MbtilesSource(SourceOptions):
    """The tiles of an MBTiles file, in web mercator (own addition).

    :ivar filename: of the file; a relative one starts at the configuration.
    """

    type: Literal["mbtiles"]
    filename: str


class PmtilesSource(SourceOptions):
    """The tiles of a PMTiles archive, in web mercator (own addition).

    :ivar filename: of the archive; a relative one starts at the configuration.
    :ivar url: of an archive on a web server that answers requests for parts of files.
    """

    type: Literal["pmtiles"]
    filename: Opt[str] = None
    url: Opt[str] = Field(default=None, repr=False)
    http: Section[HttpOptions] | None = None


class MapserverSource(WmsLikeSource):
    """A MapServer program on this machine, run for each request; ``req`` keeps the order of its parameters.

    :ivar req: mapfile, layers and other parameters of the requests.
    :ivar mapserver: the program, where it is not that of the globals.
    """

    type: Literal["mapserver"]
    req: MapserverRequest = Field(repr=False)
    mapserver: Section[MapserverDefaults] | None = None


class MapnikSource(SourceOptions):
    """A Mapnik style, drawn on this machine.

    :ivar mapfile: relative to the configuration; %(webmercator_level)s in it is the level of each map.
    :ivar transparent: whether maps are transparent.
    :ivar layers: names of the layers that are drawn, as a list or with commas; all without it.
    :ivar scale_factor: how much larger than intended lines, symbols and labels are drawn.
    :ivar multithreaded: whether loaded styles are kept for the next map, until the mapfile changes.
    :ivar concurrent_requests: maps that are drawn at a time.
    """

    type: Literal["mapnik"]
    mapfile: str
    transparent: Opt[bool] = None
    image: Section[ImageOptions] | None = None
    layers: Opt[str | tuple[str, ...]] = None
    use_mapnik2: Annotated[Opt[bool], NoEffect("there is one Mapnik only")] = None
    scale_factor: Opt[PositiveNumber] = None
    multithreaded: bool = False
    concurrent_requests: Opt[Annotated[int, Field(ge=0)]] = None


class ArcgisOptions(Options):
    """``opts`` of an ArcGIS source.

    :ivar map: whether the source is asked for maps.
    :ivar featureinfo: whether it can be asked about places.
    :ivar featureinfo_tolerance: how far from a place features may be, in pixels.
    :ivar featureinfo_return_geometries: whether the geometries of features are wanted.
    """

    map: bool = True
    featureinfo: bool = False
    featureinfo_tolerance: NotNegativeNumber = 5.0
    featureinfo_return_geometries: bool = False


class ArcgisSource(SourceOptions):
    """An ArcGIS REST service; ``req`` keeps the order and spelling of its parameters.

    :ivar req: address of the service, layers and other parameters of the requests.
    :ivar supported_formats: formats that the server knows.
    :ivar supported_srs: SRS that the server knows; others are reprojected.
    :ivar on_error: what stands for maps that the server does not give, by HTTP status or for all ``other`` failures.
    :ivar mirrors: addresses of servers with the same maps, asked where others fail (own addition).
    """

    type: Literal["arcgis"]
    req: ArcgisRequest = Field(repr=False)
    opts: Section[ArcgisOptions] = Field(default_factory=ArcgisOptions.untouched)
    image: Section[WmsImageOptions] | None = None
    supported_formats: Opt[tuple[str, ...]] = None
    supported_srs: Opt[tuple[str, ...]] = None
    http: Section[HttpOptions] | None = None
    on_error: Section[OnError] | None = None
    mirrors: Annotated[Opt[tuple[str, ...]], Field(repr=False)] = None
    concurrent_requests: Annotated[Opt[int], ONLY_WMS_LIKE] = None

    @property
    def draws_maps(self) -> bool:
        """See :class:`SourceOptions`."""
        return self.opts.map


class OgcApiTilesSource(SourceOptions):
    """An OGC API Tiles server.

    :ivar landingpage_url: where its documents begin.
    :ivar collection: the collection that is shown; all of the server without it.
    :ivar tile_matrix_set_id: the only tile matrix set that counts.
    :ivar on_error: what stands for tiles that the server does not give, by HTTP status or for all ``other`` failures.
    :ivar mirrors: addresses of servers with the same maps, asked where others fail (own addition).
    """

    type: Literal["ogcapitiles"]
    landingpage_url: str = Field(repr=False)
    collection: Opt[str] = None
    tile_matrix_set_id: Opt[str] = None
    image: Section[ImageOptions] | None = None
    http: Section[HttpOptions] | None = None
    on_error: Section[OnError] | None = None
    mirrors: Annotated[Opt[tuple[str, ...]], Field(repr=False)] = None
    concurrent_requests: Annotated[Opt[int], ONLY_WMS_LIKE] = None


class OgcApiMapsSource(SourceOptions):
    """An OGC API Maps server.

    :ivar landingpage_url: where its documents begin.
    :ivar collection: the collection that is shown; all of the server without it.
    :ivar supported_srs: SRS that the server is asked in; without it those that it names itself.
    :ivar transparent: whether maps are transparent.
    :ivar bgcolor: what maps show where there is nothing.
    :ivar on_error: what stands for maps that the server does not give, by HTTP status or for all ``other`` failures.
    :ivar mirrors: addresses of servers with the same maps, asked where others fail (own addition).
    """

    type: Literal["ogcapimaps"]
    landingpage_url: str = Field(repr=False)
    collection: Opt[str] = None
    supported_srs: Opt[tuple[str, ...]] = None
    transparent: Opt[bool] = None
    image: Section[WmsImageOptions] | None = None
    bgcolor: Opt[Color] = None
    http: Section[HttpOptions] | None = None
    on_error: Section[OnError] | None = None
    mirrors: Annotated[Opt[tuple[str, ...]], Field(repr=False)] = None
    concurrent_requests: Annotated[Opt[int], ONLY_WMS_LIKE] = None


class WmtsSource(SourceOptions):
    """A Web Map Tile Service that is configured by its own capabilities (own addition).

    :ivar url: of the capabilities.
    :ivar layer: the layer that is shown.
    :ivar matrix_set: the tile matrix set; without it the first one that has tiles of the grid of the cache.
    :ivar style: the style; without it that of the server.
    :ivar format: the format of tiles; without it that of the cache, or another one that there is.
    :ivar dimensions: values of dimensions; without them those of the server.
    :ivar transparent: whether tiles are transparent.
    :ivar on_error: what stands for tiles that the server does not give, by HTTP status or for all ``other`` failures.
    :ivar mirrors: addresses of servers with the same maps, asked where others fail (own addition).
    """

    type: Literal["wmts"]
    url: str = Field(repr=False)
    layer: str
    matrix_set: Opt[str] = None
    style: Opt[str] = None
    format: Opt[str] = None
    dimensions: Opt[dict[str, str]] = None
    transparent: Opt[bool] = None
    image: Section[ImageOptions] | None = None
    http: Section[HttpOptions] | None = None
    on_error: Section[OnError] | None = None
    mirrors: Annotated[Opt[tuple[str, ...]], Field(repr=False)] = None


class DebugSource(SourceOptions):
    """Draws the box and the resolution of each request."""

    type: Literal["debug"]


class GeojsonStyle(Options):
    """``style`` of a geojson source.

    :ivar fill: color of areas and points.
    :ivar fill_opacity: 0 to 1, beside the alpha of the color.
    :ivar stroke: color of lines, and of the outlines of areas and points.
    :ivar stroke_opacity: 0 to 1, beside the alpha of the color.
    :ivar stroke_width: in pixels; 0 for no lines.
    :ivar point_radius: in pixels, the outline included.
    """

    fill: Color = (51, 136, 255)
    fill_opacity: Opacity = 0.2
    stroke: Color = (51, 136, 255)
    stroke_opacity: Opacity = 1.0
    stroke_width: Annotated[float, Field(ge=0, le=100)] = 2.0
    point_radius: Annotated[float, Field(ge=0, le=100)] = 5.0


class GeojsonSource(SourceOptions):
    """Points, lines and areas out of a GeoJSON file, drawn by Tilekeep itself (own addition).

    :ivar filename: relative to the configuration.
    :ivar srs: of the coordinates; by the standard degrees, longitude first.
    :ivar background: color of the ground; without it, transparent.
    :ivar style: colors and widths.
    """

    type: Literal["geojson"]
    filename: str
    srs: str = "EPSG:4326"
    background: Opt[Color] = None
    style: Section[GeojsonStyle] = Field(default_factory=GeojsonStyle.untouched)
    image: Section[ImageOptions] | None = None


class GeotiffSource(SourceOptions):
    """A georeferenced raster file that GDAL reads, such as a cloud optimised GeoTIFF (own addition).

    :ivar filename: relative to the configuration.
    :ivar bands: numbers of the bands that are gray, or red, green and blue, with alpha after them if there is one;
        without it, those of the file.
    :ivar nodata: value of pixels that are transparent; without it, that of the file.
    :ivar transparent: whether maps are transparent outside the raster; true without it.
    """

    type: Literal["geotiff"]
    filename: str
    bands: Opt[Annotated[tuple[Positive, ...], Field(min_length=1, max_length=4)]] = None
    nodata: Opt[float] = None
    transparent: Opt[bool] = None
    image: Section[ImageOptions] | None = None


class PluginSource(SourceOptions):
    """What the options of a source of a plugin are made from (own addition)."""

    #: Whether it only knows tiles of the grid of a cache, and no maps of any box and size.
    tiled_only: ClassVar[bool] = False

    image: Section[ImageOptions] | None = None


Source = Annotated[
    WmsSource
    | TileSource
    | WorldSource
    | MbtilesSource
    | PmtilesSource
    | MapserverSource
    | MapnikSource
    | ArcgisSource
    | OgcApiTilesSource
    | OgcApiMapsSource
    | WmtsSource
    | DebugSource
    | GeojsonSource
    | GeotiffSource,
    ByType,
]
