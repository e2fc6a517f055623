"""What the tile services offer: every layer by name at once, its working parts on first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tilekeep.application.explain_form import ExplainForm
from tilekeep.application.explain_tile import ExplainTile
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.tile_answer import Tiles
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import UnknownLayer, UnknownTileGrid
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.service_metadata import Attribution
from tilekeep.domain.tile_variant import NO_VARIANTS, Variants
from tilekeep.domain.vector_layer import VectorLayer


@dataclass(frozen=True, slots=True)
class GridOutline:
    """A grid in which a layer is offered.

    :ivar name: as services call it; ``key`` is what the configuration calls it, mostly the same.
    :ivar srs_token: its SRS code as services spell it in addresses (``EPSG3857``).
    :ivar cache: the cache that holds the tiles.
    :ivar info_sources: names of the sources that are asked about places on the tiles.
    :ivar vector_layers: what is said of the layers of vector tiles.
    """

    name: str
    srs_token: str
    cache: str
    key: str = ""
    info_sources: tuple[str, ...] = ()
    vector_layers: tuple[VectorLayer, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerOutline:
    """What is known of a layer before any of its parts is built: enough to find and to list it.

    :ivar wmts_kvp_legend_url: the address of its legend in documents of WMTS by parameters, or None;
        ``{base_url}`` and ``{layer_name}`` are still to be filled in (spec/services.md, 5.7).
    :ivar wmts_rest_legend_url: the same in documents of WMTS by path.
    :ivar attribution: who made the data, or None.
    """

    name: str
    title: str
    abstract: str
    grids: tuple[GridOutline, ...]
    dimensions: tuple[Dimension, ...] = ()
    wmts_kvp_legend_url: str | None = None
    wmts_rest_legend_url: str | None = None
    attribution: Attribution | None = None

    def vector_layers(self, grid: str) -> tuple[VectorLayer, ...]:
        """What is said of the layers inside the tiles in the grid called ``grid``."""
        return next((outline.vector_layers for outline in self.grids if outline.name == grid), ())

    def info_sources(self, grid: str) -> tuple[str, ...]:
        """Names of the sources that are asked about places on the tiles in the grid called ``grid``."""
        return next((outline.info_sources for outline in self.grids if outline.name == grid), ())


@dataclass(frozen=True, slots=True)
class LayerInGrid:
    """A layer in one grid, as documents describe it; made without any of its working parts.

    :ivar extent: the area with data, in the SRS of the grid.
    :ivar geographic_extent: the same in WGS 84 degrees, x/y order, within the limits of the grid's projection.
    :ivar encoding: how the tiles of its cache are encoded; services advertise its public media type.
    :ivar variants: other forms in which they are offered.
    """

    outline: LayerOutline
    grid: TileGrid
    encoding: ImageEncoding
    extent: BBox
    geographic_extent: BBox
    variants: Variants = field(default=NO_VARIANTS, kw_only=True)


@dataclass(frozen=True, slots=True)
class TileLayer(LayerInGrid):
    """A layer in one grid, ready to answer.

    :ivar blank: makes the body of an empty tile, always a transparent PNG (spec/caches.md, 15); hits never want it.
    :ivar explain_form: explains other forms of tiles; None if there are none.
    """

    get_tile: Tiles
    explain: ExplainTile
    blank: Callable[[], bytes] = field(repr=False)
    explain_form: ExplainForm | None = field(default=None, kw_only=True)


class Catalogue:
    """All tile layers of a configuration, in its order.

    Args:
        outlines: the layers by name.
        describe: describes a layer in one of its grids; called once for each, on first use.
        build: makes the working parts of a layer in one of its grids; called once for each, on first use.
    """

    def __init__(
        self,
        outlines: Mapping[str, LayerOutline],
        describe: Callable[[LayerOutline, GridOutline], LayerInGrid],
        build: Callable[[LayerOutline, GridOutline], TileLayer],
    ) -> None:
        self._outlines = outlines
        self._descriptions: OncePerKey[tuple[str, str], LayerInGrid] = OncePerKey(
            lambda wanted: describe(*self._outlines_of(*wanted))
        )
        self._tile_layers: OncePerKey[tuple[str, str], TileLayer] = OncePerKey(
            lambda wanted: build(*self._outlines_of(*wanted))
        )

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

    def description(self, name: str, grid: str) -> LayerInGrid:
        """The layer ``name`` in the grid called ``grid``, for documents; no store or source is set up for it.

        :raises UnknownLayer: no such layer.
        :raises UnknownTileGrid: the layer is not offered in this grid.
        """
        return self._descriptions((name, grid))

    def tile_layer(self, name: str, grid: str) -> TileLayer:
        """The layer ``name`` in the grid called ``grid``, built on first use.

        :raises UnknownLayer: no such layer.
        :raises UnknownTileGrid: the layer is not offered in this grid.
        """
        return self._tile_layers((name, grid))

    def _outlines_of(self, name: str, grid: str) -> tuple[LayerOutline, GridOutline]:
        outline = self.outline(name)
        for candidate in outline.grids:
            if candidate.name == grid:
                return outline, candidate
        raise UnknownTileGrid(f"layer {name} is not offered in the grid {grid}", locator="tilematrixset")
