"""``caches``: what is stored, where, and from which sources (spec/caches.md, 1-3)."""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.backends import Backend
from tilekeep.config.mapproxy.byte_sizes import ByteSize
from tilekeep.config.mapproxy.globals import Refresh, SingleColorLinks
from tilekeep.config.mapproxy.image import ImageOptions
from tilekeep.config.mapproxy.markers import NoEffect
from tilekeep.config.mapproxy.options import (
    Color,
    NotNegative,
    Opt,
    Options,
    PairOfWhole,
    PositiveNumber,
    Section,
    whole_number,
)
from tilekeep.domain.bands import MOST_BANDS


def _local_time(value: Any) -> Any:
    """A timestamp; text in ISO form is one too."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())  # local time, as the reference takes it
    if isinstance(value, str):
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("time", "expected a time such as 2024-12-31T23:59:59")


class RefreshBefore(Options):
    """``refresh_before``: what makes a tile stale (spec/caches.md, 8).

    :ivar time: tiles from before it are stale.
    :ivar mtime: tiles from before the last change of this file are stale.
    :ivar weeks: age in weeks at which tiles are stale; units add up.
    :ivar days: age in days.
    :ivar hours: age in hours.
    :ivar minutes: age in minutes.
    :ivar seconds: age in seconds.
    """

    time: Opt[Annotated[dt.datetime, BeforeValidator(_local_time), WithJsonSchema({"type": "string"})]] = None
    mtime: Opt[str] = None
    weeks: Opt[float] = None
    days: Opt[float] = None
    hours: Opt[float] = None
    minutes: Opt[float] = None
    seconds: Opt[float] = None


class Watermark(Options):
    """``watermark``: text on every tile; an opacity of 255 hides what lies under it (spec/caches.md, 10).

    :ivar text: nothing for no watermark.
    :ivar opacity: 0 to 255.
    :ivar font_size: in points.
    :ivar color: of the text.
    :ivar spacing: wide leaves out every second tile.
    """

    text: Opt[str] = None
    opacity: Opt[Annotated[float, Field(ge=0, le=255)]] = None
    font_size: Opt[PositiveNumber] = None
    color: Opt[Color] = None
    spacing: Opt[Literal["wide"]] = None


class Quota(Options):
    """``quota``: how much a cache may hold (own addition).

    :ivar max_size: of the tiles of one grid together, in bytes or as 500M or 10G; of more, those go that have not been
        used for long and are cheap to make again.
    """

    max_size: Annotated[ByteSize, Field(gt=0)]


class VariantOptions(Options):
    """``variants``: other forms in which the tiles of a cache are offered (own addition).

    :ivar formats: other image formats, preferred ones first: media types, or names of globals.image.formats.  Clients
        that name one of them in Accept get it.
    :ivar double: where tiles with twice the pixels (@2x) come from: put together from the next level, or asked of the
        source.
    :ivar keep: whether they are stored once they have been made.
    """

    formats: tuple[str, ...] = ()
    double: Opt[Literal["next_level", "source"]] = None
    keep: bool = True


#: What a band may be multiplied by; more makes nothing but white or black.
LARGEST_FACTOR = 65536.0


class BandSource(Options):
    """One band of a source, and what its values are multiplied by.

    :ivar source: name of the source or cache.
    :ivar band: counted from 0: red, green, blue, alpha.
    :ivar factor: a band with any other than 1 is added to what is there, one with 1 takes its place.
    """

    source: str
    band: Annotated[int, Field(ge=0, lt=MOST_BANDS), BeforeValidator(whole_number)]
    factor: Annotated[float, Field(ge=-LARGEST_FACTOR, le=LARGEST_FACTOR)] = 1.0


#: Bands of the result, each with those it is mixed from (spec/caches.md, 11).
Bands = dict[Literal["r", "g", "b", "a", "l"], tuple[BandSource, ...]]


def _source_names(value: Any) -> Any:
    """A list of names, or a mapping of bands."""
    if not isinstance(value, tuple | dict):
        raise PydanticCustomError("source_names", "expected a list of source names")
    return value


class VectorLayerOptions(Options):
    """One layer of the vector tiles of a cache, as documents describe it (own addition).

    :ivar id: its name in the tiles.
    :ivar fields: names of attributes, each with what it is.
    :ivar description: for people.
    :ivar minzoom: first level that has it.
    :ivar maxzoom: last level that has it.
    """

    id: str
    fields: Section[dict[str, str]] = Field(default_factory=dict)
    description: Opt[str] = None
    minzoom: Opt[NotNegative] = None
    maxzoom: Opt[NotNegative] = None


#: How many levels away tiles may be drawn from; more is a mistake, as no grid has tiles of use so far away.
Levels = Annotated[int, Field(ge=0, le=50), BeforeValidator(whole_number)]


class Cache(Options):
    """One entry of ``caches``.

    :ivar sources: names of sources or of other caches, bottom first; none for tiles that are just there.  Or, for
        each band of the result (r, g, b, a, or l alone for grey), the bands of sources it is made of.
    :ivar grids: names of grids; each has tiles of its own.
    :ivar cache_dir: directory instead of the one of globals.
    :ivar meta_size: tiles across and down that are requested together.
    :ivar meta_buffer: pixels around these that are requested and cut off.
    :ivar bulk_meta_tiles: whether sources of tiles are asked for all tiles of a meta tile.
    :ivar minimize_meta_requests: whether missing tiles of one request are made with one request to the source.
    :ivar concurrent_tile_creators: requests that one client's request may cause at a time.
    :ivar disable_storage: whether nothing is stored.
    :ivar format: of stored tiles: a media type, mixed, or a name of globals.image.formats.
    :ivar request_format: of requests to sources.
    :ivar use_direct_from_level: level from which on the source is asked each time.
    :ivar use_direct_from_res: resolution from which on the source is asked each time.
    :ivar link_single_color_images: whether tiles of one color are links to one file: true, symlink or hardlink.
    :ivar cache_rescaled_tiles: whether tiles made from other levels are stored.
    :ivar upscale_tiles: from how many levels above missing tiles may be made.
    :ivar downscale_tiles: from how many levels below missing tiles may be made.
    :ivar refresh_before: what makes tiles stale.
    :ivar refresh: what requests for stale tiles get (own addition).
    :ivar watermark: text on every tile.
    :ivar ledger: whether account is kept of the tiles that are stored (own addition).
    :ivar quota: how much it may hold (own addition).
    :ivar cache: where and how tiles are stored.
    :ivar variants: other forms in which tiles are offered: formats by Accept, and @2x (own addition).
    :ivar vector_layers: what TileJSON says of the layers of vector tiles, which nobody looks into (own addition).
    """

    sources: Annotated[tuple[str, ...] | Bands, BeforeValidator(_source_names)]
    name: Annotated[Opt[str], NoEffect("the name of a cache is its key")] = None
    grids: Opt[tuple[str, ...]] = None
    cache_dir: Opt[str] = None
    meta_size: Opt[PairOfWhole] = None
    meta_buffer: Opt[NotNegative] = None
    bulk_meta_tiles: Opt[bool] = None
    minimize_meta_requests: Opt[bool] = None
    concurrent_tile_creators: Opt[Annotated[int, Field(ge=1)]] = None
    disable_storage: bool = False
    format: Opt[str] = None
    image: Section[ImageOptions] | None = None
    request_format: Opt[str] = None
    use_direct_from_level: Opt[NotNegative] = None
    use_direct_from_res: Opt[PositiveNumber] = None
    link_single_color_images: Opt[SingleColorLinks] = None
    cache_rescaled_tiles: bool = False
    upscale_tiles: Levels = 0
    downscale_tiles: Levels = 0
    refresh_before: Section[RefreshBefore] | None = None
    refresh: Section[Refresh] | None = None
    watermark: Section[Watermark] | None = None
    ledger: Opt[bool] = None
    quota: Section[Quota] | None = None
    cache: Opt[Backend] = None
    variants: Section[VariantOptions] | None = None
    vector_layers: Opt[tuple[VectorLayerOptions, ...]] = None

    @property
    def source_names(self) -> tuple[str, ...]:
        """The names of all sources; of those whose bands are merged each once."""
        if isinstance(self.sources, tuple):
            return self.sources
        return tuple(dict.fromkeys(part.source for parts in self.sources.values() for part in parts))
