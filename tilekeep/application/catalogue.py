"""What the tile services offer: every layer by name at once, its working parts on first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tilekeep.application.explain_tile import ExplainTile
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.tile_answer import Tiles
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import UnknownLayer, UnknownTileGrid
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageEncoding


@dataclass(frozen=True, slots=True)
class GridOutline:
    """A grid in which a layer is offered.

    :ivar name: as services call it; ``key`` is what the configuration calls it, mostly the same.
    :ivar srs_token: its SRS code as services spell it in addresses (``EPSG3857``).
    :ivar cache: the cache that holds the tiles.
    """

    name: str
    srs_token: str
    cache: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class LayerOutline:
    """What is known of a layer before any of its parts is built: enough to find and to list it."""

    name: str
    title: str
    abstract: str
    grids: tuple[GridOutline, ...]
    dimensions: tuple[Dimension, ...] = ()


@dataclass(frozen=True, slots=True)
class TileLayer:
    """A layer in one grid, ready to answer.

    :ivar extent: the area with data, in the SRS of the grid.
    :ivar geographic_extent: the same in WGS 84 degrees, x/y order, within the limits of the grid's projection.
    :ivar encoding: how the tiles of its cache are encoded; services advertise its public media type.
    :ivar blank: the body of an empty tile, always a transparent PNG (spec/caches.md, 15).
    """

    outline: LayerOutline
    grid: TileGrid
    get_tile: Tiles
    explain: ExplainTile
    encoding: ImageEncoding
    extent: BBox
    geographic_extent: BBox
    blank: bytes = field(repr=False)


class Catalogue:
    """All tile layers of a configuration, in its order.

    Args:
        outlines: the layers by name.
        build: makes the working parts of a layer in one of its grids; called once for each, on first use.
    """

    def __init__(
        self, outlines: Mapping[str, LayerOutline], build: Callable[[LayerOutline, GridOutline], TileLayer]
    ) -> None:
        self._outlines = outlines
        self._tile_layers: OncePerKey[tuple[str, str], TileLayer] = OncePerKey(self._built)
        self._build = build

    @property
    def layers(self) -> Sequence[LayerOutline]:
        """All layers in the order of the configuration."""
        return tuple(self._outlines.values())

    def outline(self, name: str) -> LayerOutline:
        """The layer called ``name``.

        :raises UnknownLayer: there is none.
        """
        try:
            return self._outlines[name]
        except KeyError:
            raise UnknownLayer(f"unknown layer: {name}", locator="layer") from None

    def tile_layer(self, name: str, grid: str) -> TileLayer:
        """The layer ``name`` in the grid called ``grid``, built on first use.

        :raises UnknownLayer: no such layer.
        :raises UnknownTileGrid: the layer is not offered in this grid.
        """
        return self._tile_layers((name, grid))

    def _built(self, wanted: tuple[str, str]) -> TileLayer:
        name, grid = wanted
        outline = self.outline(name)
        for candidate in outline.grids:
            if candidate.name == grid:
                return self._build(outline, candidate)
        raise UnknownTileGrid(f"layer {name} is not offered in the grid {grid}", locator="tilematrixset")
