"""The collections there are, and what a client may see of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.application.layer_tree import LayerTree, MapLayer
from tilekeep.domain.errors import InvalidParameter, MissingParameter, UnknownLayer
from tilekeep.domain.path_names import fits_in_path
from tilekeep.entrypoints.wsgi.authorise import authorise_capabilities
from tilekeep.entrypoints.wsgi.response import Environ
from tilekeep.entrypoints.wsgi.visible_layers import VisibleLayers


class NamedLayers(NamedTuple):
    """Layers that a client asks for, bottom first; ``names`` are those that it has named itself."""

    layers: tuple[MapLayer, ...]
    names: tuple[str, ...] = ()


class VisibleCollections(NamedTuple):
    """The collections that documents may list for one client, and where it sees data of them."""

    layers: Mapping[str, MapLayer]
    visible: VisibleLayers

    def one(self, name: str) -> MapLayer:
        """The collection called ``name``.

        :raises UnknownLayer: there is none, or none that the client may see.
        """
        layer = self.layers.get(name)
        if layer is None:
            raise _not_found()
        return layer


class Offer:
    """All named layers, groups among them, as collections (spec/services.md, 8.1).

    Args:
        layer_tree: the layers.
        dataset: names of the layers of the whole dataset.
    """

    def __init__(self, layer_tree: LayerTree, dataset: tuple[str, ...]) -> None:
        self._layer_tree = layer_tree
        self._dataset = dataset
        self._collections = _collections(VisibleLayers(layer_tree.extent), layer_tree.root)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all collections."""
        return tuple(self._collections)

    def dataset(self) -> tuple[MapLayer, ...]:
        """The layers of the whole dataset.

        :raises UnknownLayer: there is no such thing.
        """
        if not self._dataset:
            raise UnknownLayer("there is no whole dataset, as no default_dataset_layers are configured")
        return tuple(map(self._layer_tree.layer, self._dataset))

    def visible(self, environ: Environ) -> VisibleCollections:
        """What a client may see of all collections.

        :raises AccessDenied: nothing.
        """
        root = self._layer_tree.root
        permissions = authorise_capabilities(environ, lambda: [layer.name for layer in root.all()])
        visible = VisibleLayers(self._layer_tree.extent, permissions)
        layers = self._collections if permissions is None else _collections(visible, root)
        return VisibleCollections(layers, visible)

    def asked(self, collection: str | None, given: Mapping[str, str]) -> NamedLayers:
        """The layers of a map or tile: those of the path, of ``collections``, or of the whole dataset.

        :raises UnknownLayer: the collection of the path does not exist.
        :raises InvalidParameter: one of ``collections`` does not exist.
        :raises MissingParameter: nothing says which layers are meant.
        """
        if collection is not None:
            if collection not in self._collections:
                raise _not_found()
            return NamedLayers((self._collections[collection],), (collection,))
        if listed := given.get("collections"):
            names = tuple(dict.fromkeys(listed.split(",")))
            return NamedLayers(tuple(self._selected(name) for name in names), names)
        if not self._dataset:
            message = "collections is missing, and no default_dataset_layers are configured"
            raise MissingParameter(message, locator="collections")
        return NamedLayers(self.dataset())

    def _selected(self, name: str) -> MapLayer:
        if name not in self._collections:
            raise InvalidParameter(f"unknown collection: {name}", locator="collections")
        return self._collections[name]


def _collections(visible: VisibleLayers, root: MapLayer) -> dict[str, MapLayer]:
    """By name, in the order of the layers, each group before its layers."""
    found = (layer for layer in visible.below(root) if layer.name is not None)
    return {layer.name: layer for layer in found if layer.name is not None and fits_in_path(layer.name)}


def _not_found() -> UnknownLayer:
    return UnknownLayer("Collection not found", locator="collectionId")
