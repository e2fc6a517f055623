"""The effective options of the services, as the configuration hands them over."""

from __future__ import annotations

from dataclasses import dataclass, field

from tilekeep.domain.origin import Origin
from tilekeep.domain.service_metadata import ServiceMetadata

#: spec/services.md, 5.1
DEFAULT_RESTFUL_TEMPLATE = "/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}"


@dataclass(frozen=True, slots=True)
class TmsOptions:
    """``services.tms`` (spec/services.md, 4.1).

    :ivar origin: the corner ``/tiles`` counts rows from unless the request says otherwise; None is the grid's own.
    """

    metadata: ServiceMetadata = field(default_factory=ServiceMetadata)
    use_grid_names: bool = False
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class WmtsOptions:
    """``services.wmts`` (spec/services.md, 5.1)."""

    metadata: ServiceMetadata = field(default_factory=ServiceMetadata)
    kvp: bool = True
    restful: bool = True
    restful_template: str = DEFAULT_RESTFUL_TEMPLATE


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """``services.demo`` (spec/services.md, 7).

    :ivar background_url: template of the map under the previewed layer, with ``{z}``, ``{x}`` and ``{y}``, or None.
    """

    background_url: str | None = None
