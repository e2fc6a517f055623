"""The names under which TMS addresses know a layer in a grid (spec/services.md, 2.6 and 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue
from tilekeep.domain.errors import UnknownLayer

#: What is appended to a name that is not known as it stands; not ``_EPSG3857``, which the reference does not try.
ASSUMED_SRS = ("_EPSG900913", "_EPSG4326")


class NamedTiles(NamedTuple):
    """A layer in a grid: ``path`` are the two parts of its address."""

    layer: str
    grid: str
    path: tuple[str, str]


class TmsNames:
    """Finds layers by the parts of an address.

    Args:
        catalogue: the layers.
        use_grid_names: whether the second part is the name of the grid and not the code of its SRS.
        assumed_srs: what is appended, in this order, to a name that is not known as it stands.
    """

    def __init__(self, catalogue: Catalogue, *, use_grid_names: bool, assumed_srs: Iterable[str] = ASSUMED_SRS) -> None:
        self._catalogue = catalogue
        self._endings = ("", *assumed_srs)
        self.use_grid_names = use_grid_names
        self._known: Mapping[str | tuple[str, str], NamedTiles] | None = None

    @property
    def known(self) -> Mapping[str | tuple[str, str], NamedTiles]:
        """All layers by internal name: ``layer_EPSG3857``, or (layer, grid).

        Of two grids of a layer with one SRS the later one has the name.
        """
        if self._known is None:
            self._known = self._listed()
        return self._known

    def _listed(self) -> Mapping[str | tuple[str, str], NamedTiles]:
        known: dict[str | tuple[str, str], NamedTiles] = {}
        for layer in self._catalogue.layers:
            for grid in layer.grids:
                path = (layer.name, grid.name if self.use_grid_names else grid.srs_token)
                name = path if self.use_grid_names else "_".join(path)
                known[name] = NamedTiles(layer.name, grid.name, path)
        return known

    def named(self, layer: str, spec: str | None) -> NamedTiles:
        """What the parts ``layer`` and ``spec`` of an address mean.

        :raises UnknownLayer: nothing.
        """
        named = self.find(layer, spec)
        if named is None:
            place = "" if spec is None else f" in {spec}"
            raise UnknownLayer(f"unknown layer: {layer}{place}", locator="layer")
        return named

    def find(self, layer: str, spec: str | None) -> NamedTiles | None:
        """The same, or None if it is nothing."""
        if self.use_grid_names:
            return None if spec is None else self.known.get((layer, spec))
        name = layer if spec is None else f"{layer}_{spec}"
        return next((self.known[name + srs] for srs in self._endings if name + srs in self.known), None)
