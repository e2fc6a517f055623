"""Services that the demo leads to, as they have documents of their own and no map there: KML and OGC API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue
from tilekeep.application.layer_tree import LayerTree
from tilekeep.entrypoints.wsgi.base_url import path_quoted
from tilekeep.entrypoints.wsgi.demo.layer_map import ServiceDocument


class LinkedLayer(NamedTuple):
    """A layer and where the service shows it, relative to the page."""

    name: str
    address: str


class LinkedService(NamedTuple):
    """A service with what it publishes; ``layers`` lists those that it has."""

    title: str
    documents: tuple[ServiceDocument, ...]
    layers: Callable[[], Iterator[LinkedLayer]]


def linked_kml(catalogue: Catalogue, *, use_grid_names: bool) -> LinkedService:
    """Super-overlays begin with the document of the first tile of a grid."""

    def layers() -> Iterator[LinkedLayer]:
        for layer in catalogue.layers:
            for grid in layer.grids[:1]:
                spec = path_quoted(grid.name if use_grid_names else grid.srs_token)
                yield LinkedLayer(layer.name, f"../kml/{path_quoted(layer.name)}/{spec}/0/0/0.kml")

    return LinkedService("KML", (), layers)


def linked_ogcapi(layer_tree: LayerTree) -> LinkedService:
    """Collections are all layers that have a name."""
    documents = (
        ServiceDocument("OGC API", "../ogcapi", None),
        ServiceDocument("OGC API definition", "../ogcapi/api", None),
    )

    def layers() -> Iterator[LinkedLayer]:
        for layer in layer_tree.root.all():
            if layer.name is not None:
                yield LinkedLayer(layer.name, f"../ogcapi/collections/{path_quoted(layer.name)}")

    return LinkedService("OGC API", documents, layers)
