"""Whether the names of layers and grids can stand in the addresses and requests of the services that offer them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tilekeep.config.mapproxy.layers import Layer
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.services import Services
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning
from tilekeep.domain.path_names import fits_in_path

_REASON = "a part of a path holds no slash and is not '.' or '..'; rename it"


def address_problems(settings: Settings) -> Iterator[Problem]:
    """Names that paths cannot hold; only services that are offered count."""
    services = settings.services
    yield from _of_layers(("layers",), settings.layers, _spoken(services, tms=services.tms is not None))
    if services.wms is not None:
        yield from _with_commas(("layers",), settings.layers)
    if unreached := _spoken(services, tms=services.tms is not None and services.tms.use_grid_names):
        yield from _of_grids(settings, unreached)


def _of_grids(settings: Settings, unreached: str) -> Iterator[Problem]:
    for key, grid in settings.grids.items():
        message = _message("grid", grid.name or key, unreached)
        if grid.name and not fits_in_path(grid.name):
            yield warning(("grids", key, "name"), message)
        elif not grid.name and not fits_in_path(key):
            yield warning(("grids", key), message, place=Place.KEY)


def _of_layers(path: OptionPath, layers: Sequence[Layer], unreached: str) -> Iterator[Problem]:
    for index, layer in enumerate(layers):
        where = (*path, index, "name")
        if layer.name == "":
            yield error(where, "the name is empty; give the layer a name, or remove the option")
        elif layer.name is not None and unreached and not fits_in_path(layer.name):
            yield warning(where, _message("layer", layer.name, unreached))
        yield from _of_layers((*path, index, "layers"), layer.layers or (), unreached)


def _with_commas(path: OptionPath, layers: Sequence[Layer]) -> Iterator[Problem]:
    """Requests for maps list the names of layers with commas between."""
    for index, layer in enumerate(layers):
        if layer.name is not None and "," in layer.name:
            message = f"the layer {layer.name!r} cannot be asked for in WMS, where a comma parts names; rename it"
            yield warning((*path, index, "name"), message)
        yield from _with_commas((*path, index, "layers"), layer.layers or ())


def _spoken(services: Services, *, tms: bool) -> str:
    """The services with the names in their paths, in words."""
    names = ["RESTful WMTS"] if services.wmts is not None and services.wmts.speaks_rest else []
    return " and ".join([*names, *["TMS"] * tms, *["OGC API"] * (services.ogcapi is not None)])


def _message(kind: str, name: str, services: str) -> str:
    return f"the {kind} {name!r} cannot be reached by {services} addresses; {_REASON}"
