"""Puts the handlers of the configured services together (spec/services.md, 1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue
from tilekeep.application.get_feature_info import GetFeatureInfo
from tilekeep.application.get_map import GetMap
from tilekeep.application.layer_tree import LayerTree
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.feature_info import InfoKind
from tilekeep.domain.public_levels import TileService
from tilekeep.domain.srs import WGS_84_CODE
from tilekeep.entrypoints.wsgi.admin.assembly import AdminParts, admin_handler
from tilekeep.entrypoints.wsgi.decoration import Decoration
from tilekeep.entrypoints.wsgi.demo.assembly import demo_handler
from tilekeep.entrypoints.wsgi.demo.links import LinkedService, linked_kml, linked_ogcapi
from tilekeep.entrypoints.wsgi.demo.wms import ShownWms
from tilekeep.entrypoints.wsgi.demo.world import WorldParts
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.kept_documents import KeptDocuments
from tilekeep.entrypoints.wsgi.kml.documents import KmlDocuments
from tilekeep.entrypoints.wsgi.map_drawing import ClipSource, MapDrawing
from tilekeep.entrypoints.wsgi.ogcapi.assembly import OgcApiParts, assembled_ogcapi
from tilekeep.entrypoints.wsgi.options import (
    DemoOptions,
    KmlOptions,
    TmsOptions,
    WmsOptions,
    WmtsOptions,
)
from tilekeep.entrypoints.wsgi.ows import OwsHandler, OwsService
from tilekeep.entrypoints.wsgi.plugins.assembly import PluginPage
from tilekeep.entrypoints.wsgi.resolved_tile import Locator
from tilekeep.entrypoints.wsgi.router import Handler, Router
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.tilejson import TileJson
from tilekeep.entrypoints.wsgi.tms.addresses import TileAddresses
from tilekeep.entrypoints.wsgi.tms.errors import plain_error, server_error
from tilekeep.entrypoints.wsgi.tms.names import ASSUMED_SRS, TmsNames
from tilekeep.entrypoints.wsgi.tms.pages import TmsPages
from tilekeep.entrypoints.wsgi.tms.service import TmsHandler
from tilekeep.entrypoints.wsgi.welcome import WelcomePage
from tilekeep.entrypoints.wsgi.wms.capabilities import WmsCapabilities
from tilekeep.entrypoints.wsgi.wms.exception_images import ExceptionImages
from tilekeep.entrypoints.wsgi.wms.feature_info import WmsFeatureInfo
from tilekeep.entrypoints.wsgi.wms.info_request import InfoRequests
from tilekeep.entrypoints.wsgi.wms.layer_boxes import LayerBoxes
from tilekeep.entrypoints.wsgi.wms.legend_parts import LegendParts
from tilekeep.entrypoints.wsgi.wms.legends import WmsLegends
from tilekeep.entrypoints.wsgi.wms.map_request import MapRequests
from tilekeep.entrypoints.wsgi.wms.maps import SERVICE as WMS_MAPS
from tilekeep.entrypoints.wsgi.wms.maps import WmsMaps
from tilekeep.entrypoints.wsgi.wms.service import Wms
from tilekeep.entrypoints.wsgi.wms.shown_legend import ShownLegends
from tilekeep.entrypoints.wsgi.wms.single_tiles import SingleTiles
from tilekeep.entrypoints.wsgi.wms.versions import VERSIONS
from tilekeep.entrypoints.wsgi.wmts.capabilities import WmtsCapabilities
from tilekeep.entrypoints.wsgi.wmts.feature_info import InfoFormat, WmtsFeatureInfo
from tilekeep.entrypoints.wsgi.wmts.kvp import WmtsKvp
from tilekeep.entrypoints.wsgi.wmts.matrix_sets import MatrixSets
from tilekeep.entrypoints.wsgi.wmts.rest import WmtsRest
from tilekeep.entrypoints.wsgi.wmts.rest_template import PLACE, REQUIRED, compiled
from tilekeep.ports.clock import Clock
from tilekeep.ports.info_documents import InfoTransformer
from tilekeep.ports.projection import Projection


class Services(NamedTuple):
    """Handlers by first path segment, the page at the root, and the ways from addresses to tiles."""

    handlers: dict[str, Handler]
    welcome: Handler
    locators: dict[str, Locator]


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


class KmlParts(NamedTuple):
    """What KML documents are made with; ``max_age_seconds`` is how long clients may keep them."""

    options: KmlOptions
    projection: Projection
    max_age_seconds: float


class TileInfoParts(NamedTuple):
    """What answers questions about places on tiles; ``request_seconds`` is how long a request may take."""

    get_info: GetFeatureInfo
    clock: Clock
    request_seconds: float


def assembled(
    catalogue: Catalogue,
    delivery: TileDelivery,
    documents: KeptDocuments,
    decoration: Decoration,
    tile_info: TileInfoParts,
    *,
    tms: TmsOptions | None,
    wmts: WmtsOptions | None,
    kml: KmlParts | None,
    maps: MapParts | None,
    ogcapi: OgcApiParts | None,
    demo: DemoOptions | None,
    admin: AdminParts | None,
    world: WorldParts,
    plugin_pages: Mapping[str, PluginPage],
) -> Services:
    """The services that are configured.

    :raises ConfigurationError: options that no service can obey.
    """
    services = Services({}, WelcomePage(has_demo=demo is not None), {})
    templates = DocumentTemplates()
    ows: dict[str, OwsService] = {}
    if tms is not None:
        _add_tms(services, catalogue, delivery, templates, documents, tms)
    if wmts is not None:
        _add_wmts(services, ows, catalogue, delivery, templates, documents, tile_info, wmts)
    if kml is not None:
        _add_kml(services, catalogue, delivery, templates, kml)
    if maps is not None:
        ows["wms"] = _wms(catalogue, delivery, templates, documents, decoration, maps)
    if ogcapi is not None:
        handler = assembled_ogcapi(catalogue, delivery, templates, documents, decoration, ogcapi)
        services.handlers["ogcapi"] = handler
        if ogcapi.options.has_tiles:
            services.locators["ogcapi"] = handler.locate
    _add_ows(services, ows)
    if demo is not None:
        services.handlers["demo"] = demo_handler(
            catalogue,
            Router(services.handlers, services.welcome),
            templates,
            documents,
            world,
            wms=None if maps is None else ShownWms(maps.options, maps.layer_tree, catalogue, maps.projection),
            linked=_linked(catalogue, kml, ogcapi),
            tms=tms,
            wmts=wmts,
            options=demo,
            pages=plugin_pages,
        )
    if admin is not None:
        services.handlers["admin"] = admin_handler(admin, templates, world, has_demo=demo is not None)
    return services


def _linked(catalogue: Catalogue, kml: KmlParts | None, ogcapi: OgcApiParts | None) -> list[LinkedService]:
    """What the demo leads to besides its own pages."""
    linked = [] if kml is None else [linked_kml(catalogue, use_grid_names=kml.options.use_grid_names)]
    return linked if ogcapi is None else [*linked, linked_ogcapi(ogcapi.layer_tree)]


def _add_tms(
    services: Services,
    catalogue: Catalogue,
    delivery: TileDelivery,
    templates: DocumentTemplates,
    documents: KeptDocuments,
    options: TmsOptions,
) -> None:
    names = TmsNames(catalogue, use_grid_names=options.use_grid_names)
    tms = TileAddresses(catalogue, names, TileService.TMS, None)
    pages = TmsPages(
        catalogue=catalogue, names=names, metadata=options.metadata, templates=templates, documents=documents
    )
    tiles = TileAddresses(catalogue, names, TileService.TILES, options.origin)
    handlers = {
        "tms": TmsHandler(addresses=tms, delivery=delivery, pages=pages, render_error=server_error),
        "tiles": TmsHandler(addresses=tiles, delivery=delivery, pages=lambda _: None, render_error=plain_error),
    }
    services.handlers.update(handlers)
    services.handlers["tilejson"] = TileJson(catalogue, names, documents, origin=options.origin)
    services.locators.update({name: handler.locate for name, handler in handlers.items()})


def _add_kml(
    services: Services, catalogue: Catalogue, delivery: TileDelivery, templates: DocumentTemplates, parts: KmlParts
) -> None:
    names = TmsNames(catalogue, use_grid_names=parts.options.use_grid_names, assumed_srs=reversed(ASSUMED_SRS))
    projection = parts.projection
    pages = KmlDocuments(
        catalogue=catalogue,
        names=names,
        in_degrees=lambda bbox, srs: projection.between(srs, projection.srs(WGS_84_CODE)).bbox(bbox),
        templates=templates,
        max_age_seconds=parts.max_age_seconds,
    )
    addresses = TileAddresses(catalogue, names, TileService.KML, None)
    handler = TmsHandler(addresses=addresses, delivery=delivery, pages=pages, render_error=plain_error)
    services.handlers["kml"] = handler
    services.locators["kml"] = handler.locate


def _add_wmts(
    services: Services,
    ows: dict[str, OwsService],
    catalogue: Catalogue,
    delivery: TileDelivery,
    templates: DocumentTemplates,
    documents: KeptDocuments,
    tile_info: TileInfoParts,
    options: WmtsOptions,
) -> None:
    sets = MatrixSets(catalogue)
    formats = [InfoFormat(*given) for given in options.info_formats]
    info_template = compiled(options.restful_info_template, (*REQUIRED, *PLACE), option="restful_featureinfo_template")
    feature_info = WmtsFeatureInfo(
        formats=formats, get=tile_info.get_info, clock=tile_info.clock, request_seconds=tile_info.request_seconds
    )
    capabilities = WmtsCapabilities(
        catalogue=catalogue,
        sets=sets,
        metadata=options.metadata,
        info_formats=formats,
        info_template=info_template,
        templates=templates,
        documents=documents,
    )
    if options.kvp:
        ows["wmts"] = WmtsKvp(sets=sets, delivery=delivery, feature_info=feature_info, capabilities=capabilities)
    if options.restful:
        handler = WmtsRest(
            sets=sets,
            delivery=delivery,
            capabilities=capabilities,
            template=compiled(options.restful_template),
            feature_info=feature_info,
            info_template=info_template,
        )
        services.handlers["wmts"] = handler
        services.locators["wmts"] = handler.locate


def _wms(
    catalogue: Catalogue,
    delivery: TileDelivery,
    templates: DocumentTemplates,
    documents: KeptDocuments,
    decoration: Decoration,
    parts: MapParts,
) -> Wms:
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
            service=WMS_MAPS,
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


def _add_ows(services: Services, ows: dict[str, OwsService]) -> None:
    handler = OwsHandler(ows)
    for name in ("service", "ows", "wms") if "wms" in ows else ("service", "ows"):
        services.handlers[name] = handler
        if ows:
            services.locators[name] = handler.locate
