"""Puts the handlers of the configured services together (spec/services.md, 1.1); others are not imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from tilekeep.application.catalogue import Catalogue
from tilekeep.domain.public_levels import TileService
from tilekeep.domain.srs import WGS_84_CODE
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.kept_documents import KeptDocuments
from tilekeep.entrypoints.wsgi.options import (
    DemoOptions,
    KmlOptions,
    TmsOptions,
    WmtsOptions,
)
from tilekeep.entrypoints.wsgi.ows import OwsHandler, OwsService
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
from tilekeep.ports.projection import Projection

if TYPE_CHECKING:
    from tilekeep.entrypoints.wsgi.admin.assembly import AdminParts
    from tilekeep.entrypoints.wsgi.decoration import Decoration
    from tilekeep.entrypoints.wsgi.demo.links import LinkedService
    from tilekeep.entrypoints.wsgi.demo.world import WorldParts
    from tilekeep.entrypoints.wsgi.ogcapi.assembly import OgcApiParts
    from tilekeep.entrypoints.wsgi.plugins.assembly import PluginPage
    from tilekeep.entrypoints.wsgi.wms.assembly import MapParts
    from tilekeep.entrypoints.wsgi.wmts.assembly import WmtsHandlers
    from tilekeep.entrypoints.wsgi.wmts.tile_info import TileInfoParts


class Services(NamedTuple):
    """Handlers by first path segment, the page at the root, and the ways from addresses to tiles."""

    handlers: dict[str, Handler]
    welcome: Handler
    locators: dict[str, Locator]


class KmlParts(NamedTuple):
    """What KML documents are made with; ``max_age_seconds`` is how long clients may keep them."""

    options: KmlOptions
    projection: Projection
    max_age_seconds: float


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
        from tilekeep.entrypoints.wsgi.wmts.assembly import assembled_wmts

        _add_wmts(services, ows, assembled_wmts(catalogue, delivery, templates, documents, tile_info, wmts))
    if kml is not None:
        _add_kml(services, catalogue, delivery, templates, kml)
    if maps is not None:
        from tilekeep.entrypoints.wsgi.wms.assembly import assembled_wms

        ows["wms"] = assembled_wms(catalogue, delivery, templates, documents, decoration, maps)
    if ogcapi is not None:
        from tilekeep.entrypoints.wsgi.ogcapi.assembly import assembled_ogcapi

        handler = assembled_ogcapi(catalogue, delivery, templates, documents, decoration, ogcapi)
        services.handlers["ogcapi"] = handler
        if ogcapi.options.has_tiles:
            services.locators["ogcapi"] = handler.locate
    _add_ows(services, ows)
    if demo is not None:
        from tilekeep.entrypoints.wsgi.demo.assembly import demo_handler
        from tilekeep.entrypoints.wsgi.demo.wms import ShownWms

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
        from tilekeep.entrypoints.wsgi.admin.assembly import admin_handler

        services.handlers["admin"] = admin_handler(admin, templates, world, has_demo=demo is not None)
    return services


def _linked(catalogue: Catalogue, kml: KmlParts | None, ogcapi: OgcApiParts | None) -> list[LinkedService]:
    """What the demo leads to besides its own pages."""
    from tilekeep.entrypoints.wsgi.demo.links import linked_kml, linked_ogcapi

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

    from tilekeep.entrypoints.wsgi.kml.documents import KmlDocuments

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


def _add_wmts(services: Services, ows: dict[str, OwsService], wmts: WmtsHandlers) -> None:
    if wmts.kvp is not None:
        ows["wmts"] = wmts.kvp
    if wmts.rest is not None:
        services.handlers["wmts"] = wmts.rest
        services.locators["wmts"] = wmts.rest.locate


def _add_ows(services: Services, ows: dict[str, OwsService]) -> None:
    handler = OwsHandler(ows)
    for name in ("service", "ows", "wms") if "wms" in ows else ("service", "ows"):
        services.handlers[name] = handler
        if ows:
            services.locators[name] = handler.locate
