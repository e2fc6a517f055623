"""Puts the WMS together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue
from tilekeep.application.get_feature_info import GetFeatureInfo
from tilekeep.application.get_map import GetMap
from tilekeep.application.layer_tree import LayerTree
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.feature_info import InfoKind
from tilekeep.domain.srs import WGS_84_CODE
from tilekeep.entrypoints.wsgi.decoration import Decoration
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.kept_documents import KeptDocuments
from tilekeep.entrypoints.wsgi.map_drawing import ClipSource, MapDrawing
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.wms.capabilities import WmsCapabilities
from tilekeep.entrypoints.wsgi.wms.exception_images import ExceptionImages
from tilekeep.entrypoints.wsgi.wms.feature_info import WmsFeatureInfo
from tilekeep.entrypoints.wsgi.wms.info_request import InfoRequests
from tilekeep.entrypoints.wsgi.wms.layer_boxes import LayerBoxes
from tilekeep.entrypoints.wsgi.wms.legend_parts import LegendParts
from tilekeep.entrypoints.wsgi.wms.legends import WmsLegends
from tilekeep.entrypoints.wsgi.wms.map_request import MapRequests
from tilekeep.entrypoints.wsgi.wms.maps import SERVICE, WmsMaps
from tilekeep.entrypoints.wsgi.wms.service import Wms
from tilekeep.entrypoints.wsgi.wms.shown_legend import ShownLegends
from tilekeep.entrypoints.wsgi.wms.single_tiles import SingleTiles
from tilekeep.entrypoints.wsgi.wms.versions import VERSIONS
from tilekeep.ports.clock import Clock
from tilekeep.ports.info_documents import InfoTransformer
from tilekeep.ports.projection import Projection


class MapParts(NamedTuple):
    """What WMS draws maps with.

    :ivar projection: gives the boxes of layers in the SRS of documents.
    :ivar clipped: makes a source of which nothing is shown outside a region.
    :ivar request_seconds: how long a request may take.
    :ivar get_info: asks about places.
    :ivar info_transformers: transformations of feature info, by the kind that clients want.
    :ivar legends: makes legends.
    """

    options: WmsOptions
    layer_tree: LayerTree
    get_map: GetMap
    projection: Projection
    clock: Clock
    request_seconds: float
    clipped: ClipSource
    get_info: GetFeatureInfo
    info_transformers: Mapping[InfoKind, InfoTransformer]
    legends: LegendParts


def assembled_wms(
    catalogue: Catalogue,
    delivery: TileDelivery,
    templates: DocumentTemplates,
    documents: KeptDocuments,
    decoration: Decoration,
    parts: MapParts,
) -> Wms:
    """The service.

    :raises ConfigurationError: nothing is left to offer.
    """
    options, layer_tree, get_map = parts.options, parts.layer_tree, parts.get_map
    _refuse_impossible(options)
    tiles = SingleTiles(catalogue)
    maps = WmsMaps(
        requests=MapRequests(options, layer_tree),
        drawing=MapDrawing(
            layer_tree=layer_tree,
            get_map=get_map,
            clipped=parts.clipped,
            decoration=decoration,
            clock=parts.clock,
            request_seconds=parts.request_seconds,
            service=SERVICE,
            origin=delivery.origin,
        ),
        tiles=tiles,
        delivery=delivery,
        options=options,
    )
    feature_info = WmsFeatureInfo(
        requests=InfoRequests(options, layer_tree),
        get=parts.get_info,
        transformers=parts.info_transformers,
        clock=parts.clock,
        request_seconds=parts.request_seconds,
    )
    projection = parts.projection
    boxes = LayerBoxes(
        options,
        lambda extent, srs: projection.between(extent.srs, srs).bbox(extent.bbox),
        projection.srs(WGS_84_CODE),
    )
    legends = WmsLegends(
        options=options,
        layer_tree=layer_tree,
        parts=parts.legends,
        clock=parts.clock,
        request_seconds=parts.request_seconds,
    )
    return Wms(
        versions=[VERSIONS[number] for number in options.versions],
        maps=maps,
        feature_info=feature_info,
        legends=legends,
        capabilities=WmsCapabilities(
            options=options,
            layer_tree=layer_tree,
            boxes=boxes,
            tiles=tiles,
            legends=ShownLegends(parts.legends, options.versions),
            templates=templates,
            documents=documents,
        ),
        exception_images=ExceptionImages(options, get_map),
    )


def _refuse_impossible(options: WmsOptions) -> None:
    for name, values in (("srs", options.srs), ("image_formats", options.formats), ("versions", options.versions)):
        if not values:
            raise ConfigurationError("nothing is left to offer; name one or more", option=("services", "wms", name))
    for number in options.versions:
        if number not in VERSIONS:
            raise ConfigurationError(
                f"version {number!r} is not supported by this version of Tilekeep; name {' or '.join(VERSIONS)}",
                option=("services", "wms", "versions"),
            )
