"""The tree of map layers: every node by name at once, the sources and extents of a node on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.sources.direct_map import DirectMap
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import UnknownLayer
from tilekeep.domain.extent import Extent
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.resolution_range import EVERY_RESOLUTION, ResolutionRange
from tilekeep.domain.service_metadata import NO_METADATA, LayerMetadata
from tilekeep.ports.map_source import MapSource


@dataclass(frozen=True, slots=True, eq=False)
class MapLayer:
    """A layer or group (spec/services.md, 2.2 and 2.3); nodes are equal only to themselves.

    :ivar name: by which requests ask for it; None for a group that cannot be asked for.
    :ivar sources: names of caches and sources that draw it, bottom first; in a group they stand for the children.
    :ivar forwarded: names of request parameters that its sources are sent (``forward_req_params``), as configured.
    :ivar resolutions: at which a request for it shows anything, children and sources considered.
    :ivar info_sources: names of the sources that are asked about places on it; in a group for the children too.
    :ivar legend_sources: names of the sources that show its legend, bottom first.
    :ivar legend_url: where a legend lies that stands for those of its sources, as the configuration says it.
    :ivar nominal_scale: the denominator of the scale at which it is meant to be seen, or None; that of a group is the
        largest of its layers.
    """

    name: str | None
    title: str
    sources: tuple[str, ...] = ()
    children: tuple[MapLayer, ...] = ()
    resolutions: ResolutionRange = EVERY_RESOLUTION
    dimensions: tuple[Dimension, ...] = ()
    metadata: LayerMetadata = NO_METADATA
    forwarded: tuple[str, ...] = ()
    info_sources: tuple[str, ...] = ()
    legend_sources: tuple[str, ...] = ()
    legend_url: str | None = None
    nominal_scale: float | None = None

    @property
    def queryable(self) -> bool:
        """Whether clients may ask about places on it: there is somebody to ask, if only for a layer below it."""
        return bool(self.info_sources) or any(child.queryable for child in self.children)

    def telling(self) -> Iterator[MapLayer]:
        """The nodes that are asked about places on this layer: itself, or those below it (spec/services.md, 2.3)."""
        if self.info_sources:
            yield self
        elif not self.sources:
            for child in self.children:
                yield from child.telling()

    @property
    def has_legend(self) -> bool:
        """Whether it has a legend itself, whatever the layers below it have."""
        return bool(self.legend_url or self.legend_sources)

    def explained_by(self) -> Iterator[MapLayer]:
        """The nodes whose legends explain what this layer draws, bottom first: itself, or those below it."""
        if self.has_legend:
            yield self
        elif not self.sources:
            for child in self.children:
                yield from child.explained_by()

    def drawing(self) -> Iterator[MapLayer]:
        """The nodes that draw this layer, bottom first: itself, or those below it."""
        if self.sources:
            yield self
            return
        for child in self.children:
            yield from child.drawing()

    def all(self) -> Iterator[MapLayer]:
        """This node and all below it, each group before its children."""
        yield self
        for child in self.children:
            yield from child.all()


class LaidSource(NamedTuple):
    """A source as part of a map; ``opacity`` from 0.0 to 1.0, or None for that of its pixels."""

    source: MapSource
    opacity: float | None = None


class LayerTree:
    """Finds layers by name and gives their parts.

    Args:
        root: the layer that holds all others; often without a name.
        laid_sources: makes the sources of one node; called once for each, on first use.
        extent: the area in which a node has data; called once for each, on first use.
    """

    def __init__(
        self,
        root: MapLayer,
        laid_sources: Callable[[MapLayer], tuple[LaidSource, ...]],
        extent: Callable[[MapLayer], Extent],
    ) -> None:
        self.root = root
        self.extent: OncePerKey[MapLayer, Extent] = OncePerKey(extent)
        self._laid_sources: OncePerKey[MapLayer, tuple[LaidSource, ...]] = OncePerKey(laid_sources)
        self._by_name = {layer.name: layer for layer in root.all() if layer.name is not None}

    def layer(self, name: str) -> MapLayer:
        """The layer called ``name``.

        :raises UnknownLayer: there is none.
        """
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownLayer(f"unknown layer: {name}", locator="layers") from None

    def hides_others(self, layer: MapLayer, query: MapQuery) -> bool:
        """Whether nothing below ``layer`` can be seen in a map, for certain (spec/services.md, 3.6)."""
        return any(isinstance(laid.source, DirectMap) and laid.source.hides(query) for laid in self.sources(layer))

    def sources(self, layer: MapLayer) -> tuple[LaidSource, ...]:
        """All that draws ``layer``, bottom first."""
        return tuple(laid for node in layer.drawing() for laid in self._laid_sources(node))
