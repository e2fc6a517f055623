"""What capabilities documents say of legends (spec/services.md, 3.12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote_plus

from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.geometry import Size
from tilekeep.entrypoints.wsgi.wms.legend_parts import LegendParts

#: What documents that have to name a size say of a legend that nobody has seen yet.
_USUAL_SIZE = Size(100, 100)

#: The version in which legends are asked for, if it is offered; the others stand in for it.
_PREFERRED = ("1.1.1", "1.3.0")


class ShownLegend(NamedTuple):
    """A legend: the query behind the address of the service, and its size in pixels, or None if it is not known."""

    query: str
    size: Size | None

    @property
    def stated_size(self) -> Size:
        """For documents that have to name one."""
        return self.size or _USUAL_SIZE


class ShownLegends:
    """Describes the legends of layers.

    Args:
        parts: knows legends and their sizes.
        versions: those of the service.
    """

    def __init__(self, parts: LegendParts, versions: Sequence[str]) -> None:
        self._parts = parts
        self._version = next((version for version in _PREFERRED if version in versions), None)

    @property
    def are_offered(self) -> bool:
        """Whether there is a version of the service in which they can be asked for."""
        return self._version is not None

    def settle(self, root: MapLayer) -> int:
        """Finds out sizes, as far as they can be had, and gives another number whenever more are known."""
        if not self.are_offered:
            return 0
        self._parts.survey(lambda: (legend for node in root.all() for legend in self._parts.of_layer(node)))
        return self._parts.sizes.revision

    def __call__(self, layer: MapLayer) -> ShownLegend | None:
        """The legend of a layer that has one itself and can be asked for."""
        if self._version is None or layer.name is None or not layer.has_legend:
            return None
        query = (
            f"format=image%2Fpng&layer={quote_plus(layer.name)}&sld_version=1.1.0"
            f"&request=GetLegendGraphic&service=WMS&version={self._version}&styles="
        )
        return ShownLegend(query, self._parts.sizes.together(self._parts.of_layer(layer)))
