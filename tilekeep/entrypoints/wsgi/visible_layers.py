"""The layers as a document may list them (spec/auth-plugins-decorate.md, 2.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.extent import Extent
from tilekeep.entrypoints.wsgi.permissions import Permissions
from tilekeep.ports.areas import Area


class VisibleLayers:
    """What one client may see of the tree of layers; made for one document.

    Nodes are those of the whole tree, of which some are passed over.

    Args:
        extent: the area in which a layer has data.
        permissions: None for everything.
    """

    def __init__(self, extent: Callable[[MapLayer], Extent], permissions: Permissions | None = None) -> None:
        self._extent = extent
        self._permissions = permissions
        self._children: dict[MapLayer, tuple[MapLayer, ...]] = {}

    def children(self, layer: MapLayer) -> tuple[MapLayer, ...]:
        """Those children of ``layer`` that are listed: permitted ones, and groups of them without a name.

        A group of which nothing is left is not listed, nor is what the group holds that is not permitted itself.

        :raises AccessDenied: 403, as the hook says something that means nothing.
        """
        if self._permissions is None:
            return layer.children
        if layer not in self._children:
            self._children[layer] = tuple(child for child in layer.children if self._is_listed(child))
        return self._children[layer]

    def below(self, layer: MapLayer) -> Iterator[MapLayer]:
        """``layer`` and all that is listed below it, each group before its children."""
        yield layer
        for child in self.children(layer):
            yield from self.below(child)

    def extent(self, layer: MapLayer) -> Extent:
        """The area in which the client sees data of ``layer``; the whole one for a group that has none of it."""
        whole = self._extent(layer)
        return self._seen(layer, whole) or whole

    def may_be_queried(self, layer: MapLayer) -> bool:
        """Whether the client may ask for information about what ``layer`` shows, if anybody may."""
        if self._permissions is None or layer.name is None:
            return True
        return self._permissions.of(layer.name).lists("featureinfo")

    def _is_listed(self, layer: MapLayer) -> bool:
        if layer.name is not None and not self._is_permitted(layer):
            return False
        return bool(layer.sources or layer.info_sources or self.children(layer))

    def _is_permitted(self, layer: MapLayer) -> bool:
        assert self._permissions is not None
        permitted = self._permissions.of(layer.name).lists("map")
        return permitted and self._seen(layer, self._extent(layer)) is not None

    def _seen(self, layer: MapLayer, whole: Extent) -> Extent | None:
        """The part of ``whole`` in the areas of the layer and of the whole answer, or None for nothing."""
        bbox = whole.bbox
        for area in self._areas(layer):
            part = area.part_in(bbox, whole.srs.code)
            if part is None:
                return None
            bbox = part
        return Extent(bbox, whole.srs)

    def _areas(self, layer: MapLayer) -> Iterator[Area]:
        if self._permissions is not None:
            own = None if layer.name is None else self._permissions.of(layer.name).area
            yield from (area for area in (own, self._permissions.area) if area is not None)
