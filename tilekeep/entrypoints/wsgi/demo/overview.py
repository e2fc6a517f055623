"""All layers, each with the services that offer it: the first page of the demo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from tilekeep.entrypoints.wsgi.demo.layer_map import OfferedLayer, ShownService
from tilekeep.entrypoints.wsgi.demo.links import LinkedService

#: How deep layers are indented at most; deeper ones look like these.
_DEEPEST = 5


class ServiceOfLayer(NamedTuple):
    """A way to look at a layer: the service, and the address of the page."""

    title: str
    address: str


class OverviewRow(NamedTuple):
    """A layer in the overview."""

    layer: OfferedLayer
    services: tuple[ServiceOfLayer, ...]
    depth: int


def overview_rows(services: Sequence[ShownService], linked: Sequence[LinkedService]) -> list[OverviewRow]:
    """The layers of all services, each once, in the order in which the services name them."""
    layers: dict[str, OfferedLayer] = {}
    offers: dict[str, list[ServiceOfLayer]] = {}
    for service in services:
        for layer in service.layers():
            known = layers.setdefault(layer.name, layer)
            if not known.where and layer.where:
                layers[layer.name] = known._replace(where=layer.where)
            address = "?" + urlencode({service.parameter: layer.name})
            offers.setdefault(layer.name, []).append(ServiceOfLayer(service.title, address))
    for other in linked:
        for name, address in other.layers():
            layers.setdefault(name, OfferedLayer(name, name, ""))
            offers.setdefault(name, []).append(ServiceOfLayer(other.title, address))
    return [OverviewRow(layer, tuple(offers[name]), min(layer.depth, _DEEPEST)) for name, layer in layers.items()]
