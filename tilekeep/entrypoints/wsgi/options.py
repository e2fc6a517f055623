"""The effective options of the services, as the configuration hands them over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tilekeep.domain.api_metadata import ApiMetadata
from tilekeep.domain.feature_info import InfoKind
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.origin import Origin
from tilekeep.domain.service_metadata import ServiceMetadata
from tilekeep.domain.srs import Srs

if TYPE_CHECKING:
    from tilekeep.domain.inspire import InspireMetadata

#: spec/services.md, 5.1
DEFAULT_RESTFUL_TEMPLATE = "/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}"
DEFAULT_INFO_TEMPLATE = "/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}/{I}/{J}.{InfoFormat}"


@dataclass(frozen=True, slots=True)
class TmsOptions:
    """``services.tms`` (spec/services.md, 4.1).

    :ivar origin: the corner ``/tiles`` counts rows from unless the request says otherwise; None is the grid's own.
    """

    metadata: ServiceMetadata = field(default_factory=ServiceMetadata)
    use_grid_names: bool = False
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class KmlOptions:
    """``services.kml`` (spec/services.md, 6)."""

    use_grid_names: bool = False


@dataclass(frozen=True, slots=True)
class WmtsOptions:
    """``services.wmts`` (spec/services.md, 5.1).

    :ivar info_formats: formats of feature info: suffix of paths, or None for parameters alone, and media type.
    """

    metadata: ServiceMetadata = field(default_factory=ServiceMetadata)
    kvp: bool = True
    restful: bool = True
    restful_template: str = DEFAULT_RESTFUL_TEMPLATE
    restful_info_template: str = DEFAULT_INFO_TEMPLATE
    info_formats: tuple[tuple[str | None, str], ...] = ()


class BoundingBoxSrs(NamedTuple):
    """An SRS in which WMS capabilities state boxes; maps in it are limited to ``bbox`` if there is one."""

    srs: Srs
    bbox: BBox | None = None


@dataclass(frozen=True, slots=True)
class WmsOptions:
    """``services.wms`` (spec/services.md, 3.1).

    :ivar srs: those of requests, their codes as the configuration spells them.
    :ivar formats: how maps are encoded, by the media type as clients name it; in the order of the documents.
    :ivar max_output_pixels: width times height of the largest map.
    :ivar versions: ascending.
    :ivar attribution: text in the lower right corner of every map, or None.
    :ivar info_kinds: kinds of feature info, in the order of the documents.
    :ivar strict: whether requests for feature info and legends need every parameter of the standard.
    :ivar inspire: what documents of 1.3.0 say for the INSPIRE directive, or None.
    """

    metadata: ServiceMetadata
    srs: tuple[Srs, ...]
    bbox_srs: tuple[BoundingBoxSrs, ...]
    formats: Mapping[str, ImageEncoding]
    max_output_pixels: int = 4000 * 4000
    versions: tuple[str, ...] = ("1.0.0", "1.1.0", "1.1.1", "1.3.0")
    attribution: str | None = None
    info_kinds: tuple[InfoKind, ...] = (InfoKind.TEXT, InfoKind.HTML, InfoKind.XML)
    strict: bool = False
    inspire: InspireMetadata | None = None


@dataclass(frozen=True, slots=True)
class OgcApiOptions:
    """``services.ogcapi`` (spec/services.md, 8.1).

    :ivar srs: those in which maps are drawn, the first of them where none is asked for.
    :ivar formats: how images are encoded, by media type, preferred ones first.
    :ivar max_output_pixels: width times height of the largest image.
    :ivar attribution: text in the lower right corner of every image, or None.
    :ivar dataset_layers: names of the layers of the whole dataset, bottom first; none if there is no such thing.
    """

    srs: tuple[Srs, ...]
    formats: Mapping[str, ImageEncoding]
    metadata: ApiMetadata = field(default_factory=ApiMetadata)
    has_maps: bool = True
    has_tiles: bool = True
    max_output_pixels: int = 4000 * 4000
    attribution: str | None = None
    dataset_layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """``services.demo`` (spec/services.md, 7).

    :ivar background_url: template of the map under the previewed layer, with ``{z}``, ``{x}`` and ``{y}``, or None.
    :ivar has_admin: whether there are pages of the caches to point to.
    """

    background_url: str | None = None
    has_admin: bool = False
