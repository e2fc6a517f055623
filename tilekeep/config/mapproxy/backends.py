"""``caches.*.cache``: the kinds of stores and their options (spec/caches.md, 3)."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.byte_sizes import ByteSize
from tilekeep.config.mapproxy.coverage import Coverage
from tilekeep.config.mapproxy.globals import AzureDefaults, S3Defaults
from tilekeep.config.mapproxy.http import HttpOptions
from tilekeep.config.mapproxy.options import (
    ByType,
    Duration,
    HostAndPort,
    NotNegative,
    Opt,
    Options,
    Permissions,
    PositiveNumber,
    Section,
    whole_number,
)

#: How the address of a tile becomes a path (spec/caches.md, 3.1.1); wmts is an own addition.
DirectoryLayout = Literal["tc", "mp", "tms", "reverse_tms", "quadkey", "arcgis", "wmts"]

_TABLE_NAME = re.compile(r"[A-Za-z0-9_-]+")


def _table_name(value: Any) -> Any:
    """The name of a table that needs no quotes in SQL."""
    if isinstance(value, str) and not _TABLE_NAME.fullmatch(value):
        raise PydanticCustomError("table_name", "expected letters, digits, '_' and '-' only")
    return value


class BackendOptions(Options):
    """Options that all stores share.

    :ivar coverage: where the cache has tiles.
    :ivar tile_lock_dir: where it is noted which tiles are being made.
    :ivar max_age: of a tier before the last: how long its tiles are good without a look at the last (own addition).
    """

    #: Stores that a later version brings say so here.
    later: ClassVar[bool] = True

    coverage: Section[Coverage] | None = None
    tile_lock_dir: Opt[str] = None
    max_age: Opt[Duration] = None


class OnDisk(BackendOptions):
    """Options of stores in files of this machine.

    :ivar directory_permissions: octal digits in quotes for new directories.
    :ivar file_permissions: octal digits in quotes for new files.
    """

    directory_permissions: Opt[Permissions] = None
    file_permissions: Opt[Permissions] = None


class InDatabase(OnDisk):
    """Options of stores in databases that MapProxy may be using too.

    :ivar sqlite_timeout: seconds to wait for a file that another program has locked.
    :ivar sqlite_wal: whether new files get a write-ahead log; without it, those on a local disk.
    """

    sqlite_timeout: Opt[PositiveNumber] = None
    sqlite_wal: Opt[bool] = None


class FileBackend(OnDisk):
    """A directory with one file per tile (spec/caches.md, 3.1).

    :ivar directory: of the tiles; the name of the cache and of its grid are not added.
    :ivar directory_layout: how tiles are named.
    :ivar use_grid_names: whether directories are named after grids, not after their SRS.
    :ivar share_identical_images: whether identical tiles of a meta tile are links to one file (own addition).
    """

    later: ClassVar[bool] = False

    type: Literal["file"] = "file"
    directory: Opt[str] = None
    directory_layout: DirectoryLayout = "tc"
    use_grid_names: bool = False
    share_identical_images: bool = False


#: How the rows of tiles are counted: as in the grid, as MapProxy does, or as the standard of the format has it.
RowOrder = Literal["grid", "standard"]


class SqliteBackend(InDatabase):
    """One SQLite file for each level (spec/caches.md, 3.3).

    :ivar directory: of the files, in a directory named after the grid.
    :ivar ttl: seconds after which tiles count as missing, 0 for never.
    :ivar share_identical_images: whether tiles of a level with the same bytes share them in a new file (own addition).
    """

    later: ClassVar[bool] = False

    type: Literal["sqlite"]
    directory: Opt[str] = None
    ttl: NotNegative = 0
    share_identical_images: bool = False


class MbtilesBackend(InDatabase):
    """One MBTiles file (spec/caches.md, 3.2).

    :ivar filename: of the file, in the directory of caches; one that begins with ./ starts at the configuration.
    :ivar row_order: grid counts rows as MapProxy does, standard as other programs expect it (own addition).
    :ivar share_identical_images: whether tiles with the same bytes share them in a new file (own addition).
    """

    later: ClassVar[bool] = False

    type: Literal["mbtiles"]
    filename: Opt[str] = None
    row_order: RowOrder = "grid"
    share_identical_images: bool = False


class GeopackageBackend(OnDisk):
    """A GeoPackage, or one for each level (spec/caches.md, 3.4).

    :ivar filename: of the file, in the directory of caches; one that begins with ./ starts at the configuration.
    :ivar directory: of the files of levels, in a directory named after the grid.
    :ivar table_name: of the table of tiles.
    :ivar levels: whether each level has a file of its own.
    :ivar row_order: grid counts rows as MapProxy does, standard as other programs expect it (own addition).
    """

    later: ClassVar[bool] = False

    type: Literal["geopackage"]
    filename: Opt[str] = None
    directory: Opt[str] = None
    table_name: Opt[Annotated[str, BeforeValidator(_table_name)]] = None
    levels: bool = False
    row_order: RowOrder = "grid"


class CouchdbBackend(BackendOptions):
    """A document for each tile in a CouchDB database (spec/caches.md, 3.6).

    :ivar url: of the server; user and password may stand in it.
    :ivar db_name: of the database, in small letters; without it, the name of the cache and its SRS.
    :ivar tile_id: of documents, with %(grid_name)s, %(z)s, %(x)s and %(y)s, behind %(couch_url)s/.
    :ivar tile_metadata: what documents say besides: text, or {{x}}, {{y}}, {{z}}, {{level}}, {{timestamp}},
        {{utc_iso}}, {{tile_centroid}} and {{wgs_tile_centroid}}.
    """

    later: ClassVar[bool] = False

    type: Literal["couchdb"]
    url: str = Field(default="http://127.0.0.1:5984", repr=False)
    db_name: Opt[str] = None
    tile_metadata: Section[dict[str, Any]] = Field(default_factory=dict)
    tile_id: str = "%(couch_url)s/%(grid_name)s-%(z)s-%(x)s-%(y)s"


class S3Backend(S3Defaults, BackendOptions):
    """A bucket of S3 or of a compatible service (spec/caches.md, 3.8); what is not set is as in globals.

    :ivar directory_layout: how tiles are named.
    :ivar directory: what the keys of tiles begin with; without it, the names of the cache and of its grid.
    """

    later: ClassVar[bool] = False

    type: Literal["s3"]
    directory_layout: DirectoryLayout = "tms"
    directory: Opt[str] = None


class RedisBackend(BackendOptions):
    """Keys of a Redis server, of the master that sentinels know, or of a cluster (spec/caches.md, 3.7).

    :ivar host: of the server.
    :ivar port: of the server.
    :ivar db: number of the database.
    :ivar url: redis://user:password@host:port/db instead of these, or rediss:// for TLS (own addition).
    :ivar unix_socket: path of a socket of this machine instead of host and port (own addition).
    :ivar sentinels: host:port of each sentinel to ask where the master is (own addition).
    :ivar master_name: what the sentinels call it (own addition).
    :ivar cluster: whether it is a cluster (own addition).
    :ivar nodes: host:port of some nodes of it; without them, host and port (own addition).
    :ivar timeout: how long the server may be silent; without it, 5 seconds (own addition).
    :ivar username: for a server that wants one.
    :ivar password: for a server that wants one.
    :ivar prefix: with which keys begin; without it, the names of cache and grid.
    :ivar default_ttl: seconds after which the server forgets a tile, 0 for never.
    :ivar ssl_certfile: certificate of the client; with ssl_keyfile the connection is encrypted.
    :ivar ssl_keyfile: key of that certificate.
    :ivar ssl_ca_certs: trusted certificates for an encrypted connection; without it, those of the system.
    """

    later: ClassVar[bool] = False

    type: Literal["redis"]
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 6379
    password: Opt[str] = Field(default=None, repr=False)
    username: Opt[str] = None
    db: NotNegative = 0
    url: Opt[str] = Field(default=None, repr=False)
    unix_socket: Opt[str] = None
    sentinels: Opt[tuple[HostAndPort, ...]] = None
    master_name: Opt[str] = None
    cluster: bool = False
    nodes: Opt[tuple[HostAndPort, ...]] = None
    timeout: Opt[PositiveNumber] = None
    prefix: Opt[str] = None
    default_ttl: NotNegative = 3600
    ssl_certfile: Opt[str] = None
    ssl_keyfile: Opt[str] = None
    ssl_ca_certs: Opt[str] = None


class CompactBackend(OnDisk):
    """A directory with bundles of 128 by 128 tiles, as ArcGIS has them (spec/caches.md, 3.5).

    :ivar version: 1 with an index file beside each bundle, 2 with the index inside.
    :ivar directory: of the levels; the names of the cache and of its grid are not added.
    """

    later: ClassVar[bool] = False

    type: Literal["compact"]
    version: Annotated[Literal[1, 2], BeforeValidator(whole_number)]
    directory: Opt[str] = None


class AzureBackend(AzureDefaults, BackendOptions):
    """A container of Azure Blob Storage (spec/caches.md, 3.9); what is not set is as in globals.

    :ivar directory_layout: how tiles are named.
    :ivar directory: what the names of blobs begin with; without it, the names of the cache and of its grid.
    """

    later: ClassVar[bool] = False

    type: Literal["azureblob"]
    directory_layout: DirectoryLayout = "tms"
    directory: Opt[str] = None


class MemoryBackend(BackendOptions):
    """The memory of each process, mostly in front of other stores (own addition).

    :ivar max_size: how much each process takes for the tiles of each grid, such as 256M; those that nobody asked for
        longest make room.
    """

    later: ClassVar[bool] = False

    type: Literal["memory"]
    max_size: Annotated[ByteSize, Field(gt=0)] = 64 << 20


class PmtilesBackend(BackendOptions):
    """A PMTiles archive, which is only read (own addition).

    :ivar filename: of the archive, in the directory of caches; one that begins with ./ starts at the configuration.
    :ivar url: of an archive on a web server that answers requests for parts of files.
    """

    later: ClassVar[bool] = False

    type: Literal["pmtiles"]
    filename: Opt[str] = None
    url: Opt[str] = Field(default=None, repr=False)
    http: Section[HttpOptions] | None = None


#: A single store.
PlainBackend = Annotated[
    FileBackend
    | SqliteBackend
    | MbtilesBackend
    | GeopackageBackend
    | CouchdbBackend
    | S3Backend
    | RedisBackend
    | CompactBackend
    | AzureBackend
    | MemoryBackend
    | PmtilesBackend,
    ByType,
]


class TiersBackend(BackendOptions):
    """Fast stores in front of a slow one that has all tiles (own addition).

    :ivar tiers: the stores, the fastest first.
    """

    later: ClassVar[bool] = False

    type: Literal["tiers"]
    tiers: Annotated[tuple[PlainBackend, ...], Field(min_length=2)]


Backend = Annotated[
    FileBackend
    | SqliteBackend
    | MbtilesBackend
    | GeopackageBackend
    | CouchdbBackend
    | S3Backend
    | RedisBackend
    | CompactBackend
    | AzureBackend
    | MemoryBackend
    | PmtilesBackend
    | TiersBackend,
    ByType,
]


class PluginBackend(BackendOptions):
    """What the options of a store of a plugin are made from (own addition).

    :ivar directory: of the tiles; the name of the cache and of its grid are not added.
    """

    later: ClassVar[bool] = False

    directory: Opt[str] = None
