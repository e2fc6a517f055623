"""What services draw maps with, however they read a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tilekeep.application.get_map import GetMap
from tilekeep.application.layer_tree import LayerTree
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.mapproxy.meaning_http import longest_request_seconds
from tilekeep.entrypoints.wsgi.map_drawing import ClipSource, MapDrawing
from tilekeep.entrypoints.wsgi.shared_parts import SharedParts
from tilekeep.ports.clock import Clock
from tilekeep.ports.projection import Projection

if TYPE_CHECKING:
    from tilekeep.config.mapproxy.meaning_ogcapi_service import EffectiveOgcApi
    from tilekeep.config.mapproxy.meaning_wms import EffectiveWms


class DrawingParts(NamedTuple):
    """The parts.

    :ivar projection: gives the boxes of layers and requests in other SRS.
    :ivar request_seconds: how long a request may take.
    :ivar clipped: makes a source of which nothing is shown outside a region.
    """

    layer_tree: LayerTree
    get_map: GetMap
    projection: Projection
    clock: Clock
    request_seconds: float
    clipped: ClipSource

    def for_service(self, shared: SharedParts, service: str) -> MapDrawing:
        """The drawing of maps for one service; ``service`` is as in :class:`MapDrawing`."""
        return MapDrawing(
            layer_tree=self.layer_tree,
            get_map=self.get_map,
            clipped=self.clipped,
            decoration=shared.decoration,
            clock=self.clock,
            request_seconds=self.request_seconds,
            service=service,
            origin=shared.delivery.origin,
        )


def drawing_parts(service: EffectiveWms | EffectiveOgcApi, container: TilekeepContainer) -> DrawingParts:
    """The parts for a service of a configuration."""
    adapters, use_cases = container.adapters, container.use_cases
    get_map = use_cases.get_map(
        concurrent_layers=service.concurrent_layers,
        max_tiles=service.max_map_tiles,
        raise_source_errors=service.raises_source_errors,
    )
    return DrawingParts(
        use_cases.layer_tree(),
        get_map,
        adapters.projection(),
        adapters.clock(),
        longest_request_seconds(container.settings),
        use_cases.clipped_source,
    )
