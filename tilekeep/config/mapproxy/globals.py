"""``globals``: defaults for everything else (spec/config-globals-grids.md, 6)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.byte_sizes import ByteSize
from tilekeep.config.mapproxy.http import GlobalHttpOptions
from tilekeep.config.mapproxy.image import MERGE_METHOD, ImageOptions, Resampling
from tilekeep.config.mapproxy.map_options import OgcApiDefaults, WmsDefaults
from tilekeep.config.mapproxy.markers import NoEffect
from tilekeep.config.mapproxy.options import (
    Duration,
    HostAndPort,
    NotNegative,
    NotNegativeNumber,
    Opt,
    Options,
    PairOfWhole,
    Permissions,
    PositiveNumber,
    Section,
    whole_number,
)
from tilekeep.config.mapproxy.services import Background

AXIS_ORDER = NoEffect("the axis order comes from the definition of the SRS")

SingleColorLinks = Literal["symlink", "hardlink"] | bool


class S3Defaults(Options):
    """``globals.cache.s3``: what s3 caches have unless they say otherwise.

    :ivar bucket_name: of the bucket.
    :ivar profile_name: of the files of AWS, for credentials and region.
    :ivar region_name: of the bucket.
    :ivar endpoint_url: address of another service than AWS.
    :ivar access_control_list: canned ACL of new tiles.
    :ivar use_http_get: whether tiles are read without credentials, as from a public bucket.
    :ivar include_grid_name: whether directory is followed by the name of the grid.
    """

    bucket_name: Opt[str] = None
    profile_name: Opt[str] = None
    region_name: Opt[str] = None
    endpoint_url: Opt[str] = None
    access_control_list: Opt[str] = None
    use_http_get: Opt[bool] = None
    include_grid_name: Opt[bool] = None


class AzureDefaults(Options):
    """``globals.cache.azureblob``: what azureblob caches have unless they say otherwise.

    :ivar connection_string: of the account; AZURE_STORAGE_CONNECTION_STRING in the environment comes first.
    :ivar container_name: of the container.
    """

    connection_string: Opt[str] = Field(default=None, repr=False)
    container_name: Opt[str] = None


class Refresh(Options):
    """``refresh``: what a request for a stale tile gets (own addition).

    :ivar mode: wait for the new tile, as the reference does; deadline, wait for some time and then show the old one;
        or background, show the old one at once.
    :ivar deadline: how long mode deadline waits.
    :ivar max_stale: how long after it has become stale a tile may still be shown; for ever without it.
    """

    mode: Opt[Literal["wait", "deadline", "background"]] = None
    deadline: Opt[Duration] = None
    max_stale: Opt[Duration] = None


class GlobalCache(Options):
    """``globals.cache``.

    :ivar base_dir: directory of all caches that name none, relative to the configuration.
    :ivar lock_dir: where slots of concurrent_requests are counted.
    :ivar tile_lock_dir: where it is noted which tiles are being made; without it, beside the tiles of each cache.
    :ivar directory_permissions: octal digits in quotes for new directories.
    :ivar file_permissions: octal digits in quotes for new files.
    :ivar meta_size: tiles across and down that are requested together.
    :ivar meta_buffer: pixels around these that are requested and cut off.
    :ivar bulk_meta_tiles: whether sources of tiles are asked for all tiles of a meta tile.
    :ivar max_tile_limit: a map that needs this many tiles of a cache is refused.
    :ivar max_map_tiles: a map whose layers together read or fill more tiles is refused; without it, four times what
        one layer may (own addition).
    :ivar minimize_meta_requests: whether missing tiles of one request are made with one request to the source.
    :ivar concurrent_tile_creators: requests that one client's request may cause at a time.
    :ivar link_single_color_images: whether tiles of one color are links to one file: true, symlink or hardlink.
    :ivar s3: options of s3 caches.
    :ivar azureblob: options of azureblob caches.
    :ivar sqlite_timeout: seconds that sqlite, mbtiles and geopackage caches wait for a locked file.
    :ivar sqlite_wal: whether their new files get a write-ahead log; without it, those on a local disk.
    :ivar failure_seconds: how long a block that failed upstream is not asked for again (own addition).
    :ivar refresh: what requests for stale tiles get (own addition).
    :ivar ledger: whether account is kept of the tiles that are stored, by level and area (own addition).
    :ivar ledger_dir: directory of these accounts, which all hosts with the same caches have to share; without it,
        tilekeep_ledger in base_dir (own addition).
    :ivar min_free_space: of the disk below which caches on it take no more tiles, in bytes or as 10G; tiles are still
        delivered (own addition).
    :ivar min_free_inodes: how many more files the disk has to have room for, likewise (own addition).
    """

    base_dir: str = "./cache_data"
    lock_dir: str = "./cache_data/tile_locks"
    tile_lock_dir: Opt[str] = None
    directory_permissions: Opt[Permissions] = None
    file_permissions: Opt[Permissions] = None
    meta_size: PairOfWhole = (4, 4)
    meta_buffer: NotNegative = 80
    bulk_meta_tiles: bool = False
    max_tile_limit: PositiveNumber = 500
    max_map_tiles: Opt[PositiveNumber] = None
    minimize_meta_requests: bool = False
    concurrent_tile_creators: Annotated[int, Field(ge=1)] = 2
    link_single_color_images: SingleColorLinks = False
    failure_seconds: NotNegativeNumber = 5.0
    refresh: Section[Refresh] | None = None
    ledger: bool = True
    ledger_dir: Opt[str] = None
    min_free_space: ByteSize = 0
    min_free_inodes: NotNegative = 0
    s3: Section[S3Defaults] | None = None
    azureblob: Section[AzureDefaults] | None = None
    sqlite_timeout: Opt[PositiveNumber] = None
    sqlite_wal: Opt[bool] = None


class MeetingPoint(Options):
    """``globals.redis``: a Redis where locks, failures and limits of all hosts meet (own addition).

    :ivar url: redis://user:password@host:port/db, or rediss:// for TLS, instead of host, port and db.
    :ivar host: of the server.
    :ivar port: of the server.
    :ivar db: number of the database.
    :ivar username: for a server that wants one.
    :ivar password: for a server that wants one.
    :ivar unix_socket: path of a socket of this machine instead of host and port.
    :ivar sentinels: host:port of each sentinel to ask where the master is.
    :ivar master_name: what the sentinels call it.
    :ivar cluster: whether it is a cluster.
    :ivar nodes: host:port of some nodes of it; without them, host and port.
    :ivar timeout: how long the server may be silent; without it, 5 seconds.
    :ivar prefix: with which keys begin; hosts with the same one belong together.
    :ivar ssl_certfile: certificate of the client; with ssl_keyfile the connection is encrypted.
    :ivar ssl_keyfile: key of that certificate.
    :ivar ssl_ca_certs: trusted certificates for an encrypted connection; without it, those of the system.
    """

    url: Opt[str] = Field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 6379
    db: NotNegative = 0
    username: Opt[str] = None
    password: Opt[str] = Field(default=None, repr=False)
    unix_socket: Opt[str] = None
    sentinels: Opt[tuple[HostAndPort, ...]] = None
    master_name: Opt[str] = None
    cluster: bool = False
    nodes: Opt[tuple[HostAndPort, ...]] = None
    timeout: Opt[PositiveNumber] = None
    prefix: str = "tilekeep:"
    ssl_certfile: Opt[str] = None
    ssl_keyfile: Opt[str] = None
    ssl_ca_certs: Opt[str] = None


class GlobalImage(Options):
    """``globals.image``.

    :ivar resampling_method: how pixels are found in scaled and reprojected images.
    :ivar paletted: whether PNG tiles get a palette of 256 colors unless colors says otherwise.
    :ivar jpeg_quality: quality of JPEG tiles and maps.
    :ivar stretch_factor: how much a level may be enlarged before the next one is taken.
    :ivar max_shrink_factor: how far the coarsest level may be shrunk; coarser maps are empty.
    :ivar formats: options of image formats, by media type or by names of your own.
    :ivar transparent_color_tolerance: how far colors may be from the transparent_color of a source and still be
        transparent.
    :ivar font_dir: directory with DejaVuSans.ttf and DejaVuSansMono.ttf for texts in images.
    """

    resampling_method: Resampling = "bicubic"
    paletted: bool = True
    jpeg_quality: Annotated[int, Field(ge=0, le=100), BeforeValidator(whole_number)] = 90
    stretch_factor: PositiveNumber = 1.15
    max_shrink_factor: PositiveNumber = 4.0
    formats: Section[dict[str, Section[ImageOptions]]] = Field(default_factory=dict)
    font_dir: Opt[str] = None
    merge_method: Annotated[Opt[str], MERGE_METHOD] = None
    transparent_color_tolerance: Opt[NotNegativeNumber] = None


class GlobalGrid(Options):
    """``globals.grid``."""

    tile_size: PairOfWhole = (256, 256)


class GlobalSrs(Options):
    """``globals.srs``.

    :ivar preferred_src_proj: for an SRS, the list of those from which maps in it are best made.
    :ivar proj_data_dir: directory of PROJ data.
    """

    preferred_src_proj: Section[dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    proj_data_dir: Opt[str] = None
    axis_order_ne: Annotated[Opt[tuple[str, ...]], AXIS_ORDER] = None
    axis_order_en: Annotated[Opt[tuple[str, ...]], AXIS_ORDER] = None


class GlobalTiles(Options):
    """``globals.tiles``.

    :ivar expires_hours: how long clients may keep tiles.
    :ivar expires: fixed is that time for all tiles, by_age at most until a tile is stale; clients are then told its
        age, and for how long they may show it afterwards (own addition).
    :ivar state_header: whether X-Tilekeep-Cache says where a tile or map came from (own addition).
    :ivar accel_redirect: location of nginx, such as /stored/, by which it sends files below globals.cache.base_dir
        itself; everybody has to come through nginx then (own addition).
    """

    expires_hours: NotNegativeNumber = 72.0
    expires: Literal["fixed", "by_age"] = "fixed"
    state_header: bool = False
    accel_redirect: Opt[Annotated[str, Field(pattern=r"^/([A-Za-z0-9._-]+/)+$")]] = None


class MapserverDefaults(Options):
    """``globals.mapserver``, and ``mapserver`` of a mapserver source.

    :ivar binary: the program, relative to the configuration; without it, ``mapserv`` in the PATH.
    :ivar working_dir: the directory it runs in; without it, that of the program.
    """

    binary: Opt[str] = None
    working_dir: Opt[str] = None


class Renderd(Options):
    """``globals.renderd``.

    :ivar address: URL of a process that makes the tiles of all caches that store them.
    """

    address: Opt[str] = Field(default=None, repr=False)


#: First parts of paths that belong to services.
_TAKEN_PATHS = frozenset(
    {"/demo", "/health", "/kml", "/ogcapi", "/ows", "/service", "/tilejson", "/tiles", "/tms", "/wms", "/wmts"}
)


def _free_path(path: str) -> str:
    """A path that no service has."""
    if path in _TAKEN_PATHS:
        raise PydanticCustomError("metrics_path", "the path belongs to a service; name another one, such as /metrics")
    return path


class MetricsOptions(Options):
    """``globals.metrics``: measurements of what goes on, in the text format of Prometheus (own addition).

    Nothing is measured unless path or bind says where the measurements are to be seen.

    :ivar path: of this application, such as /metrics, for everybody who reaches it; without it, none.
    :ivar bind: host:port to listen on for them alone, by one process of those that share the directory.
    :ivar directory: where the processes of a host add up what they measure; without it, metrics in
        globals.cache.lock_dir.
    """

    path: Opt[Annotated[str, AfterValidator(_free_path), Field(pattern=r"^/[A-Za-z0-9_]+$")]] = None
    bind: Opt[HostAndPort] = None
    directory: Opt[str] = None


class LoggingOptions(Options):
    """``globals.logging``: which events of every day are logged (own addition).

    :ivar access: whether each request of a client is, as tilekeep.access; requests then have names, which are taken
        from X-Request-ID if a proxy has given them one, stand in everything that is logged of them, and are told back.
    :ivar upstream: whether each request to a map server is, as tilekeep.source.request.
    """

    access: bool = False
    upstream: bool = True


class TracingOptions(Options):
    """``globals.tracing``: spans for OpenTelemetry; where to and how many, its OTEL_* variables say (own addition).

    :ivar accept: whether requests may say by traceparent that they are part of a trace, which decides whether they are
        recorded; for servers behind proxies that take that header off what comes from outside.
    :ivar propagate: whether servers of sources are told of the trace by traceparent.
    """

    accept: bool = False
    propagate: bool = False


class Interceptors(Options):
    """``globals.interceptors``: WSGI middleware of plugins, each with its options (own addition)."""


class GlobalSettings(Options):
    """Everything under ``globals``.

    :ivar tracing: spans are sent if it is there, even if left empty (own addition).
    :ivar interceptors: middleware of plugins by name; the first sees requests first (own addition).
    """

    cache: Section[GlobalCache] = Field(default_factory=GlobalCache.untouched)
    image: Section[GlobalImage] = Field(default_factory=GlobalImage.untouched)
    http: Section[GlobalHttpOptions] = Field(default_factory=GlobalHttpOptions.untouched)
    grid: Section[GlobalGrid] = Field(default_factory=GlobalGrid.untouched)
    srs: Section[GlobalSrs] = Field(default_factory=GlobalSrs.untouched)
    tiles: Section[GlobalTiles] = Field(default_factory=GlobalTiles.untouched)
    mapserver: Section[MapserverDefaults] | None = None
    renderd: Section[Renderd] | None = None
    redis: Section[MeetingPoint] | None = None
    metrics: Section[MetricsOptions] | None = None
    logging: Section[LoggingOptions] = Field(default_factory=LoggingOptions.untouched)
    tracing: Section[TracingOptions | None] = None
    interceptors: Section[Interceptors] = Field(default_factory=Interceptors.untouched)
    background: Section[Background] | None = None
    wms: Section[WmsDefaults] | None = None
    ogcapi: Section[OgcApiDefaults] | None = None
