"""What the parts of plugins are made with, besides their own options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tilekeep.application.catalogue import Catalogue
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.image import Raster
from tilekeep.domain.map_query import Fetched, NotModified, UpstreamRequest
from tilekeep.domain.tile import TileSet
from tilekeep.ports.clock import Clock
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.projection import Projection


class ImageServer(Protocol):
    """Asks one server for images, within the limits that all its sources share: slots, rate, breaker, sizes, time."""

    def image(self, request: UpstreamRequest, purpose: Purpose, deadline: Deadline) -> Fetched | NotModified:
        """What the server answers; ``NotModified`` only to a request with conditions.

        :raises SourceError: no usable answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a source is made with.

    :ivar name: as the configuration calls it.
    :ivar base_dir: absolute directory of the configuration, where relative paths in options start.
    :ivar raster: makes of a Pillow image what ``Drawn`` answers with.
    :ivar server: what asks the server at an address with ``http://`` or ``https://``, which may hold credentials.
    """

    name: str
    base_dir: str
    imaging: Imaging
    projection: Projection
    clock: Clock
    raster: Callable[[Any], Raster]
    server: Callable[[str], ImageServer]


@dataclass(frozen=True, slots=True)
class StoreContext:
    """What the store of one cache in one grid is made with.

    :ivar tile_set: names of cache, grid and format.
    :ivar place: absolute directory that is this cache's and grid's alone; it need not exist.
    :ivar base_dir: absolute directory of the configuration, where relative paths in options start.
    :ivar media_type: of every tile, or None where tiles may differ.
    :ivar dimension_names: of the dimensions that tiles have.
    :ivar directory_permissions: of new directories; None leaves them to the umask, as ``file_permissions`` of files.
    """

    tile_set: TileSet
    place: str
    base_dir: str
    media_type: str | None
    dimension_names: Sequence[str]
    directory_permissions: int | None
    file_permissions: int | None
    clock: Clock


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """A layer or group as the configuration has it.

    :ivar name: None for a group that is only a heading.
    :ivar metadata: the keys of plugins under ``md``, as their models read them.
    """

    name: str | None
    title: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """What a service, an interceptor or a demo page is made with.

    :ivar name: of the entry point; a service answers below ``/name``.
    :ivar base_dir: absolute directory of the configuration, where relative paths in options start.
    :ivar layers: all layers and groups, parents first.
    :ivar catalogue: the tile layers, with the tiles behind them.
    """

    name: str
    base_dir: str
    layers: Sequence[LayerFacts]
    catalogue: Catalogue
    projection: Projection
    clock: Clock
