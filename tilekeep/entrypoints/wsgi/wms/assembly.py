"""Puts the WMS together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.application.get_feature_info import GetFeatureInfo
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.mapproxy.meaning_wms import EffectiveWms
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.feature_info import InfoKind
from tilekeep.domain.srs import WGS_84_CODE
from tilekeep.entrypoints.wsgi.drawing_parts import DrawingParts, drawing_parts
from tilekeep.entrypoints.wsgi.options import BoundingBoxSrs, WmsOptions
from tilekeep.entrypoints.wsgi.shared_parts import SharedParts
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
from tilekeep.ports.info_documents import InfoTransformer


class MapParts(NamedTuple):
    """What WMS is made with.

    :ivar get_info: asks about places.
    :ivar info_transformers: transformations of feature info, by the kind that clients want.
    :ivar legends: makes legends.
    """

    options: WmsOptions
    drawing: DrawingParts
    get_info: GetFeatureInfo
    info_transformers: Mapping[InfoKind, InfoTransformer]
    legends: LegendParts


def map_parts(wms: EffectiveWms, container: TilekeepContainer) -> MapParts:
    """The parts of a configuration."""
    srs, use_cases = container.adapters.projection().srs, container.use_cases
    options = WmsOptions(
        metadata=wms.metadata,
        srs=tuple(map(srs, wms.srs)),
        bbox_srs=tuple(BoundingBoxSrs(srs(code), bbox) for code, bbox in wms.bbox_srs),
        formats=wms.formats,
        max_output_pixels=wms.max_output_pixels,
        versions=wms.versions,
        attribution=wms.attribution,
        info_kinds=wms.info_kinds,
        strict=wms.strict,
        inspire=wms.inspire,
    )
    drawing, info = drawing_parts(wms, container), use_cases.info()
    legends = LegendParts(
        use_cases.legends().of_layer, use_cases.get_legend(), use_cases.legend_sizes(), use_cases.survey_legends()
    )
    get_info = info.get_feature_info(raise_source_errors=wms.raises_source_errors)
    return MapParts(options, drawing, get_info, info.transformers(), legends)


def assembled_wms(shared: SharedParts, parts: MapParts) -> Wms:
    """The service.

    :raises ConfigurationError: nothing is left to offer.
    """
    options, drawing, layer_tree = parts.options, parts.drawing, parts.drawing.layer_tree
    _refuse_impossible(options)
    tiles = SingleTiles(shared.catalogue)
    maps = WmsMaps(
        requests=MapRequests(options, layer_tree),
        drawing=drawing.for_service(shared, SERVICE),
        tiles=tiles,
        delivery=shared.delivery,
        options=options,
    )
    feature_info = WmsFeatureInfo(
        requests=InfoRequests(options, layer_tree),
        get=parts.get_info,
        transformers=parts.info_transformers,
        clock=drawing.clock,
        request_seconds=drawing.request_seconds,
    )
    projection = drawing.projection
    boxes = LayerBoxes(
        options,
        lambda extent, srs: projection.between(extent.srs, srs).bbox(extent.bbox),
        projection.srs(WGS_84_CODE),
    )
    legends = WmsLegends(
        options=options,
        layer_tree=layer_tree,
        parts=parts.legends,
        clock=drawing.clock,
        request_seconds=drawing.request_seconds,
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
            templates=shared.templates,
            documents=shared.documents,
        ),
        exception_images=ExceptionImages(options, drawing.get_map),
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
